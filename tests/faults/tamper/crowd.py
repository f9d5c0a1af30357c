"""No false alarm: 32 people write at once, seals are made, and the record is verified all the while."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask

from escalation.errors import EscalationError
from escalation.services import cases, moves, record_seals
from escalation.services.submissions import new_key
from tests.support import sealed_town
from tests.support.sealed_town import Town
from workflows import commands as c

WRITERS = 32


@dataclass
class Seen:
    """What happened in the crowd."""

    verifications: int = 0
    seals: int = 0
    events: int = 0
    alarms: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def gather(app: Flask, town: Town, seconds: float) -> Seen:
    """Lets them write for so long; everything is sealed and verified once more at the end."""
    seen, over = Seen(), time.monotonic() + seconds

    def until_over(work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                while time.monotonic() < over:
                    try:
                        work()
                    except EscalationError:
                        continue
                    except Exception as error:  # noqa: BLE001 (told in the figures)
                        seen.failures.append(f"{type(error).__name__}: {error}")

        return run

    def seal() -> None:
        seen.seals += record_seals.seal(town.key, now=True)
        time.sleep(0.2)

    people = [until_over(lambda: _one_case(town)) for _ in range(WRITERS)]
    with _running([*people, until_over(seal)]):
        while time.monotonic() < over:
            _verify(town, seen)
    seen.seals += record_seals.seal(town.key, now=True)
    seen.events = _verify(town, seen)
    return seen


def _verify(town: Town, seen: Seen) -> int:
    report = town.verified()
    seen.verifications += 1
    seen.alarms += [f"{f.where}: {f.words}" for f in report.findings]
    return report.events


def _one_case(town: Town) -> None:
    case = sealed_town.raise_one(town.people, town.partnership)
    manager = town.people["sam.okafor"]
    moves.make_move(case, manager, c.Acknowledge(), new_key())
    cases.open_case(case, manager)
    kept = c.KeepDecision(reasons="The findings stand.", would_change_mind="A second scan.")
    moves.make_move(case, manager, kept, new_key())
    # They all work at one town, and some at one case.
    cases.open_case(town.cases[0], town.people["amara.lewis"])


@contextmanager
def _running(work: list[Callable[[], None]]) -> Iterator[None]:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()
