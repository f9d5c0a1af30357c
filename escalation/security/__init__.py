"""Who may, and the proof of it: the permission table, the one access function, the chain of events.

No Flask here: sign-in, sessions and headers live in `escalation.web`.
"""
