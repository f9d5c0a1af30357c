"""A rehearsal plays a protocol as the service would, and says line by line what was owed and what came of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support import richer
from workflows import commands as c
from workflows import loader, scenario
from workflows.amount import Amount
from workflows.performed import command_of
from workflows.protocol import Protocol
from workflows.scenario import Scenario, ScenarioError, Step
from workflows.simulate import MOST_LINES, simulate, summary
from workflows.triggers import Trigger
from workflows.vocabulary import Unit, Urgency, Within

WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=UTC)
HEAD = "protocol = 'x'\ntitle = 'y'\nraised = 2026-06-03T10:00:00\n"


@pytest.fixture(scope="module")
def everything() -> Protocol:
    """The default with everything that a procedure can ask for."""
    return loader.loads(richer.body(), richer.NAME)


def at(hours: int, by: str, do: Trigger, **given: object) -> Step:
    return Step(WEDNESDAY + timedelta(hours=hours), by, do, given)


def played(protocol: Protocol, *steps: Step, **more: object) -> list[str]:
    """What a rehearsal says of these steps, without the year."""
    one = Scenario("everything-1", "A rehearsal", WEDNESDAY, steps=steps, **more)
    return [str(line).removeprefix("2026-") for line in simulate(protocol, one)]


def test_what_is_raised_says_what_is_owed_by_whom_until_when(everything: Protocol) -> None:
    assert played(everything) == [
        "11-18 10:00 raised: track main, pace standard",
        "11-18 10:00 enters manager_review",
        "11-18 10:00 challenged_manager owes reply until 2026-11-25 17:00",
        "11-18 10:00 raising_lead owes view until 2026-11-20 17:00",
        "11-18 10:00 business_manager owes whole until 2027-01-04 17:00",
    ]


def test_what_people_do_is_told_with_what_it_ends_and_sets_going(everything: Protocol) -> None:
    steps = (at(1, "challenged_manager", Trigger.KEEP_DECISION), at(2, "raiser", Trigger.ESCALATE))
    assert played(everything, *steps)[5:] == [
        "11-18 11:00 challenged_manager does keep_decision",
        "11-18 11:00 met reply",
        "11-18 11:00 raiser owes answer until 2026-11-23 17:00",
        "11-18 12:00 raiser does escalate",
        "11-18 12:00 stopped view",
        "11-18 12:00 met answer",
        "11-18 12:00 enters senior_challenge",
        "11-18 12:00 challenged_head owes position until 2026-11-23 17:00",
    ]


def test_what_nobody_does_is_told_at_its_instant_and_no_later(everything: Protocol) -> None:
    due = datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert played(everything, until=due)[5:] == ["11-20 17:00 silence: view, raising_lead"]
    assert played(everything, until=due - timedelta(seconds=1))[5:] == []


def test_silence_before_a_step_comes_before_it(everything: Protocol) -> None:
    late = at(8 * 24, "challenged_manager", Trigger.CHANGE_DECISION)
    lines = played(everything, late)[5:]
    assert lines[:4] == [
        "11-20 17:00 silence: view, raising_lead",
        "11-25 17:00 silence: reply, challenged_manager",
        "11-25 17:00 enters senior_challenge",
        "11-25 17:00 challenged_head owes position until 2026-12-01 17:00",
    ]
    assert lines[4] == "11-26 10:00 challenged_manager does change_decision"


def test_what_is_refused_is_told_and_changes_nothing(everything: Protocol) -> None:
    steps = (at(1, "raiser", Trigger.KEEP_DECISION), at(2, "chair", Trigger.RECORD_DECISION))
    lines = played(everything, *steps)
    assert lines[5:] == [
        "11-18 11:00 raiser does keep_decision: refused not_yours",
        "11-18 12:00 chair does record_decision: refused not_possible_here",
    ]


def test_other_ends_and_tracks_beside_are_told(everything: Protocol) -> None:
    steps = (
        at(1, "raiser", Trigger.SET_TIME, end=WEDNESDAY + timedelta(hours=30)),
        at(2, "raiser", Trigger.OPEN_BESIDE, beside="opinion"),
    )
    assert played(everything, *steps)[5:] == [
        "11-18 11:00 raiser does set_time",
        "11-18 11:00 retimed reply until 2026-11-19 16:00",
        "11-18 12:00 raiser does open_beside",
        "11-18 12:00 beside: opinion",
    ]


def test_while_the_clocks_stand_still_nothing_runs_out(everything: Protocol) -> None:
    paused = at(1, "business_manager", Trigger.PAUSE)
    lines = played(everything, paused, until=WEDNESDAY + timedelta(days=90))
    assert lines[5:] == ["11-18 11:00 business_manager does pause"]


def test_what_goes_elsewhere_says_where_and_ends_there(everything: Protocol) -> None:
    step = at(1, "raiser", Trigger.WITHDRAW)
    lines = played(everything, step, within=Within.AGENCY, until=WEDNESDAY + timedelta(days=90))
    assert lines == ["11-18 10:00 elsewhere: Your own agency's procedure"]


def test_what_cannot_begin_says_why(everything: Protocol) -> None:
    assert played(everything, enter="closed") == ["11-18 10:00 refused not_an_entry"]
    assert played(everything, enter="senior_challenge")[1] == "11-18 10:00 enters senior_challenge"


def test_a_concern_is_raised_as_the_scenario_says(everything: Protocol) -> None:
    assert played(everything, urgency=Urgency.TODAY)[0].endswith("pace urgent")
    empty = played(everything, empty=frozenset({"raising_lead", "challenged_manager"}))
    assert empty[2:4] == [
        "11-18 10:00 business_manager owes reply until 2026-11-25 17:00",
        "11-18 10:00 business_manager owes whole until 2027-01-04 17:00",
    ]


def test_of_two_times_that_end_together_the_one_that_moves_nothing_comes_first(
    everything: Protocol,
) -> None:
    stage = everything.stages["manager_review"]
    together = tuple(
        replace(clock, budgets=dict.fromkeys(everything.paces, Amount(2, Unit.WORKING_DAYS)))
        if clock.id in ("reply", "view")
        else clock
        for clock in stage.clocks
    )
    stages = {**everything.stages, stage.id: replace(stage, clocks=together)}
    lines = played(replace(everything, stages=stages), until=WEDNESDAY + timedelta(days=3))
    assert lines[5:8] == [
        "11-20 17:00 silence: view, raising_lead",
        "11-20 17:00 silence: reply, challenged_manager",
        "11-20 17:00 enters senior_challenge",
    ]


def test_a_deadline_that_runs_again_for_ever_ends_the_rehearsal(protocol: Protocol) -> None:
    second = Amount(1, Unit.SECONDS)
    stage = protocol.stages["board_arbitration"]
    clocks = (replace(stage.clocks[0], budgets=dict.fromkeys(protocol.paces, second), repeat=second),)
    hurried = replace(protocol, stages={**protocol.stages, stage.id: replace(stage, clocks=clocks)})
    up = (at(1, "raiser", Trigger.ESCALATE), at(2, "challenged_head", Trigger.ESCALATE))
    lines = simulate(hurried, Scenario("x", "y", WEDNESDAY, steps=up, until=WEDNESDAY + timedelta(days=1)))
    assert summary(lines)["silence"] == MOST_LINES == 2000


def test_the_lines_are_counted_by_what_they_tell(everything: Protocol) -> None:
    steps = (at(1, "raiser", Trigger.KEEP_DECISION), at(2, "raiser", Trigger.WITHDRAW))
    one = Scenario("x", "y", WEDNESDAY, steps=steps)
    assert summary(simulate(everything, one)) == {
        "raised": 1, "entered": 2, "owed": 3, "refused": 1, "done": 1, "stopped": 3,
    }  # fmt: skip


class TestAFile:
    def load(self, tmp_path: Path, text: str) -> Scenario:
        file = tmp_path / "one.toml"
        file.write_text(text, encoding="utf-8")
        return scenario.load(file)

    def refused(self, tmp_path: Path, text: str) -> str:
        with pytest.raises(ScenarioError) as error:
            self.load(tmp_path, text)
        return str(error.value)

    def test_has_local_times_and_steps_with_their_choices(self, tmp_path: Path) -> None:
        text = f"""{HEAD}until = 2026-06-05T09:00:00Z\nempty = ['lead']\ntrace = '''
  one

two  \n'''
[[step]]\nat = 2026-06-03T12:00:00\nby = 'raiser'\ndo = 'set_time'\nend = 2026-06-04T12:00:00\n"""
        found = self.load(tmp_path, text)
        assert found.raised == datetime(2026, 6, 3, 9, tzinfo=UTC)  # summer time
        assert found.until == datetime(2026, 6, 5, 9, tzinfo=UTC)
        assert found.empty == {"lead"}
        assert found.trace == ("  one", "two")
        assert found.steps == (
            Step(
                datetime(2026, 6, 3, 11, tzinfo=UTC), "raiser", Trigger.SET_TIME,
                {"end": datetime(2026, 6, 4, 11, tzinfo=UTC)},
            ),
        )  # fmt: skip

    def test_that_says_no_more_has_nothing_more(self, tmp_path: Path) -> None:
        found = self.load(tmp_path, HEAD)
        assert found == Scenario("x", "y", datetime(2026, 6, 3, 9, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (HEAD.replace("title = 'y'\n", ""), "title: Missing data for required field."),
            (HEAD.replace("raised = 2026-06-03T10:00:00\n", ""), "raised: Missing data for required field."),
            (HEAD.replace("protocol = 'x'\n", ""), "protocol: Missing data for required field."),
            (f"{HEAD}who = 'me'", "who: Unknown field."),
            (
                f"{HEAD}[[step]]\nat = 2026-06-03T12:00:00\nby = 'raiser'\ndo = 'withdraw'\n[[step]]\n",
                "step 2 at: Missing data for required field.; step 2 by: Missing data for required field.; "
                "step 2 do: Missing data for required field.",
            ),
            (
                f"{HEAD}[[step]]\nat = 2026-06-03T12:00:00\nby = 'r'\ndo = 'withdraw'\ntrace = 'x'",
                "step 1 trace: Unknown field.: it stands above the first [[step]]",
            ),
            (
                f"{HEAD}[[step]]\nat = 2026-06-03T12:00:00\nby = 'r'\ndo = 'withdraw'\nwho = 'x'",
                "step 1 who: Unknown field.",
            ),
            (f"{HEAD}trace = 5", "trace: Not a valid string."),
            (f"{HEAD}step = 3", "step: Not a valid list."),
        ],
    )
    def test_with_a_mistake_says_in_which_step_and_key(self, tmp_path: Path, text: str, words: str) -> None:
        assert self.refused(tmp_path, text) == f"one.toml: {words}"

    def test_with_an_end_that_is_no_time_says_how_one_is_written(self, tmp_path: Path) -> None:
        text = f"{HEAD}[[step]]\nat = 2026-06-03T12:00:00\nby = 'r'\ndo = 'set_time'\nend = 'noon'"
        assert "'noon' is not a time; write for example 2026-03-02T10:00:00" in self.refused(tmp_path, text)


@pytest.mark.parametrize(
    ("do", "missing"),
    [
        (Trigger.CONFIRM, "gate"),
        (Trigger.CONVENE, "meeting"),
        (Trigger.HOLD_MEETING, "meeting"),
        (Trigger.SET_TIME, "end"),
        (Trigger.PROPOSE_TIME, "clock"),
        (Trigger.EXTEND, "clock"),
        (Trigger.OPEN_BESIDE, "beside"),
    ],
)
def test_a_step_without_its_choice_is_refused_with_its_time(do: Trigger, missing: str) -> None:
    with pytest.raises(ScenarioError, match=f"{do} at 2026-11-18 11:00 needs '{missing}'"):
        command_of(at(1, "raiser", do))


def test_after_its_end_everything_is_refused(everything: Protocol) -> None:
    lines = played(everything, at(1, "raiser", Trigger.WITHDRAW), at(2, "raiser", Trigger.SAY_SAFETY))
    assert lines[-1] == "11-18 12:00 raiser does say_safety: refused closed"


def test_a_step_with_a_choice_that_is_none_is_refused_with_its_time() -> None:
    with pytest.raises(ScenarioError, match="confirm at 2026-11-18 11:00: 'famly_told' is not a valid Gate"):
        command_of(at(1, "raiser", Trigger.CONFIRM, gate="famly_told"))


def test_a_step_by_somebody_whom_the_protocol_does_not_know_is_refused(everything: Protocol) -> None:
    with pytest.raises(ScenarioError, match="'chiar' is no slot, did you mean 'chair'"):
        played(everything, at(1, "chiar", Trigger.RECUSE))


def test_a_step_that_says_no_more_is_what_people_usually_do() -> None:
    assert command_of(at(1, "raiser", Trigger.WITHDRAW)) == c.Withdraw(reasons="-", freely=True)
    assert command_of(at(1, "raiser", Trigger.WITHDRAW, freely=False)) == c.Withdraw(
        reasons="-", freely=False
    )
    assert command_of(at(1, "raiser", Trigger.TELL_CHANGE)) == c.TellChange(what_changed="-")
    worse = command_of(at(1, "raiser", Trigger.TELL_CHANGE, risk_rose=True))
    assert worse == c.TellChange(what_changed="-", risk_rose=True)
    called = command_of(at(1, "raising_lead", Trigger.CONVENE, meeting="talk"))
    assert called == c.Convene(meeting=c.Id("talk"), when=WEDNESDAY + timedelta(hours=25))
    decided = command_of(at(1, "chair", Trigger.RECORD_DECISION))
    assert isinstance(decided, c.RecordDecision)
    assert decided.changed is c.Changed.YES
    assert command_of(at(1, "raiser", Trigger.SKIP)) == c.Skip(reasons="-", to=None)
    assert command_of(at(1, "raiser", Trigger.SKIP, to="board")) == c.Skip(reasons="-", to=c.Id("board"))
