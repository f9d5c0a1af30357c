"""What holds in every history, however people and the clock act."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.unit.workflows.story import (
    CANARY,
    CHAIR,
    COUNCIL_MANAGER,
    EVERYBODY,
    MICROSECOND,
    WEDNESDAY,
    Story,
    ask,
)
from workflows import commands as c
from workflows import loader
from workflows.case import CLOCK, Actor, CaseState, DeadlineState, Decision, Refusal
from workflows.events import EventKind
from workflows.machine import decide, possibilities
from workflows.triggers import Trigger
from workflows.vocabulary import Expiry, Phase, Urgency

PROTOCOL = loader.load(loader.shipped()["four-stage-2026.1"])
"""Not a fixture: a history that fails would be printed with the whole protocol in front."""

TWO_HATS = Actor(60, frozenset({"raiser", "challenged_manager"}), frozenset())
PARTIAL_CHAIR = replace(CHAIR, account=61, agencies=frozenset({20}))
STRANGER = Actor(62)
ACTORS = (*EVERYBODY, COUNCIL_MANAGER, TWO_HATS, PARTIAL_CHAIR, STRANGER, CLOCK)
NOBODY_IN_PLACE: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"raising_lead"}),
    frozenset({"raising_lead", "raising_head"}),
)
PHASES = list(Phase)
THOROUGH = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Turn:
    """What is tried next: by anybody, by somebody who may, or by the clock after a silence."""

    kind: str
    who: int
    what: int
    trigger: Trigger
    full: bool
    waited: timedelta


turns = st.builds(
    Turn,
    st.sampled_from(["anything", "possible", "possible", "possible", "silence"]),
    st.integers(0, len(ACTORS) - 1),
    st.integers(0, len(Trigger) - 1),
    st.sampled_from(list(Trigger)),
    st.booleans(),
    st.timedeltas(timedelta(0), timedelta(days=6)),
)
histories = st.tuples(
    st.sampled_from(list(Urgency)),
    st.sampled_from(NOBODY_IN_PLACE),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.lists(turns, min_size=6, max_size=20),
)
History = tuple[Urgency, frozenset[str], timedelta, list[Turn]]


@dataclass(frozen=True)
class Step:
    """One thing asked for, in the case as it was, and what came of it."""

    before: CaseState
    actor: Actor
    command: c.Command
    story: Story
    outcome: Decision | Refusal


def walk(history: History) -> Iterator[Step]:
    """Tells a history, one step after the other."""
    urgency, empty, later, chosen = history
    story = Story.raised(PROTOCOL, at=WEDNESDAY + later, urgency=urgency, empty=empty)
    for turn in chosen:
        actor, command = _choose(story, turn)
        before = story.case
        outcome = story.asked(actor, command)
        if isinstance(outcome, Decision):
            story.last = outcome
            story.told += outcome.events
        yield Step(before, actor, command, story, outcome)


def decisions(history: History) -> Iterator[tuple[Step, Decision]]:
    """The steps of a history that somebody was allowed to take."""
    for step in walk(history):
        if isinstance(step.outcome, Decision):
            yield step, step.outcome


def _choose(story: Story, turn: Turn) -> tuple[Actor, c.Command]:
    if turn.kind == "silence" and story.case.clocks:
        clock = story.case.clocks[turn.who % len(story.case.clocks)]
        story.now = max(story.now, clock.due)
        return CLOCK, c.TimeOut(clock=clock.clock, rung=clock.rung)
    story.now += turn.waited
    able = _able(story.case) if turn.kind == "possible" else {}
    if able:
        trigger = list(able)[turn.what % len(able)]
        return able[trigger][turn.who % len(able[trigger])], ask(trigger, full=turn.full)
    return ACTORS[turn.who % len(ACTORS)], ask(turn.trigger, full=turn.full)


def _able(case: CaseState) -> dict[Trigger, list[Actor]]:
    """What can be done now, each with those who may do it."""
    able: dict[Trigger, list[Actor]] = {}
    for actor in ACTORS:
        for seen in possibilities(PROTOCOL, case, actor):
            if seen.refusal is None:
                able.setdefault(seen.trigger, []).append(actor)
    return able


class TestEveryHistory:
    @given(histories)
    @THOROUGH
    def test_gets_an_answer_to_everything_and_a_reason_for_every_no(self, history: History) -> None:
        for step in walk(history):
            if isinstance(step.outcome, Refusal):
                event(step.outcome.code)
                assert step.outcome.code.isidentifier()
                assert step.outcome.reason.endswith(".")
                assert len(step.outcome.reason.split()) > 5

    @given(histories)
    @THOROUGH
    def test_has_a_clock_that_does_something_until_it_is_closed(self, history: History) -> None:
        for _, decision in decisions(history):
            after = decision.after
            stage = PROTOCOL.stages[after.stage]
            event(after.stage)
            if stage.phase is Phase.CLOSED:
                assert after.clocks == ()
            else:
                clocks = [stage.clock(k.clock) for k in after.clocks]
                assert any(k is not None and k.on_expiry is not Expiry.RECORD for k in clocks)

    @given(histories)
    @THOROUGH
    def test_never_writes_a_deadline_twice_in_a_stage(self, history: History) -> None:
        written: set[tuple[str, int]] = set()
        for step, decision in decisions(history):
            if decision.entered is not None:
                written = set()
            elif not written:
                written = {(k.clock, k.rung) for k in step.before.clocks}
            for started in decision.started:
                assert (started.clock, started.rung) not in written
                written.add((started.clock, started.rung))

    @given(histories)
    @THOROUGH
    def test_starts_no_deadline_that_is_past_and_no_reminder_out_of_time(self, history: History) -> None:
        for step, decision in decisions(history):
            now = step.story.now
            assert all(s.base == now and s.due > now for s in decision.started)
            dues = [(s.due, s.remind_at) for s in decision.started]
            dues += [(s.due, s.remind_at) for s in decision.retimed]
            assert all(now < remind < due for due, remind in dues if remind is not None)

    @given(histories)
    @THOROUGH
    def test_moves_one_stage_at_a_time_and_never_back(self, history: History) -> None:
        for step, decision in decisions(history):
            passages = [
                e
                for e in decision.events
                if e.kind in (EventKind.MOVED_UP, EventKind.SETTLED_FOR_NOW, EventKind.CLOSED)
            ]
            if decision.entered is None:
                assert (decision.after.stage, passages) == (step.before.stage, [])
            else:
                here, there = (PROTOCOL.stages[s].phase for s in (step.before.stage, decision.after.stage))
                assert decision.entered.stage == decision.after.stage
                assert PHASES.index(there) > PHASES.index(here)
                assert len(passages) == 1

    @given(histories)
    @THOROUGH
    def test_accounts_for_every_deadline(self, history: History) -> None:
        for step, decision in decisions(history):
            shorter = {(s.clock, s.rung): s.due for s in decision.retimed}
            running = {(k.clock, k.rung): shorter.get((k.clock, k.rung), k.due) for k in step.before.clocks}
            for ended in decision.ended:
                del running[(ended.clock, ended.rung)]
            running |= {(s.clock, s.rung): s.due for s in decision.started}
            assert running == {(k.clock, k.rung): k.due for k in decision.after.clocks}

    @given(histories)
    @THOROUGH
    def test_lets_a_deadline_lapse_only_to_the_clock_and_only_in_its_time(self, history: History) -> None:
        for step, decision in decisions(history):
            lapsed = [e for e in decision.ended if e.state is DeadlineState.LAPSED]
            assert len(lapsed) == (step.command.trigger is Trigger.TIME_OUT)
            assert all(e.late_by == 0 for e in decision.ended if e not in lapsed)
            for gone in lapsed:
                due = next(k.due for k in step.before.clocks if (k.clock, k.rung) == (gone.clock, gone.rung))
                assert step.actor == CLOCK
                assert timedelta(seconds=gone.late_by) <= step.story.now - due

    @given(histories)
    @THOROUGH
    def test_only_ever_shortens_when_the_risk_rises(self, history: History) -> None:
        for step, decision in decisions(history):
            due = {(k.clock, k.rung): k.due for k in step.before.clocks}
            assert all(s.due < due[(s.clock, s.rung)] for s in decision.retimed)
            rose = any(e.kind is EventKind.RISK_ROSE for e in decision.events)
            assert rose or (decision.retimed, decision.after.pace) == ((), step.before.pace)

    @given(histories)
    @THOROUGH
    def test_keeps_every_written_word_out_of_its_events(self, history: History) -> None:
        for _, decision in decisions(history):
            assert decision.events
            assert CANARY not in repr(decision)

    @given(histories)
    @THOROUGH
    def test_is_told_the_same_when_told_again(self, history: History) -> None:
        once, again = ([s.outcome for s in walk(history)] for _ in range(2))
        assert once == again

    @given(histories)
    @THOROUGH
    def test_is_never_decided_by_somebody_who_has_a_part_in_it(self, history: History) -> None:
        acted: set[int | None] = {1}
        for step, decision in decisions(history):
            if step.command.trigger is Trigger.RECORD_DECISION:
                assert step.actor == CHAIR
                assert step.actor.account not in acted
            elif step.actor is not CLOCK and not step.actor.slots <= {"business_manager", "chair"}:
                acted.add(step.actor.account)
                assert step.actor.account in decision.after.party_people


class TestWhatIsPossible:
    @given(histories)
    @THOROUGH
    def test_is_what_decide_allows_and_the_rest_is_what_it_refuses(self, history: History) -> None:
        *_, last = walk(history)
        for actor in ACTORS:
            _agrees(last.story, actor)


def _agrees(story: Story, actor: Actor) -> None:
    listed = {p.trigger: p.refusal for p in possibilities(PROTOCOL, story.case, actor)}
    for trigger in Trigger:
        if trigger is Trigger.TIME_OUT:
            continue
        answer = decide(PROTOCOL, story.case, ask(trigger), actor, story.now)
        if trigger not in listed:
            assert isinstance(answer, Refusal)
            assert answer.code in {"not_yours", "not_possible_here", "closed"}
        elif listed[trigger] is None:
            assert isinstance(answer, Decision)
        else:
            assert answer == listed[trigger]


class TestEverySilence:
    @given(st.sampled_from(list(Urgency)), st.timedeltas(timedelta(0), timedelta(days=400)))
    def test_brings_the_case_to_the_chair_by_itself_in_bounded_time(
        self, urgency: Urgency, later: timedelta
    ) -> None:
        story = Story.raised(PROTOCOL, at=WEDNESDAY + later, urgency=urgency)
        story.times_out("reply")
        story.times_out("position")
        assert story.case.stage == "board_arbitration"
        assert story.now - (WEDNESDAY + later) < timedelta(days=25)

    @given(st.lists(turns, max_size=8), st.sampled_from(list(Urgency)))
    def test_does_nothing_a_microsecond_too_soon(self, chosen: list[Turn], urgency: Urgency) -> None:
        story = Story.raised(PROTOCOL, urgency=urgency)
        for step in walk((urgency, frozenset(), timedelta(0), chosen)):
            story = step.story
        for clock in story.case.clocks:
            command = c.TimeOut(clock=clock.clock, rung=clock.rung)
            early = decide(PROTOCOL, story.case, command, CLOCK, clock.due - MICROSECOND)
            in_time = decide(PROTOCOL, story.case, command, CLOCK, clock.due)
            assert isinstance(early, Refusal)
            assert isinstance(in_time, Decision)
