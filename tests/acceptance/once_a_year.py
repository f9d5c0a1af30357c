"""Somebody who comes once a year, as a test plays them: no password, a work address, and a mailbox."""

import re
from dataclasses import dataclass

from flask import Flask

from escalation.config import Settings
from escalation.jobs import scheduler
from escalation.services import mail_domains
from tests.acceptance.conftest import Visitor
from tests.support.mail_sink import MailSink, decoded
from tests.support.pages import option

DOMAIN = "riverside.example"
ADDRESS = f"Dr.Chloe.Marsh@{DOMAIN}"
CODE = re.compile(r"Your code: (\d{4} \d{4})")
ANSWERS = (
    ("person_reference", "TOD-17"),
    ("decision", "Called accidental"),
    ("risk", "A sibling has told school three times"),
    ("request", "A second opinion"),
)


@dataclass
class Post:
    """The mails as they arrive; `code` is the newest one that came to an address."""

    app: Flask
    settings: Settings
    sink: MailSink

    def arrives(self) -> None:
        """The scheduler hands over what is owed."""
        scheduler.run_once(self.app, self.settings)

    def code(self, address: str) -> str:
        """The code in the newest mail to an address."""
        self.arrives()
        codes = [found for mail in self.sink.to(address.lower()) for found in CODE.findall(decoded(mail))]
        assert codes, f"no code came to {address}"
        return codes[-1]

    def subjects(self, address: str) -> list[str]:
        """The subjects of the mails to an address, oldest first."""
        self.arrives()
        return [str(mail.message["Subject"]) for mail in self.sink.to(address.lower())]


def known_domain(app: Flask, domain: str, *agencies: str) -> None:
    """The board knows a domain as that of these agencies."""
    with app.app_context():
        for agency in agencies:
            mail_domains.add_by_operator(None, domain, agency)


def writes(gp: Visitor, *, urgency: str = "next_days", agency: str = "Northtown Hospitals") -> str:
    """From the start page through the five questions and the check page; gives the page that follows."""
    assert "Raise a concern" in gp.opens("/")
    gp.sends("/raise", {"start": "1"})
    assert gp.path == "/raise/unsent/1"
    given = dict(ANSWERS)
    whom = gp.sends("/raise/unsent/1", {"person_reference": given["person_reference"]})
    gp.sends("/raise/unsent/2", {"agency": option(whom, agency), "role": "doctor"})
    for number, field in ((3, "decision"), (4, "risk"), (5, "request")):
        gp.sends(f"/raise/unsent/{number}", {field: given[field]})
    return gp.sends("/raise/unsent/check", {"urgency": urgency})


def says_who(gp: Visitor, address: str = ADDRESS, agency: str = "Riverside Surgery") -> str:
    """Name, address, agency and role; gives the page that asks for the code."""
    page = gp.opens("/raise/unsent/you")
    mine = {"own_name": "Dr Chloe Marsh", "own_email": address, "own_role": "GP"}
    return gp.sends("/raise/unsent/you", {**mine, "own_agency": option(page, agency)})
