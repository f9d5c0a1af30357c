"""The public facts that may stand in a mail, read when it is sent. Never a name, never an agency."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from escalation.models import Account, Partnership
from escalation.models.types import AnyRow
from escalation.services import (
    access_reviews,
    appointments,
    case_file,
    digest,
    fuse,
    newcomers,
    proofs,
    seal_mail,
)
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit
from notifications.message import Facts, SealFacts, Standing
from workflows.notices import marking
from workflows.vocabulary import Phase

OFFICE_MAILS = frozenset({digest.NAME, fuse.SUMMARY, fuse.BLOWN})
_PARTS: Mapping[str, str] = {
    **dict.fromkeys(OFFICE_MAILS, ""),
    appointments.MAIL: "/directory",
    access_reviews.NAME: "/access",
    newcomers.WAITS: "/newcomers",
    **dict.fromkeys(("erasure_asked", "erasure_ended", "content_destroyed"), "/erasures"),
}
"""The page of the board to which a mail leads."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is needed to write one mail: the address, the facts, and the words that must not stand in it
    (agency and people names)."""

    address: str
    facts: Facts
    forbidden: frozenset[str]


def letters(unit: Unit, rows: Sequence[AnyRow], base_url: str) -> dict[int, Letter]:
    """The letters of outbox rows, by row id, read in a fixed number of statements for each partnership."""
    places = _places(unit, rows)
    addresses = _addresses(unit, rows)
    files = _files(unit, rows)
    told = {row.partnership_id for row in rows if row.name == digest.NAME}
    standings = {place: digest.standing(unit, place) for place in told}
    of_seals = {r.partnership_id for r in rows if r.name == seal_mail.NAME}
    seals = {place: seal_mail.facts(unit, place) for place in of_seals}
    return {
        row.id: _letter(
            row,
            places[row.partnership_id],
            row.to_address or addresses[row.account_id],
            files,
            (standings, seals),
            base_url,
        )
        for row in rows
    }


def _places(unit: Unit, rows: Sequence[AnyRow]) -> dict[int, AnyRow]:
    wanted = {row.partnership_id for row in rows}
    found = unit.session.execute(select(*Partnership.__table__.c).where(Partnership.id.in_(wanted)))
    return {place.id: place for place in found}


def _addresses(unit: Unit, rows: Sequence[AnyRow]) -> dict[int, str]:
    wanted = {row.account_id for row in rows}
    found = unit.session.execute(select(Account.id, Account.email).where(Account.id.in_(wanted)))
    return {account.id: account.email for account in found}


def _files(unit: Unit, rows: Sequence[AnyRow]) -> dict[int, CaseFile]:
    wanted: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.case_id is not None:
            wanted[row.partnership_id].add(row.case_id)
    loaded = (case_file.load(unit.session, place, sorted(cases), unit.now) for place, cases in wanted.items())
    return {case: file for files in loaded for case, file in files.items()}


def _letter(
    row: AnyRow,
    place: AnyRow,
    address: str,
    files: Mapping[int, CaseFile],
    figures: tuple[Mapping[int, Standing], Mapping[int, SealFacts | None]],
    base_url: str,
) -> Letter:
    common = {
        "service_name": place.service_name,
        "partnership_name": place.name,
        "zone": place.zone,
        "office_phone": place.office_phone,
        "office_hours": place.office_hours,
        "office_address": place.office_address,
        "via": row.via,
        "set_up_link": None if row.name == proofs.MAIL else row.set_up_link,
        "standing": figures[0].get(row.partnership_id) if row.name == digest.NAME else None,
        "seal": figures[1].get(row.partnership_id) if row.name == seal_mail.NAME else None,
    }
    if row.case_id is None:
        code = row.set_up_link if row.name == proofs.MAIL else None
        facts = _account_facts(common, _place_of(row, place, base_url), code or "")
        return Letter(address, facts, frozenset())
    file = files[row.case_id]
    forbidden = _forbidden(file)
    words = own_words_without(file.protocol.words, forbidden)
    return Letter(address, _case_facts({**common, "words": words}, file, row, base_url), forbidden)


def own_words_without(words: Mapping[str, str], forbidden: frozenset[str]) -> dict[str, str]:
    """A board's own words that name no agency and nobody; for the others the service's words stand."""
    names = [name.lower() for name in forbidden] if words else []
    return {key: said for key, said in words.items() if not any(name in said.lower() for name in names)}


def _place_of(row: AnyRow, place: AnyRow, base_url: str) -> str:
    """Where a mail that is about no case leads: a page of the board, or the front page."""
    if row.name == proofs.MAIL:
        return f"{base_url}/code"
    part = _PARTS.get(row.name)
    return base_url if part is None else f"{base_url}/board/{place.public_id}{part}"


def _account_facts(common: dict[str, Any], link: str, code: str) -> Facts:
    """A code is urgent: somebody waits for it, and it is soon too old."""
    return Facts(
        **common,
        reference=None,
        role="",
        stage=None,
        due=None,
        next_holder=None,
        link=link,
        urgent=bool(code),
        code=code,
        waited_role=None,
    )


def _case_facts(common: dict[str, Any], file: CaseFile, row: AnyRow, base_url: str) -> Facts:
    stage = file.protocol.stages[file.row.stage]
    seats = file.seats()
    clock = _clock_for(file, row.slot)
    return Facts(
        **common,
        reference=file.row.reference,
        role=seats[row.slot].title,
        stage=stage.name if Phase(file.row.phase) is not Phase.CLOSED else None,
        stage_welsh=file.protocol.welsh.get(f"stage.{stage.id}", ""),
        due=clock.due_at if clock else None,
        next_holder=_next_holder(file),
        link=f"{base_url}/c/{file.row.reference}",
        urgent=file.protocol.paces[file.row.pace].on_risk_rise is None,
        waited_role=seats[clock.waits_for].title if clock else None,
        marking=marking(file.protocol, file.row.stage),
    )


def _clock_for(file: CaseFile, slot: str) -> AnyRow | None:
    """The deadline that matters to who reads the mail: their own, else the one the case waits for."""
    climbs = file.protocol.climbing(file.row.stage)
    ranked = sorted(file.clocks, key=lambda c: (c.waits_for != slot, c.clock not in climbs, c.due_at))
    return ranked[0] if ranked else None


def _next_holder(file: CaseFile) -> str | None:
    """The role that the case goes to if nobody answers."""
    above = file.protocol.stages[file.row.stage].silence_leads_to
    seats = file.protocol.stages[above].seats if above else ()
    return file.protocol.slots[seats[-1]].title if seats else None


def _forbidden(file: CaseFile) -> frozenset[str]:
    names = {a.name for a in file.agencies.values()}
    people = {p.name for post in file.directory.posts.values() for p in post.holders + post.deputies}
    return frozenset(names | people)
