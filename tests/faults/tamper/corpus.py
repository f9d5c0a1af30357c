"""The whole corpus against one town."""

from contextlib import ExitStack
from unittest import mock

from escalation.extensions import db
from escalation.models import SealRow
from escalation.reporting.proof.anchors import Anchor
from escalation.services.unit import across_partnerships, reading
from tests.faults.tamper import stolen
from tests.faults.tamper.ground import opened
from tests.faults.tamper.mutations import of_values
from tests.faults.tamper.structures import of_rows
from tests.faults.tamper.trial import Tally, attempt
from tests.support.sealed_town import Town

_PROOF = "escalation.reporting.proof"
CHECKS = {
    "columns": f"{_PROOF}.chains._columns",
    "statements": f"{_PROOF}.chains._words_as_bound",
    "heads": f"{_PROOF}.chains._is_same",
    "readings": f"{_PROOF}.sealed._read",
    "signatures": f"{_PROOF}.sealed.Seals._signature",
    "anchors": f"{_PROOF}.verification.anchors.check",
    "rows": f"{_PROOF}.case_rows.Replayed.note",
}
"""Checks of the verification that can be switched off, to see that the corpus then reports misses."""


def anchors() -> tuple[Anchor, ...]:
    """Every seal of the town, as it would have been mailed."""
    with reading(across_partnerships("the corpus looks at the whole town")) as unit:
        rows = unit.session.query(SealRow).order_by(SealRow.n)
        public = {r.partnership_id: r.body.split('"public_id":"')[1].split('"')[0] for r in rows}
        return tuple(Anchor(public[r.partnership_id], r.n, r.hash) for r in rows)


def run(town: Town, *, quick: bool = False, without: str | None = None) -> Tally:
    """Tries every mutation. `without`: with one check of the verification switched off."""
    tally, known = Tally(), anchors()
    with ExitStack() as stack:
        if without:
            stack.enter_context(mock.patch(CHECKS[without]))
        ground = stack.enter_context(opened())
        for mutation in (*of_values(ground, quick=quick), *of_rows(ground)):
            attempt(ground, town, mutation, known, tally)
        stolen.attempt_all(ground, town, known, tally)
    db.engine.dispose()
    return tally
