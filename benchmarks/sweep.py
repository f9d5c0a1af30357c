"""A sweep of 10,000 due among 100,000 open cases: the service beside the same rows by SQL written by hand.

    python -m benchmarks.sweep [--cases 100000] [--due 10000] [--rounds 5] [--profile]

One worker, PostgreSQL, every commit on disk. Before the rounds one copy of the database is swept by hand
and one by the service: both must hold the same rows, and every chain must hold. Each round then sweeps a
fresh copy by hand and another by the service. The peers sweep fewer cases on the same server (django-
helpdesk and django-fsm-2 1,000 due among 100,000 open; viewflow and APScheduler 1,000 due and no others),
and what is compared is cases a second; each writes fewer rows a case than the service does.
"""

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from statistics import median

import psycopg

from benchmarks import beside, machine, open_cases, rows, sql_by_hand, towns
from benchmarks.results import ROUNDS, Line, at_least
from benchmarks.service import migrate, service
from escalation.security.chain import event_hash
from escalation.services import lapses

FLOOR, AIM = 0.30, 0.50
PEERS_FLOOR, PEERS_AIM = 10, 25
CHUNKS = (200, 1_000, 5_000)
"""Chunks that the SQL by hand is tried with; the best one is the limit."""


def prepare(server: machine.Server, name: str, cases: int, due: int) -> None:
    """A database with open cases, of which some are due a few seconds ago; nobody is connected to it."""
    made = _towns(server)
    server.create(name, "towns")
    with service(server.url(name)):
        open_cases.fill(cases, due, made)
        towns.at_due()


@cache
def _towns(server: machine.Server) -> towns.Templates:
    """The database `towns`, made once for a server, from which the others are copied."""
    migrate(server.create("towns"))
    with service(server.url("towns")):
        return towns.build()


def by_service(server: machine.Server, name: str, profile: cProfile.Profile | None = None) -> float:
    """Sweeps a database by the service; gives the seconds."""
    with service(server.for_service(name)):
        towns.at_due()
        start = time.perf_counter()
        if profile:
            profile.enable()
        swept = lapses.lapse_overdue()
        if profile:
            profile.disable()
        seconds = time.perf_counter() - start
    if swept.set_aside or not swept.moved:
        raise AssertionError(f"the sweep went wrong: {swept}")
    return seconds


def by_hand(server: machine.Server, name: str, chunk: int = sql_by_hand.CHUNK) -> float:
    """Sweeps a database by hand; gives the seconds."""
    with service(server.url(name)):
        towns.at_due()
    start = time.perf_counter()
    sql_by_hand.sweep(server.words(name), chunk)
    return time.perf_counter() - start


def on_copy(server: machine.Server, template: str, run: Callable[[str], float]) -> float:
    """Runs on a fresh copy of a database that was read once, with everything before it on disk."""
    server.create("round", template)
    with psycopg.connect(server.words("round")) as connection:
        for table in rows.TABLES:
            connection.execute(f'SELECT count(t.*) FROM "{table}" t')
    server.settle()
    return run("round")


def same_rows(server: machine.Server, template: str) -> list[str]:
    """What differs between a database swept by hand and one swept by the service; chains that do not hold."""
    found: list[str] = []
    for name, run in (("by_hand", by_hand), ("by_service", by_service)):
        server.create(name, template)
        run(server, name)
        if broken := broken_chains(server.words(name)):
            found.append(f"{name}: {broken} events do not hold")
    one, other = server.words("by_hand"), server.words("by_service")
    before = rows.counted(server.words(template))
    counts = rows.counted(one), rows.counted(other)
    for table in rows.TABLES:
        more = [count[table] - before[table] for count in counts]
        print(f"  {table:14} {more[0]:+8} rows by hand, {more[1]:+8} by the service")
    for title, (left, right) in (("rows", counts), ("contents", (rows.summed(one), rows.summed(other)))):
        found += [f"{title} of {table} differ" for table in rows.TABLES if left[table] != right[table]]
    for name in ("by_hand", "by_service"):
        server.drop(name)
    return found


def broken_chains(address: str) -> int:
    broken = 0
    with psycopg.connect(address) as connection:
        query = (
            "SELECT partnership_id, case_id, seq, previous, body, hash FROM event WHERE kind <> 'reminded'"
        )
        for partnership, case, seq, previous, body, digest in connection.execute(query):
            broken += event_hash(partnership, case, seq, previous, body) != digest
        heads = connection.execute(
            'SELECT count(*) FROM "case" c JOIN event e ON e.case_id = c.id AND e.seq = c.event_seq'
            " WHERE e.hash <> c.head"
        ).fetchone()
    return broken + (heads[0] if heads else 0)


def compared(server: machine.Server, template: str, due: int, rounds: int) -> tuple[float, float]:
    """Cases a second by hand (with its best chunk) and by the service: medians, round by round."""
    tries = {chunk: on_copy(server, template, partial(by_hand, server, chunk=chunk)) for chunk in CHUNKS}
    best = min(tries, key=lambda chunk: tries[chunk])
    print(
        "  by hand, one round: " + ", ".join(f"{due / s:,.0f}/s in chunks of {c}" for c, s in tries.items())
    )
    hand, ours = [], []
    for number in range(rounds):
        hand.append(on_copy(server, template, partial(by_hand, server, chunk=best)))
        ours.append(on_copy(server, template, partial(by_service, server)))
        print(f"  round {number + 1}: by hand {due / hand[-1]:,.0f}/s, the service {due / ours[-1]:,.0f}/s")
    return due / median(hand), due / median(ours)


def measured(server: machine.Server, quick: bool) -> tuple[Line, ...]:
    """The sweep by the service and by hand, the ratio, and the peers."""
    cases, due, rounds = (200, 40, 1) if quick else (100_000, 10_000, ROUNDS)
    prepare(server, "filled", cases, due)
    for difference in same_rows(server, "filled"):
        raise AssertionError(f"not the same work: {difference}")
    hand, ours = compared(server, "filled", due, rounds)
    server.drop("filled")
    what = f"sweep of {due:,} due among {cases:,} open, PostgreSQL"
    return (
        Line(f"{what}, by hand", f"{hand:,.0f} cases/s"),
        Line(f"{what}, the service, one worker", f"{ours:,.0f} cases/s"),
        at_least("the sweep, of the same rows by hand", ours / hand, FLOOR, words="at least 0.30, aim 0.50"),
        *_beside_peers(server, ours, quick),
    )


def _beside_peers(server: machine.Server, ours: float, quick: bool) -> Iterator[Line]:
    if not beside.installed():
        yield beside.MISSING
        return
    for name, words in beside.NAMES.items():
        theirs = beside.peer(server, name, quick).sweep
        yield Line(words, f"{theirs:,.0f} cases/s")
        figure = f"{ours / theirs:,.1f} times"
        if name in (beside.HELPDESK, beside.VIEWFLOW):
            bar = f"at least {PEERS_FLOOR} times, aim {PEERS_AIM}"
            yield at_least(f"the sweep, of {words}", ours / theirs, PEERS_FLOOR, words=bar, figure=figure)
        else:
            yield Line(f"the sweep, of {words} (fewer rows)", figure)


def main() -> None:
    """Prints cases a second of both, and the ratio."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--cases", type=int, default=100_000)
    asked.add_argument("--due", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--profile", action="store_true", help="only show where the service's time goes")
    given = asked.parse_args()
    with machine.server() as server:
        print(f"{machine.words()}; {server.settings()}; commit {machine.commit()}")
        prepare(server, "filled", given.cases, given.due)
        if given.profile:
            _profile(server, given.due)
            return
        for difference in same_rows(server, "filled"):
            raise SystemExit(f"not the same work: {difference}")
        hand, ours = compared(server, "filled", given.due, given.rounds)
        print(f"by hand      {hand:10,.0f} cases/s")
        print(f"the service  {ours:10,.0f} cases/s")
        print(f"ratio        {ours / hand:10.2f} (floor {FLOOR:.2f}, aim {AIM:.2f})")


def _profile(server: machine.Server, due: int) -> None:
    plain = on_copy(server, "filled", partial(by_service, server))
    print(f"the service  {due / plain:10,.0f} cases/s, without the profiler")
    profile = cProfile.Profile()
    on_copy(server, "filled", partial(by_service, server, profile=profile))
    for order, lines in (("cumulative", 70), ("tottime", 35)):
        pstats.Stats(profile).sort_stats(order).print_stats(lines)


if __name__ == "__main__":
    main()
