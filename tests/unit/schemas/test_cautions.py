"""What is asked about before it goes on: names as references, NHS numbers in free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.nhs_numbers import is_nhs_number
from escalation.schemas.cautions import NAME, NHS_NUMBER, cautions, holds_nhs_number, looks_like_a_name

NUMBER = "999 000 0018"
"""With a right check digit, from the range that belongs to nobody."""


@pytest.mark.parametrize(
    "text",
    ["Tom Hadley", "tom hadley", "TOM HADLEY", "Tom", "Zoë O’Neill", "Dr. Amara Lewis", "Anne-Marie Lowe", "J. Smith Jones"],
)  # fmt: skip
def test_a_name_is_seen(text: str) -> None:
    assert looks_like_a_name(text)


@pytest.mark.parametrize(
    "text", ["TOD-17", "TOD", "T", "tod", "Child A", "Family Blue", "Case Rowan", "A B", "Flat 3", "HP-204", "", "  "]
)  # fmt: skip
def test_a_reference_is_no_name(text: str) -> None:
    assert not looks_like_a_name(text)


@pytest.mark.parametrize("number", ["9990000018", NUMBER, "999-000-0018"])
def test_an_nhs_number_is_seen_among_words(number: str) -> None:
    for text in (
        number,
        f"He ({number}) was seen",
        f"seen on 3 {number}.",
        f"line\n{number}\nline",
        f"1 {number}",
    ):
        assert holds_nhs_number(text), text


@pytest.mark.parametrize(
    "text", ["020 7946 0018", "999 000 0019", "99900000181", "19990000018", "on 12 11 2026 at 5", "tel 07700 900123", ""]
)  # fmt: skip
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not holds_nhs_number(text)


@given(st.from_regex(r"[0-9]{10}", fullmatch=True), st.text(st.sampled_from("ab ,.\n"), min_size=1))
def test_ten_digits_are_seen_exactly_when_their_check_digit_is_right(digits: str, around: str) -> None:
    assert holds_nhs_number(f"{around}{digits}{around}") == is_nhs_number(digits)


def test_each_answer_is_asked_about_by_its_field() -> None:
    assert cautions({"person_reference": "Tom Hadley", "risk": f"See {NUMBER}", "agency": NUMBER}) == {
        "person_reference": NAME,
        "risk": NHS_NUMBER,
    }
    assert cautions({"person_reference": f"NHS {NUMBER}"}) == {"person_reference": NHS_NUMBER}
    assert cautions({"person_reference": "TOD-17", "risk": "A sibling has told school"}) == {}
