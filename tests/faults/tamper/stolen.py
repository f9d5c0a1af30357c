"""What somebody can do who has the database and the key that signs: only a seal that was sent out shows it."""

from collections.abc import Callable, Mapping

from sqlalchemy import select, text

from escalation import clock
from escalation.models import Partnership
from escalation.reporting.proof.anchors import Anchor
from escalation.services import record_seals
from escalation.services.unit import Unit
from tests.faults.tamper.ground import Ground
from tests.faults.tamper.mutations import Mutation
from tests.faults.tamper.structures import of_rows
from tests.faults.tamper.trial import Tally, seen
from tests.support.sealed_town import Town

SORT = "sealed anew with the stolen key"


def attempt_all(ground: Ground, town: Town, anchors: tuple[Anchor, ...], tally: Tally) -> None:
    """Rolls back a tail, drops a case, rewrites one; then seals everything anew with the town's own key."""
    for mutation in _worth_it(ground):
        tally.tried[SORT] = tally.tried.get(SORT, 0) + 1
        point = ground.connection.begin_nested()
        for statement, values in mutation.statements:
            ground.connection.execute(text(statement), dict(values))
        _seal_anew(ground, town)
        name = f"{mutation.sort}: {mutation.name}, then sealed anew with the stolen key"
        alone, with_anchors = (seen(ground.connection, town, a).exit_code for a in ((), anchors))
        point.rollback()
        if with_anchors != 2:
            tally.missed.append(name)
            continue
        tally.found += 1
        if alone != 2:
            tally.only_by_anchor.append(name)


def _worth_it(ground: Ground) -> list[Mutation]:
    wanted: Mapping[str, Callable[[str], bool]] = {
        "roll back a tail": lambda name: "what was sealed" in name,
        "drop a whole case": lambda name: "what was sealed" in name,
        "rewrite": lambda name: True,
    }
    return [m for m in of_rows(ground) if m.sort in wanted and wanted[m.sort](m.name)]


def _seal_anew(ground: Ground, town: Town) -> None:
    for table in ("sealed_head", "sealed_read", "seal"):
        ground.connection.execute(text(f"DELETE FROM {table}"))
    moment = clock.read(ground.connection)
    unit = Unit(ground.connection, moment.now, moment.real, moment.epoch)
    place = ground.connection.execute(
        select(Partnership.id, Partnership.public_id).where(Partnership.public_id == town.partnership)
    ).one()
    assert record_seals.seal_next(unit, place, None, town.key)
    unit.session.close()
