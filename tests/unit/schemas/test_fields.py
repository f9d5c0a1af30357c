"""What people paste: line ends of every kind become one, what nobody can see goes, a NUL is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from escalation.schemas.fields import OwnReference, Written, as_seen

WORDS = Written("What has changed", 20, ask="Enter what has changed")
_PASTED = st.text(st.sampled_from("ab \t\r\n\x0b\x0c\x85\u2028\u2029\x01\x08\x1b\x1f\x7f\u202e\x00"))


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_is_one_line_feed(end: str) -> None:
    assert WORDS.deserialize(f"Seen{end}at school") == "Seen\nat school"


@pytest.mark.parametrize(
    "unseen", ["\x01", "\x07", "\x08", "\x0e", "\x1b", "\x1f", "\x7f", "\u202e", "\u202a", "\u2066", "\u2069"]
)
def test_what_nobody_can_see_is_left_out(unseen: str) -> None:
    assert WORDS.deserialize(f"{unseen}at{unseen} school{unseen}") == "at school"


def test_a_tab_is_seen_and_stays() -> None:
    assert WORDS.deserialize("one\ttwo") == "one\ttwo"


def test_a_nul_is_refused_in_words() -> None:
    with pytest.raises(
        ValidationError, match="What has changed must not hold characters that cannot be shown"
    ):
        WORDS.deserialize("with a \x00 in it")


def test_what_holds_nothing_to_be_seen_counts_as_empty() -> None:
    with pytest.raises(ValidationError, match="Enter what has changed"):
        WORDS.deserialize("\x0b \x0c\x1b\r\n")


def test_only_what_is_seen_counts_towards_the_limit() -> None:
    assert WORDS.deserialize("x\x1b" * 20) == "x" * 20
    assert WORDS.deserialize("x\r\n" * 10) == "\n".join("x" * 10)
    with pytest.raises(ValidationError, match="must be 20 characters or fewer"):
        WORDS.deserialize("x" * 21)


def test_a_reference_is_one_line() -> None:
    assert OwnReference("Reference", 40).deserialize("TOD\x0b17 \n b") == "TOD 17 b"


@given(_PASTED)
def test_whatever_is_pasted_reads_the_same_a_second_time_and_hides_nothing(text: str) -> None:
    seen = as_seen(text)
    assert as_seen(seen) == seen
    assert not set(seen) - set("ab \t\n\x00")
    assert seen.count("a") == text.count("a")
