"""One campaign from the first kill to the verdict, and the short ones in which a fault was seeded."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults.campaign import checker, failpoints, processes, roles
from tests.faults.campaign.checker import Verdict
from tests.faults.campaign.cluster import Server
from tests.faults.campaign.director import COLD_STARTS, Director
from tests.faults.campaign.failpoints import Armed
from tests.faults.campaign.ground import Ground, ground, like, server_folder, server_in, settle
from tests.faults.campaign.journal import Tally
from tests.faults.campaign.scenarios import OF_FAULT, ON_POSTGRESQL_ALONE, Scene, every_step, take_keys_away

_FEW = 100
"""A campaign of fewer kills than this starts no process cold: each takes a second of its own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign is to do. `each` is how often every failpoint must be hit."""

    seed: str
    kills: int
    each: int = 0
    pooler: bool = False
    sqlite: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a campaign did, and what was found afterwards."""

    plan: Plan
    tally: Tally
    verdict: Verdict
    server: dict[str, str]

    @property
    def good(self) -> bool:
        """Whether every bar is met."""
        hit = all(self.tally.by_failpoint[name] >= self.plan.each for name in failpoints.ALL)
        return self.verdict.good and hit and self.tally.kills >= self.plan.kills


def run(folder: Path, plan: Plan, tell: Callable[[str], None]) -> Outcome:
    """A campaign in `folder`, new or gone on with, until its verdict."""
    with (
        server_in(folder, plan.sqlite) as server,
        ground(folder, server, plan.seed, pooler=plan.pooler, cases=max(4, min(60, plan.kills // 5))) as it,
    ):
        if not (folder / "killed").exists():
            _kill(it, plan, tell)
            (folder / "killed").touch()
        it.calm()
        _come_to_rest(it)
        return Outcome(plan, it.journal.tally, checker.judge(server.words(), folder), server.settings())


def _kill(it: Ground, plan: Plan, tell: Callable[[str], None]) -> None:
    cold = COLD_STARTS if plan.kills >= _FEW else 0
    director = Director(it.folder, it.server, it.station, it.journal, cold, stops=not plan.sqlite)
    director.run(plan.kills, plan.each, tell)
    tell(director.words())


def _come_to_rest(it: Ground) -> None:
    station = replace(it.station, slot=roles.QUIET, armed=Armed(None))
    process = processes.fork(roles.QUIET, roles.QUIET, station)
    _, status = os.waitpid(process.pid, 0)
    if status:
        raise RuntimeError(f"the quiet end failed ({status}): see {it.folder / 'said'}")


@dataclass(frozen=True, slots=True)
class Caught:
    """Which checks found a seeded fault, and which found something without it (a false alarm)."""

    fault: str
    by: tuple[str, ...]
    without: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether the fault is caught, and nothing else."""
        return bool(self.by) and not self.without


def with_faults(folder: Path, names: Sequence[str], seed: str, sqlite: bool) -> Iterator[Caught]:
    """Each scenario twice, on databases of their own: with its fault, and without."""
    with server_in(folder, sqlite) as server:
        settle(folder, server)
        for name in names:
            if sqlite and name in ON_POSTGRESQL_ALONE:
                continue
            planted = _judged(server, name, seed, planted=True)
            without = _judged(server, name, seed, planted=False)
            yield Caught(name, planted.caught_by, without.caught_by)


def census(folder: Path, seed: str) -> Counter[str]:
    """How often a short story comes by each failpoint."""
    with server_in(folder, sqlite=False) as server, ground(folder, server, seed, calm=True) as it:
        every_step(Scene(server, it.station))
    return Counter((folder / "census").read_text().splitlines())


def _judged(settled: Server, name: str, seed: str, *, planted: bool) -> Verdict:
    copy = name if planted else f"{name}_without"
    server, folder = like(settled, copy), server_folder(settled) / copy
    if name == "no_lock_and_no_key":
        take_keys_away(server.words())
    with ground(folder, server, seed, fault=name if planted else None, calm=True) as it:
        OF_FAULT[name](Scene(server, it.station))
        return checker.judge(server.words(), folder)
