"""Every phrase that a person can read on a page, from views made by hand."""

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.schemas.words import CHALLENGED_ROLES
from escalation.services.views import (
    CaseView,
    DeadlineView,
    EventView,
    PartnershipView,
    SeatView,
    Standing,
    StepState,
    StepView,
    WorkRow,
    WrittenView,
)
from escalation.web import words
from escalation.web.forms import FORMS, Form
from notifications.message import Via
from workflows import commands
from workflows.case import DeadlineState, LeadView, Position
from workflows.events import EventKind
from workflows.protocol import Phase, Side
from workflows.triggers import Trigger

LONDON = "Europe/London"
TOLD = datetime(2026, 11, 18, 17, 51, tzinfo=UTC)
DUE = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
FIVE_DAYS = tuple(date(2026, 11, n) for n in (19, 20, 23, 24, 25))
NOT_OUR_WORDS = re.compile(
    r"\b(dispute|complaint|allegation|claims?|breached|failed|upheld|overturned|won|lost|rejected|ignored|"
    r"accidental|subject|SLA|ticket)\b",
    re.IGNORECASE,
)


def a_deadline(**other: Any) -> DeadlineView:
    usual: dict[str, Any] = {
        "clock": "reply",
        "title": "Reply of the challenged side",
        "rung": 1,
        "side": Side.CHALLENGED,
        "waits_for": "challenged_manager",
        "waits_for_title": "Clinical lead",
        "agency": "Northtown Hospitals",
        "base": TOLD,
        "due": DUE,
        "budget": "5 working_days",
        "days": FIVE_DAYS,
        "days_left": 2,
        "state": DeadlineState.OPEN,
        "zone": LONDON,
    }
    return DeadlineView(**(usual | other))


def a_seat(**other: Any) -> SeatView:
    usual: dict[str, Any] = {
        "slot": "challenged_manager",
        "title": "Clinical lead",
        "agency": "Northtown Hospitals",
        "side": Side.CHALLENGED,
        "people": ("Dr Sam Okafor",),
        "via": Via.HOLDER,
        "standing": Standing.TOLD,
        "at": TOLD,
        "mine": False,
    }
    return SeatView(**(usual | other))


def an_event(kind: EventKind, **other: Any) -> EventView:
    usual: dict[str, Any] = {
        "seq": 1,
        "kind": kind,
        "at": TOLD,
        "codes": {},
        "actor": "Dr Sam Okafor",
        "actor_agency": "Northtown Hospitals",
        "by_me": False,
    }
    return EventView(**(usual | other))


def a_case(**other: Any) -> CaseView:
    """A case in manager review that waits for the hospital, as its raiser sees it."""
    place = PartnershipView(
        "p", "Northtown", "Professional challenge", "1", "2", "9 to 5", "o@x.invalid", LONDON
    )
    usual: dict[str, Any] = {
        "public_id": "c",
        "reference": "NC-26-0147",
        "version": 1,
        "partnership": place,
        "person_reference": "TOD-17",
        "raised_at": TOLD,
        "raiser": "Dr Amara Lewis",
        "raiser_role": "The person who raised it",
        "raising_agency": "Riverside Surgery",
        "challenged_agency": "Northtown Hospitals",
        "challenged_role": "doctor",
        "urgency": "not_sure",
        "track": "standard",
        "track_name": "Standard",
        "protocol": "Four-stage challenge, version 2026.1",
        "stage": "manager_review",
        "stage_name": "Manager review",
        "phase": Phase.MANAGER,
        "my_side": Side.RAISING,
        "my_slots": frozenset({"raiser"}),
        "my_titles": ("The person who raised it",),
        "is_raiser": True,
        "position": Position.NONE,
        "lead_view": LeadView.NONE,
        "proposal": None,
        "written": {},
        "replies": (),
        "news": (),
        "safety": None,
        "running": (a_deadline(),),
        "main": a_deadline(),
        "lapsed": (),
        "steps": (),
        "seats": (a_seat(),),
        "if_nobody": "Senior challenge",
        "events": (),
        "actions": (),
        "last_activity": TOLD,
    }
    return CaseView(**(usual | other))


def a_closed_case(*kinds: EventKind) -> CaseView:
    events = tuple(an_event(kind) for kind in kinds)
    return a_case(
        phase=Phase.CLOSED, stage_name="Closed", main=None, running=(), if_nobody=None, events=events
    )


def a_row(**other: Any) -> WorkRow:
    usual: dict[str, Any] = {
        "public_id": "c",
        "reference": "NC-26-0147",
        "partnership": "Northtown",
        "raising_agency": "Riverside Surgery",
        "challenged_agency": "Northtown Hospitals",
        "stage_name": "Manager review",
        "phase": Phase.MANAGER,
        "due": DUE,
        "zone": LONDON,
        "waits_for_title": "Clinical lead",
        "waits_for_agency": "Northtown Hospitals",
        "waits_for_me": False,
        "moved_by_silence": False,
        "unheld": False,
        "past_time": False,
        "raised_by_me": True,
    }
    return WorkRow(**(usual | other))


# ------------------------------------------------------------------------------ days and times


def test_a_day_has_its_name_and_the_year_only_when_asked_for() -> None:
    assert words.day(DUE) == "Wednesday 25 November"
    assert words.day(DUE, year=True) == "Wednesday 25 November 2026"
    assert words.day(date(2026, 12, 1)) == "Tuesday 1 December"


def test_a_day_is_the_day_where_the_people_are() -> None:
    late_in_summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert words.day(late_in_summer, LONDON) == "Wednesday 1 July"
    assert words.day(late_in_summer, "UTC") == "Tuesday 30 June"
    assert (
        words.day(datetime(2026, 12, 31, 23, 59, tzinfo=UTC), LONDON, year=True)
        == "Thursday 31 December 2026"
    )


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(0, 0, "12am"), (0, 5, "12:05am"), (9, 12, "9:12am"), (11, 59, "11:59am"), (12, 0, "12pm"),
     (12, 30, "12:30pm"), (17, 0, "5pm"), (23, 59, "11:59pm")],
)  # fmt: skip
def test_a_time_is_said_as_people_say_it(hour: int, minute: int, said: str) -> None:
    assert words.clock_time(datetime(2026, 11, 25, hour, minute, tzinfo=UTC), LONDON) == said


def test_a_time_in_summer_is_an_hour_later_than_in_utc() -> None:
    assert words.clock_time(datetime(2026, 7, 1, 16, 0, tzinfo=UTC), LONDON) == "5pm"


def test_a_moment_has_day_and_time_and_a_short_one_no_year() -> None:
    assert words.moment(DUE, LONDON) == "Wednesday 25 November 2026 at 5pm"
    assert words.short_moment(TOLD, LONDON) == "Wednesday 18 November, 5:51pm"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 working days"), (1, "1 working day"), (2, "2 working days"), (21, "21 working days")],
)
def test_one_working_day_is_one_and_all_others_are_days(count: int, said: str) -> None:
    assert words.working_days(count) == said


@pytest.mark.parametrize(
    ("left", "said"),
    [(2, "2 working days left"), (1, "1 working day left"), (0, "due today at 5pm"),
     (-1, "past its time by 1 working day"), (-3, "past its time by 3 working days")],
)  # fmt: skip
def test_the_time_left_is_counted_due_today_or_past(left: int, said: str) -> None:
    assert words.time_left(a_deadline(days_left=left)) == said


@given(st.integers(-400, 400))
def test_the_time_left_never_shows_a_minus_and_never_one_days(left: int) -> None:
    said = words.time_left(a_deadline(days_left=left))
    assert "-" not in said
    assert not re.search(r"\b1 working days\b", said)
    assert ("past its time" in said) == (left < 0)


@pytest.mark.parametrize(
    ("written", "said"),
    [("5 working_days", "5 working days"), ("1 working_days", "1 working day"), ("11 working_days", "11 working days"),
     ("30 calendar_days", "30 calendar days"), ("1 calendar_days", "1 calendar day"), ("2 hours", "2 hours"),
     ("1 hours", "1 hour"), ("1 weeks", "1 week"), ("2 weeks", "2 weeks"), ("1 minutes", "1 minute")],
)  # fmt: skip
def test_a_budget_of_the_protocol_is_said_in_words(written: str, said: str) -> None:
    assert words.budget(written) == said


def test_the_sum_names_each_day_that_counts_and_whose_closing_time_ends_it() -> None:
    assert words.the_sum(a_deadline()) == (
        "5 working days, told Wednesday 18 November, 5:51pm: Thu 19 Nov, Fri 20 Nov, Mon 23 Nov, Tue 24 Nov, "
        "Wed 25 Nov. It ends when Northtown Hospitals closes: Wednesday 25 November 2026 at 5pm."
    )


def test_the_sum_of_a_single_day_is_from_and_until() -> None:
    one = a_deadline(
        budget="1 working_days", days=(date(2026, 11, 19),), due=datetime(2026, 11, 19, 17, tzinfo=UTC)
    )
    assert words.the_sum(one) == (
        "1 working day from Wednesday 18 November, 5:51pm: Thursday 19 November 2026 at 5pm."
    )


def test_the_sum_of_two_days_names_both() -> None:
    two = a_deadline(budget="2 working_days", days=FIVE_DAYS[:2])
    assert words.the_sum(two).startswith(
        "2 working days, told Wednesday 18 November, 5:51pm: Thu 19 Nov, Fri 20 Nov. "
    )


# ------------------------------------------------------------------------------ where a case is


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


# ------------------------------------------------------------------------------ who was told, and the way


@pytest.mark.parametrize(
    ("standing", "said", "mark"),
    [
        (Standing.POSITION, "Gave a position, Wednesday 18 November", "tick"),
        (Standing.OWNED, "Owns it since Wednesday 18 November. No position yet", "half"),
        (Standing.OPENED, "Opened it, Wednesday 18 November. No position yet", "half"),
        (Standing.TOLD, "Told by e-mail, Wednesday 18 November. Not opened", "ring"),
        (Standing.UNREACHED, "Could not be told: the board office was told instead", "diamond"),
        (Standing.SILENT, "Did not answer: the time ended on Wednesday 18 November", "diamond"),
    ],
)
def test_each_standing_has_a_sentence_and_a_mark(standing: Standing, said: str, mark: str) -> None:
    assert words.standing(a_seat(standing=standing), LONDON) == said
    assert words.MARKS[standing] == mark


def test_whoever_takes_part_without_a_mail_is_not_said_to_have_had_one() -> None:
    assert words.standing(a_seat(at=None), LONDON) == "Takes part. Not opened"
    unreached = a_seat(standing=Standing.UNREACHED, at=None)
    assert words.standing(unreached, LONDON) == "Could not be told: the board office was told instead"


def a_step(state: StepState, cause: str | None = "raised", at: datetime | None = TOLD) -> StepView:
    return StepView("senior_challenge", "Senior challenge", Phase.SENIOR, state, at, cause)


def test_a_stage_says_where_the_case_is_and_why_it_came_there() -> None:
    assert words.step_note(a_step(StepState.HERE), LONDON) == "Here since Wednesday 18 November"
    assert words.step_note(a_step(StepState.HERE, "chosen"), LONDON) == "Here since Wednesday 18 November"
    assert words.step_note(a_step(StepState.HERE, "silence"), LONDON) == (
        "Here since Wednesday 18 November, by itself: nobody answered"
    )
    assert words.step_note(a_step(StepState.HERE, None, None), LONDON) == "Here"


def test_stages_behind_and_ahead_are_done_not_needed_or_perhaps_needed() -> None:
    assert words.step_note(a_step(StepState.DONE), LONDON) == "Done, entered Wednesday 18 November"
    assert words.step_note(a_step(StepState.DONE, None, None), LONDON) == "Done"
    assert words.step_note(a_step(StepState.SKIPPED, None, None), LONDON) == "Not needed"
    assert words.step_note(a_step(StepState.AHEAD, None, None), LONDON) == "Only if needed"


def test_the_last_stages_are_not_only_if_needed() -> None:
    ahead = a_step(StepState.AHEAD, None, None)
    assert words.step_note(replace(ahead, phase=Phase.CLOSED), LONDON) == "At the end"
    assert words.step_note(replace(ahead, phase=Phase.PROVISIONAL), LONDON) == "Once it is settled or decided"


def test_owning_lasts_for_its_stage_and_is_the_readers_own() -> None:
    here = a_step(StepState.HERE, at=TOLD)
    mine = an_event(EventKind.OWNED, by_me=True, at=TOLD + timedelta(hours=16))
    assert words.owned(a_case(steps=(here,), events=(mine,))) == (
        "Yours since Thursday 19 November, 9:51am. The clock keeps running until there is a position."
    )
    below = replace(mine, at=TOLD - timedelta(days=1))
    for event in (below, replace(mine, by_me=False), replace(mine, kind=EventKind.DECISION_KEPT)):
        assert words.owned(a_case(steps=(here,), events=(event,))) is None


def test_what_was_written_is_shown_in_the_order_of_the_form_and_safety_only_when_asked_for() -> None:
    def wrote(*names: str) -> EventView:
        written = tuple(WrittenView(n, f"the {n}", "A", "B", Side.BOARD, TOLD) for n in names)
        return an_event(EventKind.BOARD_DECIDED, written=written)

    decided = wrote("safety", "outcome", "dissent", "reasons", "surprise", "decision")
    texts = ["the decision", "the reasons", "the dissent", "the outcome"]
    assert [text for _, text in words.parts(decided)] == [*texts, "the surprise"]
    assert [text for _, text in words.parts(decided, safety=True)] == [*texts, "the safety", "the surprise"]


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_written_answers_have_the_order_in_which_each_form_asks_for_them(form: Form) -> None:
    known = list(words.FIELD_LABELS)
    asked = [known.index(ask.name) for ask in form.asks if ask.name in known]
    assert asked == sorted(asked)


# ------------------------------------------------------------------------------ what happened


def test_an_event_names_who_did_it_and_for_which_agency() -> None:
    kept = an_event(EventKind.DECISION_KEPT)
    assert words.happened(kept) == "Dr Sam Okafor, Northtown Hospitals keeps the decision"
    assert words.happened(replace(kept, actor_agency="")) == "Dr Sam Okafor keeps the decision"
    assert words.happened(replace(kept, actor="", actor_agency="")) == "The service keeps the decision"
    assert words.happened(replace(kept, by_me=True)) == "You keep the decision"


def test_a_move_up_says_whether_somebody_chose_it() -> None:
    chosen = an_event(EventKind.MOVED_UP, codes={"cause": "chosen"})
    assert words.happened(chosen) == "Dr Sam Okafor, Northtown Hospitals moved it up"
    assert words.happened(replace(chosen, by_me=True)) == "You moved it up"
    silent = an_event(EventKind.MOVED_UP, codes={"cause": "silence"}, actor="", actor_agency="")
    assert words.happened(silent) == "Moved up by itself: nobody answered"


def test_only_what_silence_did_is_marked_as_silence() -> None:
    silent = an_event(EventKind.MOVED_UP, codes={"cause": "silence"})
    assert words.by_silence(silent)
    assert words.by_silence(an_event(EventKind.DEADLINE_LAPSED))
    assert not words.by_silence(an_event(EventKind.MOVED_UP, codes={"cause": "chosen"}))
    assert not words.by_silence(an_event(EventKind.REMINDED))


@pytest.mark.parametrize("kind", EventKind)
def test_every_event_is_a_sentence_for_who_did_it_and_for_everybody_else(kind: EventKind) -> None:
    for event in (an_event(kind), an_event(kind, by_me=True), an_event(kind, actor="", actor_agency="")):
        said = words.happened(event)
        assert said[0].isupper()
        assert not re.search(r"[{}_]", said)
        assert not NOT_OUR_WORDS.search(said)


@pytest.mark.parametrize("kind", EventKind)
def test_nobody_is_told_that_you_keeps_a_decision(kind: EventKind) -> None:
    assert not re.match(r"You \w+s\b", words.happened(an_event(kind, by_me=True)))


def test_a_rise_in_risk_on_the_fastest_track_claims_no_shorter_time() -> None:
    fastest = an_event(EventKind.RISK_ROSE, codes={"from": "urgent", "to": "urgent"})
    assert "shorter" not in words.happened(fastest)


def test_a_rise_in_risk_that_makes_time_shorter_says_so() -> None:
    faster = an_event(EventKind.RISK_ROSE, codes={"from": "standard", "to": "urgent"}, by_me=True)
    assert words.happened(faster) == "You said that the risk has risen: time is shorter"


def test_owning_says_both_that_it_was_read_and_that_it_is_owned() -> None:
    owned = an_event(EventKind.OWNED, actor_agency="")
    assert words.happened(owned) == "Dr Sam Okafor has read this and owns it"
    assert words.happened(replace(owned, by_me=True)) == "You have read this and own it"
    assert words.TRIGGER_LINKS[Trigger.ACKNOWLEDGE] == "I have read this and own it"


# ------------------------------------------------------------------------------ labels and links


def _written_fields() -> Iterable[str]:
    """The names of all written answers; a time-out is the clock's and nobody writes it."""
    for command in commands.Command.__subclasses__():
        if command.trigger is not Trigger.TIME_OUT:
            yield from (f.name for f in fields(command) if f.type in (str, str | None))


def test_everything_that_can_be_written_has_a_label() -> None:
    for name in set(_written_fields()):
        assert words.label(name) != name, name
    assert words.label("outcome") == "Outcome for the child or adult"
    assert words.label("would_change_mind") == "What new fact would change this view"
    assert words.label("unheard_of") == "unheard_of"


def test_everything_that_a_person_may_do_has_words_and_what_only_time_does_has_none() -> None:
    assert set(words.TRIGGER_LINKS) == set(Trigger) - {Trigger.RAISE, Trigger.TIME_OUT}
    for said in words.TRIGGER_LINKS.values():
        assert said[0].isupper()
        assert not NOT_OUR_WORDS.search(said)
    assert len(set(words.TRIGGER_LINKS.values())) == len(words.TRIGGER_LINKS)
    assert words.TRIGGER_LINKS[Trigger.READDRESS] == "This is not ours: pass it on"


@pytest.mark.parametrize(
    ("view", "said"),
    [(LeadView.NONE, "has not given a view yet"), (LeadView.SUPPORTS, "supports it"),
     (LeadView.DECLINES, "does not support it")],
)  # fmt: skip
def test_a_lead_supports_it_or_does_not_or_has_not_said(view: LeadView, said: str) -> None:
    assert words.lead_view(view) == said


# ------------------------------------------------------------------------------ the receipt and the lists


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
