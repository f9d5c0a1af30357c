"""How a page says where a case is, for whom it waits, and what silence does."""

from typing import Any

import pytest

from escalation.schemas.words import CHALLENGED_ROLES
from escalation.services.views import DeadlineView
from escalation.web import words
from notifications.message import Via
from tests.unit.web.views_by_hand import a_case, a_closed_case, a_deadline, a_seat
from workflows.case import DeadlineState, Position
from workflows.events import EventKind
from workflows.vocabulary import Phase, Side


def test_a_case_waits_for_the_agency_that_must_answer() -> None:
    assert words.state(a_case()) == "Waiting for Northtown Hospitals to reply"


def test_the_raising_side_reads_that_it_was_asked_and_the_other_side_does_not() -> None:
    asked = (a_deadline(), a_deadline(clock="information", waits_for="raiser"))
    assert words.state(a_case(running=asked)) == "They asked you for information"
    for other in (Side.CHALLENGED, Side.BOARD, None):
        seen = a_case(running=asked, my_side=other)
        assert words.state(seen) == "Waiting for Northtown Hospitals to reply"


@pytest.mark.parametrize("phase", [Phase.MANAGER, Phase.SENIOR, Phase.ARBITRATION])
@pytest.mark.parametrize(
    ("position", "said"),
    [(Position.CHANGED, "Decision changed: accept it or move it up"),
     (Position.KEPT, "Decision kept: accept it or move it up")],
)  # fmt: skip
def test_a_position_is_the_state_at_every_stage(phase: Phase, position: Position, said: str) -> None:
    assert words.state(a_case(phase=phase, position=position)) == said


def test_each_stage_above_has_its_own_words() -> None:
    assert words.state(a_case(phase=Phase.SENIOR)) == "With heads of service on both sides"
    assert words.state(a_case(phase=Phase.ARBITRATION)) == "With the independent chair"


def test_a_settled_case_waits_for_its_follow_up_and_says_when_that_is_late() -> None:
    def settled(lapsed: tuple[DeadlineView, ...] = (), **deadline: Any) -> str:
        main = a_deadline(clock="follow_up", **deadline)
        return words.state(a_case(phase=Phase.PROVISIONAL, main=main, lapsed=lapsed))

    before = a_deadline(clock="follow_up", state=DeadlineState.LAPSED)
    assert settled(days_left=20) == settled(days_left=0) == "Settled for now"
    assert settled(days_left=-1) == settled((before,), days_left=3, rung=2) == "Follow-up past its time"
    assert settled(days_left=3, rung=2) == settled((a_deadline(),), days_left=3) == "Settled for now"
    assert words.state(a_case(phase=Phase.PROVISIONAL, main=None, running=())) == "Settled for now"


def test_a_closed_case_says_whether_it_was_withdrawn() -> None:
    assert words.state(a_closed_case(EventKind.CLOSED, EventKind.FOLLOW_UP_ANSWERED)) == (
        "Closed: the outcome is on record"
    )
    assert words.state(a_closed_case(EventKind.CLOSED, EventKind.WITHDRAWN)) == (
        "Withdrawn by the person who raised it"
    )


def test_an_open_case_in_which_no_clock_runs_is_with_the_other_side() -> None:
    assert words.state(a_case(main=None, running=())) == "In the hands of Northtown Hospitals"


def test_the_heading_names_the_challenged_agency() -> None:
    assert words.title_of(a_case()) == "Challenge to Northtown Hospitals"


def test_the_reader_is_told_how_they_stand_to_the_case() -> None:
    assert words.relation(a_case()) == "raised by you"
    two_posts = a_case(is_raiser=False, my_titles=("Clinical lead", "Medical director"))
    assert words.relation(two_posts) == "to you as Clinical lead, Medical director"
    assert words.relation(a_case(is_raiser=False, my_titles=())) == ""


def test_every_role_of_the_form_has_short_words_and_an_unknown_one_stays_as_it_is() -> None:
    for role in CHALLENGED_ROLES:
        assert "_" not in words.role(role)
    assert words.role("social_worker") == "social worker"
    assert words.role("not_sure") == "role not known"
    assert words.role("astronaut") == "astronaut"


def test_the_holder_is_a_post_with_its_people() -> None:
    assert words.holder(a_case()) == "Clinical lead (Dr Sam Okafor)"
    both = a_case(seats=(a_seat(people=("Dr Sam Okafor", "Dr Ines Moreau")),))
    assert words.holder(both) == "Clinical lead (Dr Sam Okafor, Dr Ines Moreau)"


def test_a_deputy_stands_in_and_an_empty_post_is_said_to_be_empty() -> None:
    deputy = a_seat(people=("Dr Ines Moreau",), via=Via.DEPUTY)
    assert words.post_and_people(deputy) == "Clinical lead (Dr Ines Moreau, standing in)"
    vacant = a_seat(people=(), via=Via.VACANT)
    assert words.post_and_people(vacant) == "Clinical lead: nobody holds this post, the board office was told"


def test_what_waits_for_the_raiser_is_held_by_the_raiser_and_a_closed_case_by_nobody() -> None:
    assert words.holder(a_case(main=a_deadline(waits_for="raiser"))) == "Dr Amara Lewis"
    assert words.holder(a_closed_case()) == "Nobody: it is closed"


def test_an_open_case_in_which_no_clock_runs_is_not_called_closed() -> None:
    assert "closed" not in words.holder(a_case(main=None, running=()))


def test_what_silence_does_depends_on_whether_a_position_is_owed() -> None:
    assert words.if_nobody(a_case()) == "It moves up by itself: Senior challenge"
    asked_again = "The board office is told, and it is asked again"
    assert words.if_nobody(a_case(position=Position.KEPT)) == asked_again
    assert words.if_nobody(a_case(position=Position.CHANGED)) == asked_again
    assert words.if_nobody(a_case(phase=Phase.ARBITRATION, if_nobody=None)) == asked_again
    assert (
        words.if_nobody(a_case(phase=Phase.PROVISIONAL, if_nobody=None))
        == "It stays open, and the board sees it"
    )
