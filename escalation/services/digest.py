"""The board office's daily mail: how its partnership stands, in figures, and that the clocks are watched.

One a working day and person, owed when the board's own day begins; on a day that was missed altogether
there is none. Its figures are read when it is sent. It names no case and nobody: the page does.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from escalation.models import (
    Account,
    Case,
    Deadline,
    DraftRow,
    Heartbeat,
    Holding,
    OutboxRow,
    Partnership,
    Post,
)
from escalation.models.types import AnyRow, AnySelect
from escalation.services import access_reviews, audit, directory, office_mail, restored
from escalation.services.audit_questions import MAIL_GRACE
from escalation.services.unit import Unit, reading, retried, writing
from notifications.message import Standing
from workflows.vocabulary import Phase

NAME = "digest"
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def owe_digests() -> int:
    """Owes today's digest to every board office whose day has begun; gives how many were new."""
    with reading() as unit:
        due = [] if restored.standstill(unit) else _due(unit)
    return _owe(due) if due else 0


@retried
def _owe(due: list[tuple[int, int, str]]) -> int:
    with writing() as unit:
        return sum(office_mail.owe(unit, place, account, NAME, key) for place, account, key in due)


def _due(unit: Unit) -> list[tuple[int, int, str]]:
    """Partnership, account and key of every digest that is due and not owed yet."""
    wanted = [
        (place.id, account, key)
        for place in unit.session.execute(select(Partnership.id, Partnership.zone).order_by(Partnership.id))
        if (key := _key(unit, place))
        for account in office_mail.office_of(unit, place.id)
    ]
    keys = [f"{key}:{account}" for _, account, key in wanted]
    there = set(
        unit.session.execute(select(OutboxRow.dedupe_key).where(OutboxRow.dedupe_key.in_(keys))).scalars()
    )
    return [due for due, key in zip(wanted, keys, strict=True) if key not in there]


def _key(unit: Unit, place: AnyRow) -> str | None:
    """Today's key, while the board works; None on other days and at other hours."""
    calendar = directory.calendar_of(directory.board_agency(unit.session, place.id))
    today = unit.now.astimezone(ZoneInfo(calendar.zone)).date()
    if not calendar.is_working_day(today):
        return None
    at_work = calendar.opening(today) <= unit.now < calendar.closing(today)
    return f"{NAME}:{place.id}:{today}" if at_work else None


def standing(unit: Unit, partnership: int) -> Standing:
    """The figures of a partnership as they are now."""
    here, now = partnership, unit.now
    mails = select(func.count()).select_from(OutboxRow).where(OutboxRow.partnership_id == here)
    deadlines = select(func.count()).select_from(Deadline).where(Deadline.partnership_id == here)
    beat = unit.session.get(Heartbeat, audit.NAME)
    return Standing(
        running=_one(
            unit,
            select(func.count()).select_from(Case)
            .where(Case.partnership_id == here, Case.phase.not_in([Phase.CLOSED, Phase.DRAFT])),
        ),
        overdue=_one(unit, deadlines.where(Deadline.state == "open", Deadline.due_at < now)),
        lapsed=_one(unit, deadlines.where(Deadline.state == "lapsed", Deadline.ended_at > now - DAY)),
        waiting=_one(unit, mails.where(OutboxRow.state == "owed", OutboxRow.owed_at < now - MAIL_GRACE)),
        failed=_one(unit, mails.where(OutboxRow.state == "failed", OutboxRow.owed_at > now - WEEK)),
        unreachable=_one(unit, _people_without_address(here, now)),
        vacant=_one(unit, _vacant_posts(here, now)),
        drafts=_one(
            unit,
            select(func.count()).select_from(DraftRow)
            .where(DraftRow.partnership_id == here, DraftRow.saved_at < now - DAY),
        ),
        watched=beat.beat_at if beat else None,
        reviews=access_reviews.overdue(unit, here),
    )  # fmt: skip


def _one(unit: Unit, query: AnySelect) -> int:
    return int(unit.session.execute(query).scalar_one())


def _people_without_address(partnership: int, now: datetime) -> AnySelect:
    return (
        select(func.count(Account.id.distinct()))
        .join(Holding, Holding.account_id == Account.id)
        .where(
            Holding.partnership_id == partnership,
            directory.is_current(now),
            Account.active,
            Account.mail_ok.is_(False),
        )
    )


def _vacant_posts(partnership: int, now: datetime) -> AnySelect:
    held = (
        select(Holding.id)
        .join(Account, Account.id == Holding.account_id)
        .where(
            Holding.partnership_id == partnership,
            Holding.post_id == Post.id,
            directory.is_current(now),
            Account.active,
        )
    )
    return select(func.count()).select_from(Post).where(Post.partnership_id == partnership, ~held.exists())
