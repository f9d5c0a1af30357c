"""Two towns in one database, each with a case, words, a draft and readings of its own."""

from dataclasses import dataclass, replace
from importlib.resources import files

import pytest
from flask import Flask
from sqlalchemy import select

from escalation.demo import data
from escalation.models import Account, Partnership
from escalation.services import cases, concerns, drafts, moves, people, setting_up
from escalation.services.submissions import new_key
from escalation.services.unit import reading
from tests.support import northtown
from tests.support.told_once import told_once
from workflows import commands as c


@dataclass(frozen=True, slots=True)
class Town:
    """A partnership by its id, its GP's and hospital manager's accounts, and what is there of the GP's."""

    id: int
    gp: int
    manager: int
    case: str
    reference: str
    draft: str


@dataclass(frozen=True, slots=True)
class Towns:
    """Two partnerships that have nobody in common."""

    north: Town
    south: Town


@pytest.fixture
def towns(app: Flask) -> Towns:
    """Northtown, and Southtown with other people, some of whose agencies belong to both."""
    with app.app_context():
        return _two_towns()


@told_once
def _two_towns() -> Towns:
    north = northtown.lay_out(shut=True)
    south = setting_up.set_up(
        replace(
            data._partnership(),
            name=data.PARTNERSHIP.replace("North", "South"),
            reference_prefix="SC",
            administrator_email="kate.rowan@south.invalid",
        )
    ).partnership
    everybody = files("escalation.demo").joinpath("people.csv").read_text(encoding="utf-8")
    people.import_people(_southern(everybody), south)
    return Towns(_lived_in(north, "demo"), _lived_in(south, "south"))


def _southern(text: str) -> str:
    return text.replace("@demo.", "@south.").replace("Northtown Safeguarding", "Southtown Safeguarding")


def _lived_in(partnership: str, domain: str) -> Town:
    gp, manager = (people_of(domain)[name] for name in ("amara.lewis", "sam.okafor"))
    concern = northtown.concern_to_hospital(gp, partnership)
    seen = concerns.raise_concern(gp, concern, new_key())
    moves.make_move(seen.public_id, manager, c.Acknowledge(), new_key())
    kept = c.KeepDecision(reasons="The findings stand.", would_change_mind="A second scan.")
    moves.make_move(seen.public_id, manager, kept, new_key())
    cases.open_case(seen.public_id, gp)
    draft = drafts.start(gp, partnership)
    drafts.save(gp, draft.public_id, {"risk": "what was typed"})
    return Town(_id_of(partnership), gp, manager, seen.public_id, seen.reference, draft.public_id)


def people_of(domain: str) -> dict[str, int]:
    """The accounts of one town, by the name before the @."""
    with reading() as unit:
        rows = unit.session.execute(select(Account.id, Account.email))
        return {r.email.split("@")[0]: r.id for r in rows if r.email.endswith(f"@{domain}.invalid")}


def _id_of(partnership: str) -> int:
    with reading() as unit:
        asked = select(Partnership.id).where(Partnership.public_id == partnership)
        return unit.session.execute(asked).scalar_one()
