"""The receipt that stands in another record, and the lines of a list."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from escalation.services.views import CaseView
from escalation.web import words
from tests.unit.web.views_by_hand import NOT_OUR_WORDS, a_case, a_closed_case, a_deadline, a_row
from workflows.case import Position
from workflows.vocabulary import Phase, Side


def test_a_receipt_can_stand_in_another_record_and_holds_no_name() -> None:
    assert words.receipt(a_case()) == (
        "Safeguarding challenge NC-26-0147, 18 Nov 2026 17:51, Riverside Surgery to Northtown Hospitals (doctor), "
        "my reference TOD-17. Manager review. Reply of the challenged side: due 25 Nov 2026 17:00, "
        "else Senior challenge."
    )
    for name in ("Amara", "Lewis", "Okafor"):
        assert name not in words.receipt(a_case())


def test_a_receipt_tells_the_time_where_the_people_are() -> None:
    summer = datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
    said = words.receipt(a_case(raised_at=summer, main=a_deadline(due=summer + timedelta(days=7))))
    assert "1 Jul 2026 17:00, Riverside" in said
    assert "due 8 Jul 2026 17:00" in said


def test_a_receipt_promises_no_move_where_none_comes_and_no_date_when_it_is_closed() -> None:
    at_the_board = a_case(phase=Phase.ARBITRATION, stage_name="Board arbitration", if_nobody=None)
    assert words.receipt(at_the_board).endswith("due 25 Nov 2026 17:00.")
    assert words.receipt(a_closed_case()).endswith("my reference TOD-17. Closed.")


def test_a_receipt_after_a_reply_does_not_say_that_silence_moves_it_up() -> None:
    replied = a_case(
        position=Position.KEPT, main=a_deadline(clock="answer", title="Accept the reply, or move it up")
    )
    assert "else" not in words.receipt(replied)


def test_a_line_of_a_list_says_for_whom_it_waits() -> None:
    assert words.work_state(a_row()) == "Waiting for Clinical lead, Northtown Hospitals"
    assert (
        words.work_state(a_row(past_time=True))
        == "Waiting for Clinical lead, Northtown Hospitals, past its time"
    )
    assert words.work_state(a_row(waits_for_me=True)) == "Waiting for you"
    assert words.work_state(a_row(waits_for_me=True, past_time=True)) == "Waiting for you, past its time"
    again = a_row(waits_for_me=True, past_time=True, again=True)
    assert words.work_state(again) == "Waiting for you, past its time once"


def test_a_line_of_a_list_says_that_nobody_holds_the_post_or_that_it_is_closed() -> None:
    unheld = a_row(unheld=True, past_time=True, waits_for_title="Superintendent")
    assert words.work_state(unheld) == "Nobody holds the post it waits for: Superintendent"
    closed = a_row(phase=Phase.CLOSED, due=None, waits_for_title="", waits_for_agency="", unheld=True)
    assert words.work_state(closed) == "Closed"


def test_a_line_of_an_open_case_without_a_clock_waits_for_somebody() -> None:
    assert "for ," not in words.work_state(a_row(due=None, waits_for_title="", waits_for_agency=""))


_CASES = st.builds(
    a_case,
    phase=st.sampled_from(Phase),
    position=st.sampled_from(Position),
    main=st.none() | st.builds(a_deadline, days_left=st.integers(-9, 9), rung=st.integers(1, 3)),
    if_nobody=st.none() | st.just("Senior challenge"),
    my_side=st.none() | st.sampled_from(Side),
    is_raiser=st.booleans(),
)


@given(_CASES)
def test_whatever_a_case_is_its_words_are_whole_and_neutral(case: CaseView) -> None:
    said = (
        words.state(case),
        words.holder(case),
        words.if_nobody(case),
        words.title_of(case),
        words.receipt(case),
    )
    for phrase in said:
        assert phrase
        assert phrase[0].isupper()
        assert not NOT_OUR_WORDS.search(phrase)
        assert not re.search(r"[{}]|_|None", phrase)
