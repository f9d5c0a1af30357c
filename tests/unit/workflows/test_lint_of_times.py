"""What is said of times before a procedure is published: which of two is later, sittings, rehearsals, circles."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from workflows import amount, loader
from workflows.lint import Weight, lint
from workflows.lint.finding import Finding
from workflows.lint.times import (
    higher_risk_never_later,
    later,
    met_by_somebody,
    never_without_clock,
    no_rehearsal_units,
    reminder_before_end,
    risk_leads_on,
    sittings_last,
    waiting_has_clock,
)
from workflows.protocol import Protocol
from workflows.stages import Cap, Clock, Move
from workflows.triggers import Trigger
from workflows.vocabulary import Expiry

SITTING = amount.parse("next_sitting")
REVIEW = date(2027, 11, 1)


@pytest.fixture(scope="module")
def small() -> Protocol:
    """A small protocol without a mistake."""
    return loader.load(Path(__file__).with_name("broken") / "base.toml")


def changed(protocol: Protocol, stage: str = "review", **changes: object) -> Protocol:
    """The protocol with something else said of the first clock of a stage."""
    there = protocol.stages[stage]
    clocks = (replace(there.clocks[0], **changes), *there.clocks[1:])
    return replace(protocol, stages={**protocol.stages, stage: replace(there, clocks=clocks)})


def with_more(
    protocol: Protocol, *, clocks: tuple[Clock, ...] = (), moves: tuple[Move, ...] = ()
) -> Protocol:
    """The protocol with more clocks and moves in its first stage."""
    review = protocol.stages["review"]
    more = replace(review, clocks=review.clocks + clocks, moves=review.moves + moves)
    return replace(protocol, stages={**protocol.stages, "review": more})


def places(found: Iterable[object]) -> list[str]:
    """Where something was found, in words."""
    return [one.key for one in found if isinstance(one, Finding)]


@pytest.mark.parametrize(
    ("fast", "slow", "is_later"),
    [
        ("1 working_days", "1 working_days", False),
        ("1 working_days", "2 working_days", False),
        ("2 working_days", "1 working_days", True),
        ("24 hours", "1 working_days", False),
        ("1 working_days", "24 hours", True),
        ("9 hours", "same_working_day", True),
        ("4 working_hours", "24 hours", True),  # over a weekend
        ("4 working_hours at most 24 hours", "24 hours", False),
        ("5 working_days", "1 weeks", True),  # over Easter
        ("1 weeks", "5 working_days", False),
        ("7 calendar_days", "1 weeks", False),
        ("4 calendar_days", "4 working_days", False),
        ("90 minutes", "2 hours", False),
        ("121 minutes", "2 hours", True),
    ],
)
def test_one_time_is_later_than_another_if_it_ever_is(fast: str, slow: str, is_later: bool) -> None:
    assert later(amount.parse(fast), amount.parse(slow)) is is_later


def test_more_risk_never_gives_more_time(small: Protocol) -> None:
    assert places(higher_risk_never_later(small)) == []
    budgets = {"standard": amount.parse("1 working_days"), "urgent": amount.parse("2 working_days")}
    found = list(higher_risk_never_later(changed(small, budgets=budgets)))
    assert places(found) == ["stage review, clock reply, budgets"]
    assert found[0].words == "gives 2 working_days at the pace 'urgent', which can be later than 'standard'"


@pytest.mark.parametrize(
    ("sittings", "said"),
    [
        ((), ["sittings"]),
        ((date(2027, 1, 1), date(2027, 10, 31)), ["sittings"]),
        ((date(2027, 1, 1), REVIEW), []),  # on the day of the review itself
        ((REVIEW, date(2027, 12, 1)), []),
    ],
)
def test_sittings_are_known_until_the_review(
    small: Protocol, sittings: tuple[date, ...], said: list[str]
) -> None:
    assert small.review_by == REVIEW
    asked = changed(small, budgets=dict.fromkeys(small.paces, SITTING))
    assert places(sittings_last(replace(asked, sittings=sittings))) == said
    repeated = changed(small, stage="board", repeat=SITTING)
    assert places(sittings_last(replace(repeated, sittings=sittings))) == said


def test_sittings_for_which_no_clock_waits_are_taken_out(small: Protocol) -> None:
    found = list(sittings_last(replace(small, sittings=(REVIEW,))))
    assert [one.words for one in found] == ["no clock waits for a sitting: take the dates out"]
    assert list(sittings_last(small)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"budgets": {"standard": amount.parse("5 working_days"), "urgent": amount.parse("9 seconds")}},
        {"reminders": {"urgent": amount.parse("9 seconds")}},
        {"repeat": amount.parse("9 seconds")},
        {"at_most": amount.parse("9 seconds")},
        {"at_most": amount.parse("4 hours at most 9 seconds")},
    ],
)
def test_seconds_are_for_rehearsals_wherever_they_stand(small: Protocol, changes: dict[str, object]) -> None:
    assert places(no_rehearsal_units(small)) == []
    assert places(no_rehearsal_units(changed(small, **changes))) == ["stage review, clock reply"]


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("4 working_days", []),
        ("5 working_days", ["stage review, clock reply, reminders"]),
        ("6 working_days", ["stage review, clock reply, reminders"]),
        ("6 hours", []),
    ],
)
def test_a_reminder_comes_before_the_end(small: Protocol, before: str, said: list[str]) -> None:
    reminded = changed(small, reminders={"standard": amount.parse(before)})
    assert places(reminder_before_end(reminded)) == said


def test_a_rise_in_risk_leads_on_and_not_in_a_circle(small: Protocol) -> None:
    assert places(risk_leads_on(small)) == []
    urgent = replace(small.paces["urgent"], on_risk_rise="standard")
    circle = replace(small, paces={**small.paces, "urgent": urgent})
    assert places(risk_leads_on(circle)) == ["pace standard, on_risk_rise", "pace urgent, on_risk_rise"]


def test_a_clock_only_on_record_is_not_enough_to_wait_by(small: Protocol) -> None:
    assert places(waiting_has_clock(small)) == []
    assert places(waiting_has_clock(changed(small, on_expiry=Expiry.RECORD))) == ["stage review"]
    late = changed(small, starts_on=frozenset({Trigger.KEEP_DECISION}))
    assert places(waiting_has_clock(late)) == ["stage review"]
    review = small.stages["review"]
    cap = Cap(replace(review.clocks[0], id="cap:whole", on_expiry=Expiry.REPEAT), frozenset({"review"}))
    assert places(waiting_has_clock(replace(late, caps={"cap:whole": cap}))) == []


class TestNothingIsLeftWithoutAClock:
    def answer(self, small: Protocol, **changes: object) -> Clock:
        """A clock that begins with a reply."""
        changes = {"id": "answer", "starts_on": frozenset({Trigger.KEEP_DECISION}), **changes}
        return replace(small.stages["review"].clocks[0], **changes)

    def met(self, small: Protocol) -> Protocol:
        """The protocol in which a reply meets the only clock."""
        return changed(small, stopped_by=frozenset({Trigger.KEEP_DECISION, Trigger.AGREE_SETTLEMENT}))

    def test_by_a_move_that_meets_the_last_one(self, small: Protocol) -> None:
        assert list(never_without_clock(small)) == []
        [found] = never_without_clock(self.met(small))
        assert found.key == "stage review, move keep_decision"
        assert found.words == "ends 'reply' and starts nothing: from then on no clock runs in this stage"

    def test_unless_the_move_starts_another(self, small: Protocol) -> None:
        assert list(never_without_clock(with_more(self.met(small), clocks=(self.answer(small),)))) == []
        noted = self.answer(small, on_expiry=Expiry.RECORD)
        assert places(never_without_clock(with_more(self.met(small), clocks=(noted,)))) == [
            "stage review, move keep_decision"
        ]

    def test_by_a_second_move_after_a_first_one(self, small: Protocol) -> None:
        answer = self.answer(small, stopped_by=frozenset({Trigger.TELL_CHANGE}))
        tell = Move(Trigger.TELL_CHANGE, frozenset({"raiser"}))
        found = list(never_without_clock(with_more(self.met(small), clocks=(answer,), moves=(tell,))))
        assert [(one.key, "'answer'" in one.words) for one in found] == [
            ("stage review, move tell_change", True)
        ]

    def test_by_silence_that_counts_as_a_reply(self, small: Protocol) -> None:
        silent = changed(small, on_expiry=Expiry.UNSATISFACTORY)
        assert places(never_without_clock(silent)) == ["stage review, clock reply, on_expiry"]
        assert list(never_without_clock(with_more(silent, clocks=(self.answer(small),)))) == []

    def test_but_not_by_a_wrong_door_since_the_right_one_is_asked_anew(self, small: Protocol) -> None:
        pass_on = Move(Trigger.READDRESS, frozenset({"manager"}))
        assert list(never_without_clock(with_more(small, moves=(pass_on,)))) == []
        late = self.answer(small, waits_for=("raiser",))
        both = with_more(self.met(small), clocks=(late,), moves=(pass_on,))
        assert list(never_without_clock(both)) == []  # the right door is asked anew


def test_a_clock_is_met_and_begun_by_something_that_can_be_done(small: Protocol) -> None:
    assert list(met_by_somebody(small)) == []
    never = changed(small, stopped_by=frozenset({Trigger.SUPPORT}), starts_on=frozenset({Trigger.SUPPORT}))
    assert places(met_by_somebody(never)) == [
        "stage review, clock reply, stopped_by",
        "stage review, clock reply, starts_on",
    ]


def test_errors_are_said_before_warnings(small: Protocol) -> None:
    one = replace(small.paces["standard"], urgencies=small.paces["standard"].urgencies | {"today"})
    wrong = replace(small, paces={"standard": replace(one, on_risk_rise=None)}, sittings=(REVIEW,))
    weights = [finding.weight for finding in lint(wrong)]
    assert weights == [Weight.ERROR, Weight.WARNING]
