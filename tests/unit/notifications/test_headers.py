"""Whatever stands in a field that reaches a header: it stays in that header, or the mail does not leave."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask_mail import Mail as FlaskMail
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateError

from notifications.compose import compose
from notifications.mailer import _Mail
from notifications.redaction import Leak
from tests.unit.notifications.test_catalogue import FACTS

HEADERS = {
    *("Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Reply-To"),
    *("Auto-Submitted", "X-Auto-Response-Suppress"),
}
CONTROLS = [chr(n) for n in (*range(32), 127, *range(0x80, 0xA0), 0x2028, 0x2029, 0x202E, 0xFEFF)]
"""Every control character, and those that some reader takes for the end of a line."""
INJECTED = "Bcc: somebody.else@elsewhere.invalid"
OF_FACTS = ("service_name", "partnership_name", "office_address", "marking", "role", "stage", "next_holder")
OF_THE_CALL = ("to", "sender", "message_id", "prefix")


def _made(field: str, text: str) -> bytes:
    call: dict[str, Any] = {
        "to": "a@northtown.invalid",
        "sender": "challenge@northtown.invalid",
        "message_id": "<1@northtown.invalid>",
        "prefix": "[secure]",
    }
    facts = replace(FACTS, **{field: text}) if field in OF_FACTS else FACTS
    call |= {field: text} if field in OF_THE_CALL else {}
    prefix = call.pop("prefix")
    message = compose("reply_owed", facts=facts, prefixes={"northtown.invalid": prefix}, **call)
    with _post().app_context():
        sent: bytes = _Mail(message).as_bytes()
    return sent


@cache
def _post() -> Flask:
    """Flask-Mail asks for an application, and for no server."""
    app = Flask("post")
    FlaskMail(app)
    return app


@pytest.mark.parametrize("field", OF_FACTS + OF_THE_CALL)
@given(
    before=st.sampled_from(["", "a", "a@northtown.invalid", "Ä"]),
    control=st.lists(st.sampled_from(CONTROLS), min_size=1, max_size=3).map("".join),
    after=st.sampled_from([INJECTED, f" {INJECTED}", "", "\tx", f"\r\n{INJECTED}\r\n\r\nwords"]),
)
def test_no_character_opens_another_header(field: str, before: str, control: str, after: str) -> None:
    try:
        sent = _made(field, before + control + after)
    except (Leak, TemplateError, ValueError, AssertionError):
        return
    mail = message_from_bytes(sent, policy=default)
    assert set(mail.keys()) <= HEADERS
    assert len(mail.keys()) == len(set(mail.keys()))
    head = sent.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    assert not [line for line in head.split(b"\n") if line.lower().startswith(b"bcc")]
    assert b"\r" not in head
