"""Who holds which post: begun and ended at one instant, and nobody's open page outlives the change.

Whoever gains or loses a post signs in anew: their sessions end in the same transaction.
"""

from collections.abc import Iterable

from sqlalchemy import insert, select, update

from escalation.models import Account, Agency, Holding, Post
from escalation.models.places import HoldingKind
from escalation.models.types import AnyRow, AnySelect
from escalation.services import sessions
from escalation.services.people_file import several_may_hold
from escalation.services.unit import Unit


def holdings() -> AnySelect:
    """Every holding with the words for it (see `held`), to be narrowed down."""
    return (
        select(
            Holding.id, Holding.kind, Holding.account_id, Holding.post_id, Holding.partnership_id,
            Holding.from_at, Post.tier, Post.line, Post.title, Post.agency_id, Agency.name.label("agency"),
            Account.name,
        )
        .join(Post, (Post.partnership_id == Holding.partnership_id) & (Post.id == Holding.post_id))
        .join(Agency, Agency.id == Post.agency_id)
        .join(Account, Account.id == Holding.account_id)
        .order_by(Agency.name, Post.id, Holding.id)
    )  # fmt: skip


def held(row: AnyRow) -> str:
    """A holding in words: who, as what, where."""
    deputy = "deputy of " if row.kind == HoldingKind.DEPUTY else ""
    return f"{row.name} as {deputy}{row.title}, {row.agency}"


def hold(unit: Unit, partnership: int, post: int, account: int, kind: str) -> bool:
    """Lets an account hold a post (or deputise) from now on. False when it does already."""
    there = select(Holding.id).where(
        Holding.partnership_id == partnership,
        Holding.post_id == post,
        Holding.account_id == account,
        Holding.kind == kind,
        Holding.to_at.is_(None),
    )
    if unit.session.execute(there).first() is not None:
        return False
    unit.session.execute(
        insert(Holding).values(
            partnership_id=partnership, post_id=post, account_id=account, kind=kind, from_at=unit.now
        )
    )
    sessions.end_for(unit, [account])
    return True


def end(unit: Unit, rows: Iterable[AnyRow]) -> list[str]:
    """Ends these holdings (rows of `holdings`) now; says of each who no longer holds what."""
    ended = list(rows)
    if ended:
        ids = [row.id for row in ended]
        unit.session.execute(update(Holding).where(Holding.id.in_(ids)).values(to_at=unit.now))
        sessions.end_for(unit, {row.account_id for row in ended})
    return [f"ends: {held(row)}" for row in ended]


def end_others(unit: Unit, post: int, kind: str, accounts: set[int]) -> list[str]:
    """Ends who held a post in that way and is not named for it, and what the named were to it before."""
    rows = unit.session.execute(holdings().where(Holding.post_id == post, Holding.to_at.is_(None)))
    return end(unit, [row for row in rows.all() if _gives_way(row, kind, accounts)])


def _gives_way(row: AnyRow, kind: str, accounts: set[int]) -> bool:
    before = row.kind == kind and row.account_id not in accounts and not several_may_hold(row.tier)
    return before or (row.kind != kind and row.account_id in accounts)
