"""The page of one access review: every person with a post in an agency, and what is said of each.

Nobody says it of themselves: a manager's own line waits for the board office, and that of the office for
somebody else in it. Where there is nobody else, the list says so and is signed without that line.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from escalation.errors import InvalidInput, NotFound, Refused
from escalation.models import AccessReview, Account, Agency, Holding, Passkey, Post
from escalation.models.types import AnyRow
from escalation.security.permissions import BoardAct
from escalation.services import (
    access_reviews,
    appointments,
    directory,
    holdings,
    leaving,
    offices,
    submissions,
)
from escalation.services.unit import Unit, of_partnership, reading, retried, writing
from workflows.vocabulary import AgencyKind

RIGHT, ENDS, NOBODY = "right", "ends", "nobody"
_SAYS = "Say of each person whether it is still right or ends."


@dataclass(frozen=True, slots=True)
class LineView:
    """A person with a post or an office. `said` is what stands of them already, and `by` who said it."""

    key: str
    name: str
    post: str
    since: datetime
    last_here: datetime | None
    second_factor: bool
    mine: bool
    alone: bool
    """Nobody but the person may sign this line."""
    said: str | None
    by: str


@dataclass(frozen=True, slots=True)
class ReviewView:
    """One agency's list of one quarter."""

    agency: str
    public_id: str
    quarter: str
    due: datetime
    zone: str
    overdue: bool
    missed: str | None
    """The newest quarter before this one whose list nobody signed; signing this one stands for it."""
    signed_at: datetime | None
    signed_by: str
    lines: tuple[LineView, ...]

    @property
    def mine_to_say(self) -> tuple[LineView, ...]:
        """The lines that wait for whoever reads this."""
        return tuple(x for x in self.lines if not x.mine and x.said is None) if not self.signed_at else ()

    @property
    def may_sign(self) -> bool:
        """Something waits for the reader, or nothing is left but what nobody may say."""
        only_alone = all(x.said is not None or x.alone for x in self.lines)
        return bool(self.mine_to_say) or (self.signed_at is None and only_alone)


def reviews(account: int, partnership: str) -> tuple[ReviewView, ...]:
    """The newest review of each agency that a person may sign for, what is due first.

    Raises NotFound, NotAllowed as `offices.require`.
    """
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.SIGN_ACCESS_REVIEW)
        missed = access_reviews.unsigned(unit, place.id)
        found = [row for row in _newest(unit, place) if _may(unit, row, account)]
        views = [_view(unit, place, row, account, missed) for row in found]
        return tuple(sorted(views, key=lambda v: (v.signed_at is not None, v.due, v.agency)))


def review(account: int, partnership: str, agency: str) -> ReviewView:
    """One of them. Raises NotFound also for an agency that is not the person's to sign for."""
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.SIGN_ACCESS_REVIEW)
        missed = access_reviews.unsigned(unit, place.id)
        return _view(unit, place, _found(unit, place, agency, account), account, missed)


@retried
def sign(account: int, partnership: str, agency: str, said: Mapping[str, str], key: str) -> None:
    """Signs the lines that are a person's to sign; what ends, ends in the same transaction.

    `said` is RIGHT or ENDS by the line's key. Raises InvalidInput for a line left out, Refused when it was
    signed before.
    """
    with writing() as unit:
        place = offices.require(unit, partnership, account, BoardAct.SIGN_ACCESS_REVIEW)
        row = _found(unit, place, agency, account, lock=True)
        print_ = submissions.fingerprint(agency, sorted(said.items()))
        if submissions.first_result(unit, account, place.id, key, print_, agency) is not None:
            return
        if row.signed_at is not None:
            raise Refused("signed", "This list is signed already.")
        _sign(unit, place, row, account, said)


def _sign(unit: Unit, place: AnyRow, row: AnyRow, account: int, said: Mapping[str, str]) -> None:
    lines = _lines(unit, row)
    before = _said(row)
    asked = [x for x in lines if x["account"] != account and x["key"] not in before]
    if wrong := [x["key"] for x in asked if said.get(x["key"]) not in (RIGHT, ENDS)]:
        raise InvalidInput({f"line-{wrong[0]}": [_SAYS]})
    at = unit.now.isoformat()
    now_said = {x["key"]: {**_kept(x), "said": said[x["key"]], "by": account, "at": at} for x in asked}
    _end(unit, place, [x for x in asked if said[x["key"]] == ENDS])
    _keep(
        unit, row, account, [x for x in lines if x["key"] not in before | now_said.keys()], before | now_said
    )


def _keep(
    unit: Unit, row: AnyRow, account: int, left: list[dict[str, Any]], said: dict[str, dict[str, Any]]
) -> None:
    """Keeps what is said; the list is signed when nothing is left that somebody could still say."""
    alone = [x for x in left if not _others(unit, row, x["account"])]
    if len(alone) == len(left):
        said |= {x["key"]: {**_kept(x), "said": NOBODY, "by": None, "at": None} for x in alone}
        signed: dict[str, Any] = {"signed_at": unit.now, "signed_by_id": account}
    else:
        signed = {}
    body = json.dumps({"lines": list(said.values())}, sort_keys=True)
    unit.session.execute(update(AccessReview).where(*_key(row)).values(body=body, **signed))


def _end(unit: Unit, place: AnyRow, lines: list[dict[str, Any]]) -> None:
    """Ends posts and offices; who has none left anywhere leaves altogether, with every way in."""
    ids = [x["id"] for x in lines if x["kind"] == "h"]
    if ids:
        holdings.end(unit, unit.session.execute(holdings.holdings().where(Holding.id.in_(ids))).all())
    for line in lines:
        if line["kind"] == "a":
            appointments.end(unit, place.id, line["id"])
    for account in dict.fromkeys(x["account"] for x in lines):
        leaving.if_nothing_is_left(unit, account)
    unit.turn_to(of_partnership(place.id))


def _newest(unit: Unit, place: AnyRow) -> list[AnyRow]:
    rows = unit.session.execute(
        select(*AccessReview.__table__.c, Agency.name, Agency.public_id, Agency.kind)
        .join(Agency, Agency.id == AccessReview.agency_id)
        .where(AccessReview.partnership_id == place.id)
        .order_by(AccessReview.quarter)
    )
    return list({row.agency_id: row for row in rows}.values())


def _found(unit: Unit, place: AnyRow, agency: str, account: int, *, lock: bool = False) -> AnyRow:
    row = next((r for r in _newest(unit, place) if r.public_id == agency), None)
    if row is None or not _may(unit, row, account):
        raise NotFound
    if lock:
        query = select(AccessReview.partnership_id).where(*_key(row)).with_for_update()
        unit.session.execute(query)
        return next(r for r in _newest(unit, place) if r.public_id == agency)
    return row


def _key(row: AnyRow) -> tuple[Any, ...]:
    return (
        AccessReview.partnership_id == row.partnership_id,
        AccessReview.agency_id == row.agency_id,
        AccessReview.quarter == row.quarter,
    )


def _signers(unit: Unit, row: AnyRow) -> frozenset[int]:
    of_agency = access_reviews.signers(unit, row.partnership_id, row.agency_id)
    return of_agency | access_reviews.office(unit, row.partnership_id)


def _may(unit: Unit, row: AnyRow, account: int) -> bool:
    return account in _signers(unit, row)


def _others(unit: Unit, row: AnyRow, account: int) -> bool:
    """Whether somebody else than this person could sign."""
    return bool(_signers(unit, row) - {account})


def _said(row: AnyRow) -> dict[str, dict[str, Any]]:
    lines = json.loads(row.body)["lines"] if row.body else []
    return {line["key"]: line for line in lines}


def _kept(line: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a line: ids and the post, no name."""
    return {name: line[name] for name in ("key", "account", "post")}


def _view(unit: Unit, place: AnyRow, row: AnyRow, account: int, missed: Mapping[int, str]) -> ReviewView:
    said, quarter = _said(row), missed.get(row.agency_id)
    names = _names(unit, {x["by"] for x in said.values() if x["by"]} | {row.signed_by_id or 0})
    lines = [
        LineView(
            key=x["key"], name=x["name"], post=x["post"], since=x["since"], last_here=x["last_here"],
            second_factor=x["second_factor"], mine=x["account"] == account,
            alone=not _others(unit, row, x["account"]),
            said=said.get(x["key"], {}).get("said"), by=names.get(said.get(x["key"], {}).get("by") or 0, ""),
        )
        for x in _lines(unit, row)
    ]  # fmt: skip
    return ReviewView(
        row.name, row.public_id, row.quarter, row.due_at, place.zone,
        row.signed_at is None and row.due_at < unit.now,
        None if quarter == row.quarter else quarter, row.signed_at,
        names.get(row.signed_by_id or 0, ""), tuple(lines),
    )  # fmt: skip


def _names(unit: Unit, accounts: set[int]) -> dict[int, str]:
    rows = unit.session.execute(select(Account.id, Account.name).where(Account.id.in_(sorted(accounts))))
    return {row.id: row.name for row in rows}


def _lines(unit: Unit, row: AnyRow) -> list[dict[str, Any]]:
    """Everybody who has access through this agency now: by a post, and for the board by an office too."""
    held = unit.session.execute(
        holdings.holdings()
        .where(Holding.partnership_id == row.partnership_id, Post.agency_id == row.agency_id)
        .where(directory.is_current(unit.now), Account.active)
    ).all()
    found = [("h", x, f"{'Deputy: ' if x.kind == 'deputy' else ''}{x.title}") for x in held]
    if row.kind == AgencyKind.BOARD:
        appointed = appointments.rows(unit, row.partnership_id, appointments.running(unit))
        found += [("a", x, x.office.replace("_", " ").capitalize()) for x in appointed]
    people = _people(unit, {x.account_id for _, x, _ in found})
    return [
        {"kind": kind, "id": x.id, "key": f"{kind}{x.id}", "account": x.account_id, "name": x.name,
         "post": post, "since": x.from_at, **people[x.account_id]}
        for kind, x, post in found
    ]  # fmt: skip


def _people(unit: Unit, accounts: set[int]) -> dict[int, dict[str, Any]]:
    """When each was last here, and whether a second factor stands before their account."""
    passkey = select(Passkey.id).where(Passkey.user_id == Account.id).exists()
    factor = (Account.tf_primary_method.is_not(None) | passkey).label("factor")
    rows = unit.session.execute(
        select(Account.id, Account.used_at, factor).where(Account.id.in_(sorted(accounts)))
    )
    return {row.id: {"last_here": row.used_at, "second_factor": bool(row.factor)} for row in rows}
