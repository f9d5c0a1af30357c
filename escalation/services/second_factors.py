"""Somebody has lost every second factor: an operator who knows that it is them takes them away."""

from sqlalchemy import delete, select

from escalation.errors import NotFound
from escalation.models import Account, Passkey, WebSession
from escalation.services import account_mail, door
from escalation.services.unit import retried, writing

_OF_APPS = ("tf_primary_method", "tf_totp_secret", "totp_counter", "mf_recovery_codes")


def take_away(email: str) -> str:
    """Takes away the app, the passkeys and the recovery codes of a person, signs them out, and tells them.

    Gives their name. Raises NotFound for an address that nobody has.
    """
    account, name = _taken_away(email.strip().lower())
    door.record(account, "factor_removed", "operator", "")
    account_mail.owe(account, "factor_changed", None)
    return name


@retried
def _taken_away(email: str) -> tuple[int, str]:
    with writing() as unit:
        found = unit.session.scalar(select(Account).where(Account.email == email))
        if found is None:
            raise NotFound(f"nobody here has the address {email}: look it up in the board's directory")
        for name in _OF_APPS:
            setattr(found, name, None)
        unit.session.execute(delete(Passkey).where(Passkey.user_id == found.id))
        unit.session.execute(delete(WebSession).where(WebSession.account_id == found.id))
        return found.id, found.name
