"""The newest seal of a partnership's record, to be printed on what leaves the house: figures, too.

Whoever keeps a pack of figures keeps with it a line that shows later whether the record behind it was
rewritten.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from escalation.models import Partnership, SealRow
from escalation.reporting.figures import NewestSeal
from escalation.security.seals import anchor_of


def of(opened: Session, partnership: int) -> NewestSeal | None:
    """What is printed of the newest seal; None where nothing is sealed yet."""
    row = opened.execute(
        select(SealRow.n, SealRow.root, SealRow.hash, SealRow.at, Partnership.public_id)
        .join(Partnership, Partnership.id == SealRow.partnership_id)
        .where(SealRow.partnership_id == partnership)
        .order_by(SealRow.n.desc())
        .limit(1)
    ).first()
    return (
        None
        if row is None
        else NewestSeal(row.n, row.root, row.at, anchor_of(row.public_id, row.n, row.hash))
    )
