"""What came of something that was sent before, for whoever lost the answer on the way."""

from sqlalchemy import select

from escalation.models import Submission
from escalation.services.unit import reading


def result_of(account: int, key: str) -> str | None:
    """What a person's earlier sending with this key made (a public id), or None when none was kept."""
    with reading() as unit:
        return unit.session.execute(
            select(Submission.result).where(Submission.account_id == account, Submission.key == key)
        ).scalar_one_or_none()
