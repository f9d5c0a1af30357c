"""In a real browser: every mail as a mail program shows it on a telephone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page

from notifications.catalogue import mail_names
from notifications.message import SealFacts
from tests.browser.conftest import looked_at
from tests.unit.notifications.test_catalogue import FACTS, made

SEAL = SealFacts(
    n=41,
    at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    cases=37,
    events=412,
    reads=988,
    root=" ".join(["3f9a"] * 16),
    anchor=f"escalation-seal/1 qZ3k9vTt7yB2 41 {'3f9a' * 16}",
)
LONGEST = replace(FACTS, link=f"https://challenge.northtown.invalid/password/reset/{'x' * 86}", seal=SEAL)


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 640})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", mail_names())
def test_a_mail_sits_straight_on_a_telephone(telephone: Page, name: str) -> None:
    telephone.set_content(made(name, LONGEST).html)
    looked_at(telephone, f"mail-{name}")
