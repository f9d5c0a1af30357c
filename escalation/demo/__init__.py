"""The demo: an invented partnership, a mail catcher, a clock that can be moved, "sign in as".

Nothing of it exists unless the setting ESCALATION_DEMO is 1; the factory does not even import it.
"""
