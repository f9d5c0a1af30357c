"""A stage that waits only for a post in which nobody but the raiser sits: it ends in something all the same."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from escalation.models import Partnership
from escalation.services import audit, cases, concerns, places, protocols
from escalation.services.submissions import new_key
from escalation.services.unit import writing
from tests.support import northtown
from tests.support.movable_clock import TimePasses
from workflows import layers, loader
from workflows.commands import RaiseConcern

LEAD, OFFICE = "owen.bright", "kate.rowan"
"""The lead of the school has no deputy."""
TEXT = """
extends = "four-stage-2026.1"
key = "asks-the-lead"
version = "1"
title = "The first stage waits for the raiser's own lead"

[[stage]]
id = "manager_review"
[[stage.clock]]
id = "reply"
on_expiry = "record"
[[stage.clock]]
id = "lead"
title = "The lead takes it up"
waits_for = ["raising_lead"]
budget = "2 working_days"
stopped_by = ["agree_settlement", "escalate"]
on_expiry = "climb"
"""


@pytest.fixture
def people(app: Flask) -> Iterator[dict[str, int]]:
    """Northtown, whose procedure asks the raiser's lead first, and everybody's account."""
    with app.app_context():
        partnership = northtown.lay_out(shut=True)
        text = layers.bundle("asks-the-lead-1", TEXT, lambda name: loader.shipped()[name].read_text("utf-8"))
        with writing() as unit:
            place = unit.session.execute(
                select(Partnership.id).where(Partnership.public_id == partnership)
            ).scalar_one()
            protocols.publish(unit.session, place, text, unit.now)
        yield northtown.accounts()


def raised(by: int) -> str:
    partnership = places.partnerships_of(by)[0].public_id
    command = RaiseConcern(person_reference="T-1", decision="d", risk="r", request="q")
    hospital = northtown.agencies(by, partnership)["Northtown Hospitals"]
    new = concerns.NewConcern(partnership, hospital, "doctor", command)
    return concerns.raise_concern(by, new, new_key()).public_id


def test_the_lead_raises_it_alone_and_the_office_owes_what_the_lead_would(
    people: dict[str, int], time_passes: TimePasses
) -> None:
    case = raised(people[LEAD])
    waits = next(d for d in cases.as_seen(case, people[OFFICE]).running if d.clock == "lead")
    assert waits.waits_for == "business_manager"
    assert waits.waits_for_title == "Board business manager"
    time_passes(days=20)
    assert cases.as_seen(case, people[OFFICE]).stage == "senior_challenge"
    assert "nothing_runs" not in {finding.code for finding in audit.audit_the_clock()}
