"""Mails about the service itself, for a partnership's board office: about no case, in no case's record."""

from collections.abc import Collection

from sqlalchemy import select

from escalation.models import Appointment, Holding, OutboxRow
from escalation.services import directory
from escalation.services.sets import insert_new
from escalation.services.unit import Unit
from workflows.vocabulary import Tier


def owe_office(unit: Unit, partnership: int, name: str, key: str) -> int:
    """Owes a mail to everybody in the board office who can be told, once for each `key` and person."""
    return sum(owe(unit, partnership, account, name, key) for account in office_of(unit, partnership))


def owe(
    unit: Unit,
    partnership: int,
    account: int,
    name: str,
    key: str,
    *,
    to_address: str | None = None,
    link: str | None = None,
) -> bool:
    """Owes a mail to one person, once for each `key`. False when it was owed before.

    `to_address`: an address outside, which gets it in that person's name. `link`: a one-time link or code,
    forgotten when the mail has left.
    """
    return insert_new(
        unit.connection,
        OutboxRow,
        {
            "partnership_id": partnership,
            "name": name,
            "account_id": account,
            "slot": "",
            "via": "self",
            "dedupe_key": f"{key}:{account}",
            "state": "owed",
            "owed_at": unit.now,
            "next_at": unit.now,
            "attempts": 0,
            "lease_token": 0,
            "epoch": unit.epoch,
            **({"to_address": to_address} if to_address else {}),
            **({"set_up_link": link} if link else {}),
        },
    )


def partnership_of(unit: Unit, account: int) -> int | None:
    """The partnership in whose name a person hears of their own account: the first they came to."""
    for table in (Holding, Appointment):
        first = select(table.partnership_id).where(table.account_id == account).order_by(table.id).limit(1)
        if (found := unit.session.execute(first).scalar_one_or_none()) is not None:
            return int(found)
    return None


def office_of(unit: Unit, partnership: int, tiers: Collection[Tier] = (Tier.OFFICE,)) -> tuple[int, ...]:
    """The accounts of whoever is told for the board office today: holders at work, else deputies.

    When nobody can be told, everybody who holds an office of the board, reachable or not: never nobody.
    `tiers`: other posts of the board, too.
    """
    board = directory.board_agency(unit.session, partnership)
    known = directory.directory_of(unit.session, partnership, [board.id], unit.now)
    offices = [post for post in known.posts.values() if post.tier in tiers]
    told = [person for post in offices for person in known.whom_to_tell(post)[0]]
    people = told or [person for post in offices for person in post.holders + post.deputies]
    return tuple(dict.fromkeys(person.account_id for person in people))
