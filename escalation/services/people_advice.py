"""What an operator should look at after a file of people: nothing here is refused, and all of it matters."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from escalation.models import Account, Agency
from escalation.models.types import AnyRow
from escalation.services import agency_time, directory
from escalation.services.directory import Directory
from escalation.services.people_file import Line
from escalation.services.unit import Unit
from notifications.message import Via
from workflows.vocabulary import AgencyKind, Tier

_NEEDED: Mapping[str, str] = {
    Tier.LEAD: "safeguarding lead",
    Tier.MANAGER: "line manager",
    Tier.HEAD: "head of service",
}
_NEEDED_BY_A_BOARD: Mapping[str, str] = {Tier.OFFICE: "business manager", Tier.CHAIR: "chair"}
_AT_HOME: Mapping[str, frozenset[str]] = {
    "doctor": frozenset({AgencyKind.GENERAL_PRACTICE, AgencyKind.HOSPITAL, AgencyKind.AMBULANCE}),
    "teacher": frozenset({AgencyKind.SCHOOL, AgencyKind.SOCIAL_CARE}),
    "police": frozenset({AgencyKind.POLICE}),
    "housing": frozenset({AgencyKind.HOUSING, AgencyKind.SOCIAL_CARE}),
}
_ANYWHERE = frozenset({AgencyKind.VOLUNTARY, AgencyKind.OTHER})


def on(unit: Unit, partnership: int, agencies: Iterable[int], lines: list[Line]) -> list[str]:
    """Sentences about the lines of a file and about the agencies as they then are."""
    known = directory.directory_of(unit.session, partnership, agencies, unit.now)
    rows = unit.session.execute(
        select(*Agency.__table__.c).where(Agency.id.in_(sorted({p.agency_id for p in known.posts.values()})))
    ).all()
    said = [*_roles(lines), *_names(unit, lines), *_left_alone(rows, lines)]
    for row in rows:
        said += _missing(known, row.id, row.name, board=row.kind == AgencyKind.BOARD)
        said += agency_time.advice(row, unit.now)
    said += (f"vacant: {post.title}, {post.agency}" for post in vacant(known))
    return list(dict.fromkeys(said))


def vacant(known: Directory) -> Iterable[directory.HeldPost]:
    """Posts whose holder and deputies cannot be told anything: the board office is, in their place."""
    return (post for post in known.posts.values() if known.whom_to_tell(post)[1] is Via.VACANT)


def _roles(lines: list[Line]) -> Iterable[str]:
    for line in lines:
        of_board = line.tier in _NEEDED_BY_A_BOARD
        if of_board != (line.kind == AgencyKind.BOARD):
            whom = "only a board has" if of_board else "a board never has"
            yield f"line {line.number}: {whom} a post of tier {line.tier}; nothing is asked of this one"
        elif line.kind not in _AT_HOME.get(line.line, {line.kind}) | _ANYWHERE:
            yield f"line {line.number}: is there a {line.line} line in an agency of kind {line.kind}?"


def _names(unit: Unit, lines: list[Line]) -> Iterable[str]:
    """An address is a person: whoever gets the address of somebody who left would get their cases too."""
    named = {line.email: line for line in lines if line.email}
    rows = unit.session.execute(select(Account.email, Account.name).where(Account.email.in_(sorted(named))))
    for row in rows:
        if row.name != named[row.email].name:
            yield (
                f"line {named[row.email].number}: {row.email} is {row.name!r} here and stays so; "
                f"if {named[row.email].name!r} is somebody else, they need an address of their own"
            )


def _left_alone(rows: Iterable[AnyRow], lines: list[Line]) -> Iterable[str]:
    """What the file says of an agency that was there already, and says otherwise."""
    said = {line.agency: line for line in lines}
    for row in rows:
        line = said.get(row.name)
        for name in ("kind", "nation", "opens", "closes") if line else ():
            if getattr(line, name) not in ("", getattr(row, name)):
                yield f"{row.name}: {name} is {getattr(row, name)} here and is not changed by the file"


def _missing(known: Directory, agency: int, name: str, *, board: bool) -> Iterable[str]:
    tiers = {post.tier for post in known.posts.values() if post.agency_id == agency}
    needed = _NEEDED_BY_A_BOARD if board else _NEEDED
    lacking = [words for tier, words in needed.items() if tier not in tiers]
    if lacking:
        yield f"{name} has no {' and no '.join(lacking)}: what is asked of them reaches the board office"
