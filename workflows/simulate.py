"""A protocol played against a scenario, without a database: who was owed what by when, what silence did.

The same `begin` and `decide` as in the service are asked, and the clock sweeps at each due instant.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest

from workflows.calendar import WorkingCalendar
from workflows.case import CLOCK, Actor, CaseState, DeadlineState, Decision, Elsewhere, Refusal, RunningClock
from workflows.commands import Id, TimeOut
from workflows.did_you_mean import did_you_mean
from workflows.machine import begin, decide
from workflows.performed import command_of, concern_of
from workflows.protocol import Protocol
from workflows.scenario import ZONE, Scenario, ScenarioError, Step
from workflows.vocabulary import Expiry, Side

MOST_LINES = 2000
"""Where a simulation stops that would go on for ever: a deadline that runs again and again."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trace: when, what, and the codes behind it for machines."""

    at: datetime
    words: str
    kind: str

    def __str__(self) -> str:
        return f"{self.at.astimezone(ZONE):%Y-%m-%d %H:%M} {self.words}"


@dataclass(slots=True)
class _Play:
    protocol: Protocol
    scenario: Scenario
    case: CaseState | None = None
    owners: dict[tuple[str, int], str] = field(default_factory=dict)

    def run(self) -> Iterator[Line]:
        """The whole trace."""
        yield from self._raise()
        for step in self.scenario.steps:
            yield from self._silence_until(step.at)
            yield from self._act(step)
        if self.scenario.until is not None:
            yield from self._silence_until(self.scenario.until)

    def _raise(self) -> Iterator[Line]:
        scenario = self.scenario
        answer = begin(
            self.protocol,
            concern_of(scenario),
            calendars=dict.fromkeys(Side, WorkingCalendar(self.protocol.nation)),
            empty_slots=scenario.empty,
            party_agencies=frozenset(),
            party_people=frozenset({_account(self.protocol, self.protocol.raiser.id)}),
            now=scenario.raised,
            challenged=scenario.challenged,
            raising=scenario.raising,
            within=scenario.within,
            named=self._named(),
        )
        if isinstance(answer, Refusal):
            yield Line(scenario.raised, _refused(answer), "refused")
            return
        track = answer.events[0].codes["track"]
        yield Line(scenario.raised, f"raised: track {track}, pace {answer.after.pace}", "raised")
        yield from self._carry_out(answer, scenario.raised)

    def _named(self) -> tuple[int, ...]:
        """The challenged agencies, by number: the first, or all for which there are places."""
        return tuple(range(1, self.protocol.parties + 1)) if self.scenario.also else (1,)

    def _act(self, step: Step) -> Iterator[Line]:
        if self.case is None:
            return
        words = f"{step.by} does {step.do}"
        # One person sits in each slot, which tells all that decides: of what agency they are adds nothing.
        actor = Actor(_account(self.protocol, step.by), frozenset({step.by}))
        answer = decide(self.protocol, self.case, command_of(step), actor, step.at)
        if isinstance(answer, Refusal):
            yield Line(step.at, f"{words}: refused {answer.code}", "refused")
            return
        yield Line(step.at, words, "done")
        yield from self._carry_out(answer, step.at)

    def _silence_until(self, instant: datetime) -> Iterator[Line]:
        """Every deadline that runs out before an instant, or at it; the clock is never early."""
        for _ in range(MOST_LINES):
            due = self._next_due()
            if due is None or due.due > instant or self.case is None:
                return
            answer = decide(
                self.protocol, self.case, TimeOut(clock=Id(due.clock), rung=due.rung), CLOCK, due.due
            )
            if isinstance(answer, Refusal):
                raise LookupError(f"{due.clock} is due and cannot lapse: {answer.reason}")
            owner = self.owners[due.clock, due.rung]
            yield Line(due.due, f"silence: {_short(due.clock)}, {owner}", "silence")
            yield from self._carry_out(answer, due.due)

    def _next_due(self) -> RunningClock | None:
        """The next deadline; of those that end together the one that moves nothing comes first."""
        if self.case is None or self.case.terms.paused_at is not None:
            return None
        stage, protocol = self.case.stage, self.protocol

        def climbs(clock: RunningClock) -> bool:
            known = protocol.clock(stage, clock.clock)
            return known is not None and known.on_expiry is Expiry.CLIMB

        return min(self.case.clocks, key=lambda c: (c.due, climbs(c)), default=None)

    def _carry_out(self, decision: Decision, now: datetime) -> Iterator[Line]:
        for ended in decision.ended:
            if ended.state is not DeadlineState.LAPSED:
                yield Line(now, f"{ended.state} {_short(ended.clock)}", str(ended.state))
        if decision.entered is not None:
            yield Line(now, f"enters {decision.entered.stage}", "entered")
        for started in decision.started:
            self.owners[started.clock, started.rung] = started.waits_for
            words = f"{started.waits_for} owes {_short(started.clock)} until {_local(started.due)}"
            yield Line(now, words, "owed")
        for changed in decision.retimed:
            yield Line(now, f"retimed {_short(changed.clock)} until {_local(changed.due)}", "retimed")
        for track in decision.beside:
            yield Line(now, f"beside: {track}", "beside")
        self.case = decision.after


def simulate(protocol: Protocol, scenario: Scenario) -> tuple[Line, ...]:
    """The dated trace of a scenario under a protocol. Changes nothing.

    Raises ScenarioError for a step that no command can be made of, or that is done by no slot of it.
    """
    return tuple(_Play(protocol, scenario).run())


def first_difference(expected: Sequence[str], played: Sequence[Line]) -> str | None:
    """Where a trace first leaves the expected one: the number of the line and both lines; None if nowhere."""
    pairs = zip_longest(expected, map(str, played), fillvalue="(nothing more)")
    for number, (wanted, happened) in enumerate(pairs, start=1):
        if wanted != happened:
            return f"line {number} of the trace\n  expected: {wanted}\n  played:   {happened}"
    return None


def _refused(refusal: Refusal) -> str:
    if isinstance(refusal, Elsewhere):
        return f"elsewhere: {refusal.destination}"
    return f"refused {refusal.code}"


def _account(protocol: Protocol, slot: str) -> int:
    known = list(protocol.slots)
    if slot not in known:
        raise ScenarioError(f"{slot!r} is no slot{did_you_mean(slot, known)}")
    return 1 + known.index(slot)


def _short(clock: str) -> str:
    return clock.removeprefix("cap:")


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(ZONE):%Y-%m-%d %H:%M}"


def summary(lines: tuple[Line, ...]) -> Mapping[str, int]:
    """How often each kind of line stands in a trace."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.kind] = counts.get(line.kind, 0) + 1
    return counts
