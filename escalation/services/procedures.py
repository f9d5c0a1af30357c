"""The procedures of a partnership as its board may look at them, and the one of a case."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from escalation.errors import NotFound
from escalation.security import access
from escalation.security.permissions import BoardAct
from escalation.services import case_file, offices, past_cases, protocols
from escalation.services.unit import of_account, reading
from workflows import loader, scenario
from workflows.protocol import Protocol
from workflows.scenario import Scenario

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Published:
    """A version that a partnership published: since when, and the hash by which it is known."""

    name: str
    title: str
    since: datetime
    sha256: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Where:
    """A protocol, and the stage in which a case stands."""

    protocol: Protocol
    stage: str
    reference: str


def published(account: int, partnership: str) -> tuple[Published, ...]:
    """What the partnership has published, the newest first. Raises NotFound for a stranger."""
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.READ_PROCEDURES)
        rows = protocols.published(unit.session, place.id)
        return tuple(
            Published(
                f"{r.key}-{r.version}", loader.loads(r.body, r.key).title, r.in_force_from, r.sha256, i == 0
            )
            for i, r in enumerate(rows)
        )


def found(account: int, partnership: str, name: str) -> Protocol:
    """A protocol by name: one that the partnership published, else one that comes with the service.

    Raises NotFound for a stranger, and for a name that is not there.
    """
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.READ_PROCEDURES)
        for row in protocols.published(unit.session, place.id):
            if f"{row.key}-{row.version}" == name:
                return loader.loads(row.body, name)
    if name not in loader.known():
        raise NotFound
    return loader.known()[name]


def scenarios_for(name: str) -> dict[str, Scenario]:
    """The invented cases that come with a protocol, by file name."""
    return {stem: one for stem, one in _invented().items() if one.protocol == name}


@cache
def _invented() -> dict[str, Scenario]:
    files = sorted((loader.SHIPPED / "scenarios").glob("*.toml"))
    return {file.stem: scenario.load(file) for file in files}


def last_year(account: int, partnership: str, protocol: Protocol) -> list[Scenario]:
    """The partnership's cases of the last year, to be played under a protocol.

    Raises NotFound for a stranger, NotAllowed for whoever may not see them all.
    """
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.READ_WORKLIST)
        return past_cases.scenarios(unit, place.id, unit.now - _YEAR, protocol.key)


def may_play_past_cases(account: int, partnership: str) -> bool:
    """True for whoever may see all cases of a partnership."""
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.READ_PROCEDURES)
        return offices.may(unit, place.id, account, BoardAct.READ_WORKLIST)


def of_case(public_id: str, account: int) -> Where:
    """The procedure of a case and where it stands. Raises NotFound for a stranger."""
    with reading(of_account(account)) as unit:
        partnership, case = access.find(unit.session, public_id, account, unit.now)
        file = case_file.load(unit.session, partnership, [case], unit.now)[case]
        return Where(file.protocol, file.row.stage, file.row.reference)
