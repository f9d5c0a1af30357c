"""The public facts that may stand in a mail, read when it is sent. Never a name, never an agency."""

from typing import Any

from sqlalchemy import select

from escalation.models import Account, Partnership
from escalation.models.types import AnyRow
from escalation.services import case_file
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit
from notifications.message import Facts
from workflows.notices import marking
from workflows.vocabulary import Phase


def for_row(unit: Unit, row: AnyRow, base_url: str) -> tuple[str, Facts, frozenset[str]]:
    """The address, the facts, and the words that must not stand in this mail (agency and people names)."""
    place = unit.session.execute(
        select(*Partnership.__table__.c).where(Partnership.id == row.partnership_id)
    ).one()
    address = unit.session.execute(select(Account.email).where(Account.id == row.account_id)).scalar_one()
    common = {
        "service_name": place.service_name,
        "partnership_name": place.name,
        "zone": place.zone,
        "office_phone": place.office_phone,
        "office_hours": place.office_hours,
        "office_address": place.office_address,
        "via": row.via,
        "set_up_link": row.set_up_link,
    }
    if row.case_id is None:
        return address, _account_facts(common, base_url), frozenset()
    file = case_file.load(unit.session, row.partnership_id, [row.case_id], unit.now)[row.case_id]
    return address, _case_facts(common, file, row, base_url), _forbidden(file)


def _account_facts(common: dict[str, Any], base_url: str) -> Facts:
    return Facts(
        **common,
        reference=None,
        role="",
        stage=None,
        due=None,
        next_holder=None,
        link=base_url,
        urgent=False,
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
