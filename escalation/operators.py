"""Who types a command: the account of the operating system, for what is kept of operators."""

import os


def account() -> str:
    """The name of the account whose process this is, as the system knows it and no variable says it."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else os.getlogin()
