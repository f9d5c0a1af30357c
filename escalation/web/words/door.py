"""What happened at the door of one's account, and how somebody proved who they are."""

from collections.abc import Mapping

_HAPPENED: Mapping[str, str] = {
    "signed_in": "you signed in",
    "refused": "somebody tried to sign in and was refused",
    "proved": "you showed again that it is you",
    "factor_added": "a second factor was set up",
    "factor_removed": "a second factor was taken away",
    "recovery_codes": "new recovery codes were made",
    "password_changed": "the password was changed",
    "linked": "your organisation's sign-in was linked",
    "unlinked": "your organisation's sign-in was taken away",
    "link_refused": "linking your organisation's sign-in was refused",
    "signed_out_elsewhere": "you signed out in other places",
}
_HOW: Mapping[str, str] = {
    "password": "by password",
    "second_factor": "by password and second factor",
    "recovery_code": "by password and recovery code",
    "passkey": "by passkey",
    "code": "by a code",
    "provider": "by your organisation's sign-in",
    "app": "an app for codes",
}


def at_the_door(what: str, how: str) -> str:
    """One thing that happened, such as "you signed in by password"."""
    said = _HAPPENED.get(what, "something else happened")
    if what in ("factor_added", "factor_removed"):
        return f"{said}: {'a passkey' if how == 'passkey' else _HOW.get(how, how)}"
    return f"{said}{proved_by(how)}" if what == "signed_in" else said


def proved_by(how: str) -> str:
    """How it was proved, with a space before; empty when it is not known."""
    return f" {_HOW[how]}" if how in _HOW else ""
