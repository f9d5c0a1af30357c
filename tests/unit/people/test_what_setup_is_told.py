"""`escalation setup` refuses what cannot be right before it writes anything, and says what would be."""

from dataclasses import replace

import pytest

from escalation.services.setting_up import NewPartnership
from escalation.services.setting_up_checks import problems

RIGHT = NewPartnership(
    name="Southtown Safeguarding Partnership",
    service_name="Professional challenge",
    reference_prefix="SC",
    nation="ENG",
    zone="Europe/London",
    duty_phone="020 7946 0020",
    office_phone="+44 (0)20 7946-0021",
    office_hours="weekdays 9am to 5pm",
    office_address="office@south.example",
    administrator_name="Sol Reed",
    administrator_email="sol.reed@south.example",
    protocol="",
)
WRONG = (
    ("name", "", "is empty"),
    ("name", "x" * 101, "has 101 characters; 100 fit"),
    ("name", "South\ntown", "control character"),
    ("service_name", "", "is empty"),
    ("administrator_name", "", "is empty"),
    ("office_hours", "", "is empty"),
    ("reference_prefix", "", "two to four letters"),
    ("reference_prefix", "S", "two to four letters"),
    ("reference_prefix", "SOUTH", "two to four letters"),
    ("reference_prefix", "S1", "two to four letters"),
    ("reference_prefix", "S/C", "two to four letters"),
    ("reference_prefix", "ÅÄ", "two to four letters"),
    ("reference_prefix", "SC\n", "two to four letters"),
    ("nation", "England", "not one of ENG, WLS, SCT, NIR"),
    ("zone", "Europe/Atlantis", "not a time zone"),
    ("zone", "", "not a time zone"),
    ("zone", "Europe", "not a time zone"),
    ("zone", "../../etc/passwd", "not a time zone"),
    ("duty_phone", "", "cannot be called"),
    ("duty_phone", "ask the office", "cannot be called"),
    ("office_phone", "1" * 41, "cannot be called"),
    ("office_address", "office", "not an e-mail address"),
    ("administrator_email", "Sol Reed <sol.reed@south.example>", "not an e-mail address"),
)


def test_a_partnership_as_it_should_be_is_taken() -> None:
    assert problems(RIGHT) == {}
    assert problems(replace(RIGHT, reference_prefix="SCAB", zone="Europe/Belfast", duty_phone="101")) == {}


@pytest.mark.parametrize(("field", "given", "words"), WRONG)
def test_what_cannot_be_right_is_named_with_its_remedy(field: str, given: str, words: str) -> None:
    found = problems(replace(RIGHT, **{field: given}))
    assert list(found) == [field]
    assert words in found[field][0]


def test_everything_wrong_is_said_at_once() -> None:
    assert set(problems(replace(RIGHT, name="", zone="x", duty_phone=""))) == {"name", "zone", "duty_phone"}
