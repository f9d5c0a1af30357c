"""A town whose record is sealed: several cases written through the doors, readings, and three seals of it."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from escalation.reporting import proof
from escalation.reporting.proof.anchors import Anchor, found_in
from escalation.security import seal_keys
from escalation.security.seal_keys import SealKey
from escalation.services import cases, concerns, lapses, moves, moving_clock, record_seals, reminders
from escalation.services.submissions import new_key
from tests.support import northtown
from tests.support.told_once import told_once
from workflows import commands as c


@dataclass(frozen=True, slots=True)
class Town:
    """A partnership by its public id, its people's accounts, its cases in the order of raising, and its key."""

    partnership: str
    people: dict[str, int]
    cases: tuple[str, ...]
    key: SealKey

    def verified(self, *, replay: bool = True, anchors: tuple[Anchor, ...] = ()) -> proof.Report:
        """What a verification with the town's own key says."""
        keys = seal_keys.by_id([self.key.public])
        return proof.verify(proof.Asked(replay=replay, anchors=anchors, keys=keys))


def lay_out(folder: Path, count: int = 5) -> Town:
    """Makes it, in a new database. The key lies in `folder`."""
    town, pem = _sealed(count)
    (folder / "seal-key.pem").write_bytes(pem)
    return town


@told_once
def _sealed(count: int) -> tuple[Town, bytes]:
    with TemporaryDirectory() as folder:
        key = seal_keys.make(Path(folder) / "seal-key.pem")
        pem = (Path(folder) / "seal-key.pem").read_bytes()
    return _written(key, count), pem


def _written(key: SealKey, count: int) -> Town:
    partnership = northtown.lay_out(shut=True)
    people = northtown.accounts()
    raised = tuple(raise_one(people, partnership) for _ in range(count))
    town = Town(partnership, people, raised, key)
    record_seals.seal(key, now=True)
    _work(town)
    moving_clock.move(timedelta(hours=1))
    record_seals.seal(key)
    for _ in range(9):
        moving_clock.move(timedelta(days=1))
        reminders.remind()
        lapses.lapse_overdue()
    cases.open_case(raised[0], people["amara.lewis"])
    moving_clock.move(timedelta(hours=1))  # a seal goes to the end of an hour: all of it is sealed
    record_seals.seal(key)
    return town


def raise_one(people: dict[str, int], partnership: str) -> str:
    """One concern more, by the GP about a doctor of the hospital."""
    gp = people["amara.lewis"]
    return concerns.raise_concern(gp, northtown.concern_to_hospital(gp, partnership), new_key()).public_id


def _work(town: Town) -> None:
    gp, lead, manager = (town.people[name] for name in ("amara.lewis", "priya.nair", "sam.okafor"))
    moves.make_move(town.cases[0], lead, c.Support(), new_key())
    for case in town.cases[1:3]:
        moves.make_move(case, manager, c.Acknowledge(), new_key())
    kept = c.KeepDecision(reasons="The findings stand. Ünïcödé: “no”.", would_change_mind="A second scan.")
    moves.make_move(town.cases[1], manager, kept, new_key())
    for case in town.cases:
        cases.open_case(case, gp)
        cases.open_case(case, manager)


def anchors_of(lines: str) -> tuple[Anchor, ...]:
    """The anchors in a text."""
    return found_in(lines)
