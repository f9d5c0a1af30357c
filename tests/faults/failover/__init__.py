"""The database fails over while people work: what was acknowledged is there, and no mail tells of what is not.

    people (2 processes)  -------+                          +--- a  primary
    `escalation jobs run` (2) ---+-- address of all three --+--- b  standby    a commit waits for one of them
          |                                                 +--- c  standby
          v
    a real mail server, which keeps every byte

Each round the primary is killed in the middle of a sweep, the standby that has most is promoted, work goes
on, and the old primary comes back as a standby. `make failover` runs it; see docs/high-availability.md.
"""
