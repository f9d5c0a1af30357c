"""A concern raised through a safeguarding lead: the other side is told the agency, and not who it was."""

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.extensions import db
from escalation.services.unit import writing
from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.raised import CANARY, raise_concern
from tests.acceptance.test_one_challenge import raise_in_the_form
from tests.support import beyond, texts
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import TimePasses
from tests.support.offices import appointed

RAISER = "Amara Lewis"
UNNAMED = "The professional who raised it"
WHY = {"reason": "The court has asked for the name of the author"}


@pytest.fixture
def case(visit: Visit) -> str:
    """A concern of the GP, raised through her lead."""
    return raise_in_the_form(visit("amara.lewis"), named="lead")


def custodian(app: Flask, name: str) -> None:
    """Lets somebody who is there already be the custodian, too."""
    with app.app_context(), writing() as unit:
        unit.connection.execute(
            text(
                "INSERT INTO appointment (partnership_id, account_id, office, from_at)"
                " SELECT (SELECT min(id) FROM partnership), id, 'custodian', created_at"
                " FROM account WHERE email = :email"
            ),
            {"email": f"{name}@demo.invalid"},
        )


def pages_of(somebody: Visitor, case: str) -> str:
    """Everything that somebody can read of a case."""
    shown = [somebody.opens(case), somebody.opens(f"{case}/history"), somebody.opens(f"{case}/receipt")]
    return "".join([*shown, somebody.opens("/work"), str(somebody.client.get(f"/api/v1{case}").json)])


@pytest.mark.parametrize("name", ["sam.okafor"])
def test_the_other_side_never_reads_the_name(visit: Visit, case: str, name: str) -> None:
    gp = visit("amara.lewis")
    gp.sends(f"{case}/say_safety", {"safety": "With the aunt since today"})
    gp.sends(f"{case}/tell_change", {"what_changed": "The school has called"})
    manager = visit(name)
    seen = pages_of(manager, case)
    assert RAISER not in seen
    assert UNNAMED in seen
    assert "Riverside Surgery" in seen, "the agency is named"
    assert "With the aunt since today" in seen
    manager.sends_checked(
        f"{case}/position", {"choice": "keep_decision", "reasons": "No", "would_change_mind": "A scan"}
    )
    assert RAISER not in pages_of(manager, case)
    assert RAISER not in manager.opens(f"{case}/position", expect=200 if "position" in seen else 409)


def test_the_own_side_and_the_board_know_it(visit: Visit, case: str) -> None:
    for name in ("amara.lewis", "priya.nair", "kate.rowan"):
        assert RAISER in visit(name).opens(case), name


def test_who_is_named_is_named_to_everybody(visit: Visit) -> None:
    case = raise_concern(visit("amara.lewis"))
    assert RAISER in visit("sam.okafor").opens(case)


def test_only_a_custodian_lets_the_name_out_for_a_reason_and_the_raiser_hears_of_it(
    app: Flask, visit: Visit, case: str, time_passes: TimePasses, mail_sink: MailSink
) -> None:
    office = visit("kate.rowan")
    assert "Let the other side know" not in office.opens(case)
    office.sends(f"{case}/raiser", WHY, expect=403)
    custodian(app, "sam.okafor")
    visit("sam.okafor").sends(f"{case}/raiser", WHY, expect=403)
    custodian(app, "kate.rowan")
    assert "Let the other side know" in office.opens(case)
    short = office.sends(f"{case}/raiser", {"reason": "court"}, expect=422)
    assert "20 letters or more" in short
    assert RAISER not in visit("sam.okafor").opens(case)
    office.sends(f"{case}/raiser", WHY)
    seen = visit("sam.okafor").opens(case)
    assert RAISER in seen
    assert WHY["reason"] not in seen + visit("sam.okafor").opens(f"{case}/history")
    gp = visit("amara.lewis").opens(f"{case}/history")
    assert "let the other side know who raised it" in gp
    assert WHY["reason"] in gp
    time_passes(minutes=1)
    told = [m for m in mail_sink.mails if "Your name was let out" in decoded(m)]
    assert [mail.recipients for mail in told] == [("amara.lewis@demo.invalid",)]
    office.sends(f"{case}/raiser", WHY, expect=409)


# ---------------------------------------------------------------------- what is masked


def test_the_board_office_sees_the_reference_for_a_reason_that_is_on_record(
    app: Flask, visit: Visit, case: str
) -> None:
    office = visit("kate.rowan")
    for page in (office.opens(case), office.opens(f"{case}/history"), office.opens(f"{case}/receipt")):
        assert f"TOD-17 {CANARY}" not in page
    assert f"TOD-17 {CANARY}" not in str(office.client.get(f"/api/v1{case}").json)
    office.opens(f"{case}/reference")
    assert "20 letters or more" in office.sends(f"{case}/reference", {"reason": " "}, expect=422)
    shown = office.sends(f"{case}/reference", {"reason": "Two cases look as if they were one"})
    assert f"TOD-17 {CANARY}" in shown
    assert f"TOD-17 {CANARY}" not in office.opens(case), "shown once"
    with app.app_context(), beyond.engine().connect() as owner, db.engine.connect() as service:
        assert texts.reasons(owner, service) == ["Two cases look as if they were one"]


def test_who_sees_it_anyway_and_who_may_not_are_not_asked_for_a_reason(visit: Visit, case: str) -> None:
    gp = visit("amara.lewis")
    assert f"TOD-17 {CANARY}" in gp.opens(case)
    assert "reference for the person" not in gp.opens(case)
    visit("jo.fielding").opens(f"{case}/reference", expect=404)


def test_the_lead_of_the_raiser_is_heard_by_their_own_side_alone(visit: Visit, case: str) -> None:
    lead = visit("priya.nair")
    lead.sends_checked(
        f"{case}/view", {"choice": "decline_support", "reasons": f"I would wait {CANARY}-lead"}
    )
    assert f"{CANARY}-lead" in visit("amara.lewis").opens(f"{case}/history")
    office = visit("kate.rowan").opens(f"{case}/history")
    assert "does not support it" in office, "that it is so is a fact of the record"
    assert f"{CANARY}-lead" not in office
    manager = visit("sam.okafor").opens(f"{case}/history")
    assert "does not support it" not in manager
    assert f"{CANARY}-lead" not in manager


def test_a_newcomer_to_the_partnership_sees_nothing_of_it(app: Flask, visit: Visit, case: str) -> None:
    with app.app_context():
        appointed("ivy.inspector", "inspector")
        appointed("ada.admin", "administrator")
    for name in ("ivy.inspector", "ada.admin"):
        somebody = visit(name)
        for path in (case, f"{case}/history", f"{case}/reference", f"{case}/raiser"):
            somebody.opens(path, expect=404)
