"""Flask-Security's mails, as rows of our outbox: the words are our catalogue's, the links are ours."""

import re
from typing import Any

from flask import Response, current_app, g
from flask_security.mail_util import MailUtil
from flask_security.recoverable import generate_reset_password_token

from escalation.config import Settings
from escalation.services import account_mail
from escalation.web.sign_in import store

_ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_KINDS = {
    "reset_notice": "password_changed",
    "change_notice": "password_changed",
    "welcome": "invitation",
}


class OutboxMail(MailUtil):
    """Flask-Security's mails, as rows of our outbox.

    They are owed after the request's own transaction: on SQLite a second writer would make it fail.
    """

    def normalize(self, email: str) -> str:
        """Addresses are lower case. Whether one exists is not asked of the network."""
        return email.strip().lower()

    def validate(self, email: str) -> str:
        """The address, or ValueError when it cannot be one."""
        address = self.normalize(email)
        if not _ADDRESS.match(address):
            raise ValueError("not an e-mail address")
        return address

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Notes that the mail of our catalogue is owed that stands for Flask-Security's `folder/name`."""
        name = _KINDS.get(template.rpartition("/")[2])
        if name:
            g.setdefault("owed_mails", []).append((str(recipient), name))


def owe_mails(response: Response) -> Response:
    """Once Flask-Security has committed: the mails that it asked for."""
    for recipient, name in g.pop("owed_mails", ()):
        account = account_mail.account_of(recipient)
        if account is not None:
            account_mail.owe(account, name, None)
    return response


def set_up_link(account: int) -> str:
    """A one-time link with which a person sets their first password."""
    token = generate_reset_password_token(store.account_of(account))  # type: ignore[no-untyped-call]  # Flask-Security leaves it untyped
    return reset_link(str(token))


def invite(account: int) -> None:
    """Owes the invitation with its one-time link."""
    account_mail.owe(account, "invitation", set_up_link(account))


def reset_link(token: str) -> str:
    """Links in mails are made from the setting, never from what a request calls this host."""
    settings: Settings = current_app.config["ESCALATION"]
    return f"{settings.public_base_url}{current_app.config['SECURITY_RESET_URL']}/{token}"
