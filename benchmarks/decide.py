"""How long `decide` takes with a compiled protocol: the median of many calls, in microseconds.

    python benchmarks/decide.py

The bar is 60 microseconds. Compare by ratio within one run: machines are noisy.
"""

import time
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

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


def times(protocol: Protocol, case: CaseState, command: Command, actor: Actor, now: datetime) -> list[float]:
    """Microseconds of each call."""
    found = []
    for _ in range(CALLS):
        start = time.perf_counter_ns()
        decide(protocol, case, command, actor, now)
        found.append((time.perf_counter_ns() - start) / 1000)
    return found


def main() -> None:
    """Prints a line for each command, and the median of all."""
    protocol = loader.load(loader.shipped()["four-stage-2026.1"])
    case, every = raised(protocol), []
    for name, (command, actor, later) in ASKED.items():
        found = times(protocol, case, command, actor, NOW + later)
        every += found
        print(f"{name:14} median {median(found):6.1f} us, 95th {quantiles(found, n=20)[-1]:6.1f} us")
    print(f"all            median {median(every):6.1f} us (bar {BAR:.0f} us)")


if __name__ == "__main__":
    main()
