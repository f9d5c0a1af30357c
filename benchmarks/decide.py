"""How long `decide` takes with a compiled protocol: the median of many calls, in microseconds.

    python -m benchmarks.decide [--quick]

The bar is 60 microseconds. Compare by ratio within one run: machines are noisy.
"""

import time
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

from benchmarks import machine
from benchmarks.results import Line, alone, at_most
from workflows import loader
from workflows.calendar import WorkingCalendar
from workflows.case import CLOCK, Actor, CaseState, Decision
from workflows.commands import Command, Escalate, Id, KeepDecision, RaiseConcern, TellChange, TimeOut
from workflows.machine import begin, decide
from workflows.protocol import Protocol
from workflows.vocabulary import Side

CALLS = 20_000
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
BAR = 60.0

MANAGER = Actor(2, frozenset({"challenged_manager"}), frozenset({2}))
RAISER = Actor(1, frozenset({"raiser"}), frozenset({1}))
ASKED: dict[str, tuple[Command, Actor, timedelta]] = {
    "keep_decision": (KeepDecision(reasons="-", would_change_mind="-"), MANAGER, timedelta(0)),
    "tell_change": (TellChange(what_changed="-"), RAISER, timedelta(0)),
    "escalate": (Escalate(reasons="-"), RAISER, timedelta(0)),
    "refused": (Escalate(reasons="-"), Actor(9), timedelta(0)),
    "time_out": (TimeOut(clock=Id("reply"), rung=1), CLOCK, timedelta(days=30)),
}


def raised(protocol: Protocol) -> CaseState:
    """A case in its first stage."""
    answer = begin(
        protocol,
        RaiseConcern(person_reference="-", decision="-", risk="-", request="-"),
        calendars=dict.fromkeys(Side, WorkingCalendar("ENG")),
        empty_slots=frozenset(),
        party_agencies=frozenset({1, 2}),
        party_people=frozenset({1}),
        now=NOW,
    )
    assert isinstance(answer, Decision)
    return answer.after


def times(
    protocol: Protocol, case: CaseState, command: Command, actor: Actor, now: datetime, calls: int
) -> list[float]:
    """Microseconds of each call."""
    found = []
    for _ in range(calls):
        start = time.perf_counter_ns()
        decide(protocol, case, command, actor, now)
        found.append((time.perf_counter_ns() - start) / 1000)
    return found


def measured(server: machine.Server, quick: bool) -> tuple[Line, ...]:
    """A line for each command, and the median of all. The server is not used."""
    protocol = loader.load(loader.shipped()["four-stage-2026.1"])
    case, every, lines = raised(protocol), [], []
    for name, (command, actor, later) in ASKED.items():
        found = times(protocol, case, command, actor, NOW + later, CALLS // 100 if quick else CALLS)
        every += found
        figure = f"{median(found):,.1f} us, 95th {quantiles(found, n=20)[-1]:,.1f} us"
        lines.append(Line(f"decide(), {name}, median", figure))
    value = median(every)
    words = f"under {BAR:.0f} us"
    lines.append(
        at_most("decide(), all of these, median", value, BAR, words=words, figure=f"{value:,.1f} us")
    )
    return tuple(lines)


if __name__ == "__main__":
    alone(measured, __doc__)
