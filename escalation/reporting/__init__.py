"""What the board sees. It reads events and stage entries and never writes; no service is asked.

Figures here are operational: for people in role, unsuppressed. Nothing of it is published as it is.
"""
