"""Finding one's own cases again by a number that they carry: an NHS number, or an agency's own.

    what was typed -> brake -> cases whose reference they may read -> keyed index -> on record -> answer

Nothing is asked of the index but about those cases. So a number that nobody has, one of somebody else's
case, of another partnership, of a case that was destroyed, and of one in which the reference is masked for
whoever asks, are answered alike, and take as long.

Masked is not found on purpose: who may not read a reference would learn it by asking for one after the other.
The board's office sees a reference for a reason, once, in the case (section 5.2), and a search gives none.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import insert

from escalation.models import NumberSearch
from escalation.security import access, envelope, offices
from escalation.security.permissions import Act, permitted
from escalation.services import attempts, case_file, case_view, numbers, work
from escalation.services.attempts import Try
from escalation.services.unit import Unit, of_account, reading, retried, writing
from escalation.services.views import WorkRow

WHAT, PER_HOUR, HOUR = "number_search", 30, timedelta(hours=1)
_Cases = list[tuple[int, int]]
"""(partnership, case)."""


def search(account: int, number: str) -> tuple[WorkRow, ...]:
    """The cases with this number whose summary and reference the person may read; the search is on record
    before they are given.

    Raises TooManyAttempts beyond PER_HOUR: then nothing was looked for.
    """
    attempts.take(Try(WHAT, str(account), PER_HOUR, HOUR, pause=HOUR / PER_HOUR))
    with reading(of_account(account)) as unit:
        mine = access.case_ids_of(unit.session, account, unit.now)
        found = _carrying(unit, _readable(unit, account, mine), number)
        rows = work.rows_of(unit, account, found)
        places = {
            *offices.roles_by_partnership(unit.session, account, unit.now),
            *(place for place, _ in mine),
        }
    _record(account, number, places, found)
    return tuple(rows)


def _readable(unit: Unit, account: int, mine: _Cases) -> _Cases:
    """Those of a person's cases in which their seat lets them read what it is about, and who."""
    readable: _Cases = []
    for place in dict.fromkeys(place for place, _ in mine):
        ids = [case for owner, case in mine if owner == place]
        files = case_file.load(unit.session, place, ids, unit.now)
        readable += [(place, case) for case in ids if _may_read(files[case], account)]
    return readable


def _may_read(file: case_file.CaseFile, account: int) -> bool:
    """As on the case's page."""
    standings = case_view.standings_in(file, account)
    return all(permitted(standings, act, file.row.phase) for act in (Act.READ_SUMMARY, Act.READ_IDENTIFIERS))


def _carrying(unit: Unit, readable: _Cases, number: str) -> _Cases:
    found: _Cases = []
    for place in dict.fromkeys(place for place, _ in readable):
        among = [case for owner, case in readable if owner == place]
        carry = numbers.cases_with(unit.connection, place, number, among=among)
        keys = envelope.of_cases(unit.connection, place, carry)
        found += [(place, case) for case in among if case in carry and not keys[case].destroyed]
    return found


@retried
def _record(account: int, number: str, places: Iterable[int], found: _Cases) -> None:
    """Of each partnership that was searched, for its own privacy officer: the kind, and how many there."""
    kind, _ = numbers.normal(number)
    counts = Counter(place for place, _ in found)
    with writing(of_account(account)) as unit:
        for place in sorted(places):
            row = {"partnership_id": place, "account_id": account, "kind": kind, "found": counts[place]}
            unit.session.execute(insert(NumberSearch).values(**row, at=unit.now))
