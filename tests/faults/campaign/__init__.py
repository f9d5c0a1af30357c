"""The crash campaign: every process is killed, again and again, under load, and nothing may be lost.

    load        `people` raise and answer, `roles` sweep, remind and deliver, in processes of their own
    kills       `failpoints` before and after each step, random instants, immediate stops of PostgreSQL
    mail        `sink`, a mail server that refuses, hangs up and keeps silent, and logs what it took
    journal     `journal`, what was started and how it ended: a run that was broken off goes on from it
    checker     `checker`, which reads the database and the logs alone and imports nothing of the service
    faults      `seeded`, mistakes put into the service on purpose: a campaign that cannot fail proves nothing

`make faults` runs it, `make faults-seeded` shows that each seeded fault is caught.
"""
