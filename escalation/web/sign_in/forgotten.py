"""A link for whoever forgot their password: it takes as long for nobody as for somebody.

What depends on the account is done for a stranger's address as well. To Flask-Security the form looks
refused each time, and it says then what it says to anybody; a link is made, for a stranger one that opens
nothing; both are counted in one transaction, in which somebody known is owed a mail.
`python -m benchmarks.sign_in` compares the times.
"""

import secrets
from datetime import timedelta
from typing import Any

from flask import Response, g
from flask_security.forms import ForgotPasswordForm
from flask_security.utils import hash_data

from escalation.services import account_mail
from escalation.services.attempts import Try
from escalation.web.sign_in import mails, store

_LINKS = 5
"""So many links for a new password go to one address within an hour; more would only be a nuisance."""

_STAND_IN = "$argon2id$v=19$m=65536,t=3,p=4$" + "x" * 66
"""As long as the hash of a password: hashing it again takes as long as it is long."""


class Asked(ForgotPasswordForm):
    """The address of whoever asks."""

    def validate(self, **kwargs: Any) -> bool:
        """Never true. What was typed is noted for `owe_link`, unless the form is not from a page of ours."""
        user = self.user if super().validate(**kwargs) else None
        if not set(self.errors) - {"email"}:
            address = str(self.email.data or "").strip().lower()[:254]
            g.asked_for_link = address, None if user is None else user.id, mails.reset_link(_token(user))
        return False


def _token(user: Any) -> str:
    """As Flask-Security makes it, and hashed for nobody and for an account without a password alike."""
    who = str(user.fs_uniquifier) if user else secrets.token_hex(32)
    hashed = hash_data((user.password if user else None) or _STAND_IN)
    return str(store.security().reset_serializer.dumps([who, hashed]))


def owe_link(response: Response) -> Response:
    """Once Flask-Security has let the database go: counts the asking, and owes the mail if there is anybody.

    Links that went before are still good: whoever asks too often keeps nobody from their account.
    """
    asked = g.pop("asked_for_link", None)
    if asked is not None:
        address, account, link = asked
        asking = Try("reset_mail", address, _LINKS, timedelta(hours=1))
        account_mail.owe_link(account, link, asking)
    return response
