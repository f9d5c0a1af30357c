"""Sent today or tonight, after the other side has gone home: the page says again whom to call."""

from datetime import UTC, datetime

import pytest

from tests.integration.web.conftest import Town
from tests.integration.web.test_earlier_cases import answers_of

SAID = "It may not be read until Northtown Hospitals opens again"


def sent(town: Town, at: datetime, urgency: str) -> str:
    """The page that comes when the GP sends a concern at that time."""
    town.clock.move(to=at)
    draft = town.visitor.sends("/raise", {"start": "1"}).request.path.rsplit("/", 1)[0]
    for number in range(1, 6):
        town.visitor.sends(f"{draft}/{number}", answers_of(town, town.partnership))
    page = town.visitor.sends(f"{draft}/check", {"urgency": urgency})
    assert "We have your concern" in page.text
    return page.text


@pytest.mark.parametrize(
    ("hour", "minute", "said"), [(8, 59, True), (9, 0, False), (16, 59, False), (17, 0, True), (22, 0, True)]
)
def test_outside_the_hours_of_who_must_answer_it_names_the_duty_team(
    town: Town, hour: int, minute: int, said: bool
) -> None:
    page = sent(town, datetime(2027, 3, 3, hour, minute, tzinfo=UTC), "today")
    assert (SAID in page) is said
    body = page.partition("<main")[2]
    assert ('href="tel:02079460018">020 7946 0018' in body) is said


def test_on_a_day_when_nobody_works_it_is_said_at_noon(town: Town) -> None:
    assert SAID in sent(town, datetime(2027, 3, 6, 12, 0, tzinfo=UTC), "today")


def test_what_can_wait_is_not_alarming(town: Town) -> None:
    assert SAID not in sent(town, datetime(2027, 3, 3, 22, 0, tzinfo=UTC), "next_days")
