"""One interactive move, by the whole service call, beside the same rows by psycopg in one transaction.

    python -m benchmarks.one_move [--quick] [--profile]

The move: the person who raised a concern moves it up before the reply is due (`moves.make_move`, with
every check, the sending that counts once, and the case as it is then shown). By hand it is the same rows
in one transaction, a statement a table (`one_move_by_hand`); the same in psycopg's pipeline mode stands
beside it. One process, one connection, every commit on disk. The three take turns on one database, each
on cases of its own; before that each moves some cases on a copy, and the rows must be the same. The
peers: django-helpdesk updates a ticket (loaded, with a comment and a new status, no mail written);
viewflow loads, starts and executes a person's task.
"""

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

import psycopg

from benchmarks import beside, machine, one_move_by_hand, rows, sweep, towns
from benchmarks.results import ROUNDS, Line, alone, at_least
from benchmarks.service import service
from escalation.services import moves
from escalation.services.submissions import new_key
from workflows.commands import Escalate

BAR, PEERS_BAR = 0.40, 2
REASONS = "The answer by telephone does not meet the risk: nobody has spoken with the child alone."
_MOVABLE = """SELECT c.public_id, c.raiser_id FROM "case" c
WHERE c.stage = 'manager_review' AND c.event_seq = 3 AND NOT EXISTS (SELECT FROM deadline d
  WHERE d.case_id = c.id AND d.state = 'open' AND d.clock <> 'reply') ORDER BY md5(c.public_id)"""
"""Cases whose lead has given a view, and whose reply is not due; in no order."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A case that its raiser may move up."""

    public_id: str
    raiser: int


Mover = Callable[[Sequence[Ready]], None]


@dataclass(frozen=True, slots=True)
class Rates:
    """Moves a second: by hand, by hand in pipeline mode, by the service."""

    by_hand: float
    pipelined: float
    ours: float


def ready(server: machine.Server, name: str) -> list[Ready]:
    """The cases that can be moved."""
    with psycopg.connect(server.words(name)) as connection:
        return [Ready(*row) for row in connection.execute(_MOVABLE)]


def by_service(cases: Sequence[Ready]) -> None:
    """Moves cases up by the service of the app context, one after the other."""
    for case in cases:
        moves.make_move(case.public_id, case.raiser, Escalate(reasons=REASONS), new_key())


def by_hand(connection: psycopg.Connection) -> Mover:
    """Moves cases up by hand, one after the other."""
    due = one_move_by_hand.look_up(connection)

    def move(cases: Sequence[Ready]) -> None:
        for case in cases:
            one_move_by_hand.move_up(connection, due, case.public_id, case.raiser, new_key(), REASONS)

    return move


def pipelined(connection: psycopg.Connection) -> Mover:
    """The same, with psycopg sending what needs no answer together."""
    plain = by_hand(connection)

    def move(cases: Sequence[Ready]) -> None:
        with connection.pipeline():
            plain(cases)

    return move


def same_rows(server: machine.Server, template: str, count: int) -> None:
    """Moves some cases by hand on one copy and by the service on another. Raises when rows differ."""
    found = []
    for name in ("by_hand", "by_service"):
        server.create(name, template)
        cases = ready(server, name)[:count]
        with (
            service(server.for_service(name)),
            psycopg.connect(server.words(name), autocommit=True) as connection,
        ):
            towns.at_due()
            (by_service if name == "by_service" else by_hand(connection))(cases)
        found.append((rows.counted(server.words(name)), rows.summed(server.words(name))))
        if broken := sweep.broken_chains(server.words(name)):
            raise AssertionError(f"{name}: {broken} events do not hold")
        server.drop(name)
    if differing := [t for t in rows.TABLES for one, other in zip(*found, strict=True) if one[t] != other[t]]:
        raise AssertionError(f"not the same rows in {', '.join(sorted(set(differing)))}")


def compared(server: machine.Server, template: str, moved: int, rounds: int) -> Rates:
    """Moves a second, medians: in each round each of the three moves as many cases of its own."""
    server.create("round", template)
    left = iter(ready(server, "round"))
    took: dict[str, list[float]] = {"by_hand": [], "pipelined": [], "ours": []}
    in_order = psycopg.connect(server.words("round"), autocommit=True)
    with service(server.for_service("round")), in_order as connection:
        towns.at_due()
        ways: dict[str, Mover] = {
            "by_hand": by_hand(connection),
            "pipelined": pipelined(connection),
            "ours": by_service,
        }
        for way in ways.values():
            way(list(islice(left, moved // 10)))  # statements are prepared, caches filled
        server.settle()
        for _ in range(rounds):
            for name, way in ways.items():
                took[name].append(_seconds(way, left, moved))
    return Rates(**{name: moved / median(seconds) for name, seconds in took.items()})


def _seconds(way: Mover, left: Iterator[Ready], moved: int) -> float:
    cases = list(islice(left, moved))
    if len(cases) < moved:
        raise AssertionError("there are too few cases to move")
    start = time.perf_counter()
    way(cases)
    return time.perf_counter() - start


def measured(server: machine.Server, quick: bool) -> tuple[Line, ...]:
    """The move by the service, by hand, and the ratio."""
    cases, moved, rounds = (400, 10, 1) if quick else (20_000, 300, ROUNDS)
    sweep.prepare(server, "moves", cases, 0)
    same_rows(server, "moves", 5 if quick else 100)
    rates = compared(server, "moves", moved, rounds)
    server.drop("moves")
    ratio = rates.ours / rates.by_hand
    return (
        Line("one move by psycopg in one transaction, by hand", f"{rates.by_hand:,.0f}/s"),
        Line("the same in psycopg's pipeline mode", f"{rates.pipelined:,.0f}/s"),
        Line("one interactive move, whole service call", f"{rates.ours:,.0f}/s"),
        at_least("one interactive move, of the same rows by psycopg", ratio, BAR),
        *_beside_peers(server, rates.ours, quick),
    )


def _beside_peers(server: machine.Server, ours: float, quick: bool) -> Iterator[Line]:
    if not beside.installed():
        yield beside.MISSING
        return
    for name, words in (
        (beside.HELPDESK, "django-helpdesk, one update of a ticket"),
        (beside.VIEWFLOW, "viewflow, one task executed"),
    ):
        theirs = beside.peer(server, name, quick).move
        yield Line(words, f"{theirs:,.0f}/s")
        words, figure = f"one interactive move, of {words}", f"{ours / theirs:,.1f} times"
        yield at_least(words, ours / theirs, PEERS_BAR, words="at least twice", figure=figure)


def _profile(server: machine.Server) -> None:
    sweep.prepare(server, "moves", 5_000, 0)
    cases = ready(server, "moves")
    with service(server.url("moves")):
        towns.at_due()
        by_service(cases[:20])
        profile = cProfile.Profile()
        profile.runcall(by_service, cases[20:220])
    for order, lines in (("cumulative", 70), ("tottime", 35)):
        pstats.Stats(profile).sort_stats(order).print_stats(lines)


if __name__ == "__main__":
    only = argparse.ArgumentParser(add_help=False)
    only.add_argument("--profile", action="store_true")
    if only.parse_known_args()[0].profile:
        with machine.server() as place:
            _profile(place)
    else:
        alone(measured, __doc__)
