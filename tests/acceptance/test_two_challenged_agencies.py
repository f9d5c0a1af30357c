"""A second challenged agency, where the procedure has a place for it: it is asked, told, and answers for itself."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, text

from escalation.models import Partnership
from escalation.services import protocols
from escalation.services.unit import writing
from tests.acceptance.conftest import Visit, Visitor
from tests.support import beyond
from tests.support.movable_clock import MovableClock
from tests.support.pages import option
from workflows import loader

MONDAY = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
ASKED = "Do you challenge another agency, too?"
CARE, HOSPITAL, POLICE = "Northtown Children&#39;s Social Care", "Northtown Hospitals", "Northtown Police"

TWO = """
extends = "four-stage-2026.1"
key = "two-agencies"
version = "1"

[[slot]]
id = "other_manager"
side = "challenged"
tier = "manager"
title = "Line manager of the second agency"
agency = "also"

[[stage]]
id = "manager_review"
seats = ["raiser", "raising_lead", "challenged_manager", "other_manager", "business_manager"]

[[stage.clock]]
id = "second_reply"
title = "Reply of the second agency"
waits_for = ["other_manager"]
budgets = { standard = "3 working_days", urgent = "1 working_days" }
stopped_by = ["change_decision", "keep_decision", "agree_settlement", "escalate"]
on_expiry = "repeat"
repeat = "1 working_days"

[[stage.move]]
do = "keep_decision"
by = ["challenged_manager", "other_manager"]

[[stage.move]]
do = "readdress"
by = ["challenged_manager", "other_manager"]
"""


def publish(partnership: str, body: str) -> None:
    """Puts a procedure in force for new concerns of a partnership."""
    with writing() as unit:
        place = unit.session.execute(
            select(Partnership.id).where(Partnership.public_id == partnership)
        ).scalar_one()
        protocols.publish(unit.session, place, body, unit.now)


@pytest.fixture
def monday(northtown: str, clock: MovableClock) -> MovableClock:
    clock.move(to=MONDAY)
    return clock


@pytest.fixture
def gp(app: Flask, monday: MovableClock, northtown: str, visit: Visit) -> Visitor:
    """The GP, where the procedure has a place for a second agency."""
    base = loader.text_of(loader.shipped()["four-stage-2026.1"])
    with app.app_context():
        publish(northtown, f"{TWO}\n#=== layer four-stage-2026.1\n{base}")
    return visit("amara.lewis")


def to_the_check_page(gp: Visitor) -> str:
    """Answers the five questions about the hospital, and gives the address of the page before sending."""
    gp.sends("/raise", {"start": "1"})
    draft = gp.path.rsplit("/", 1)[0]
    whom = gp.sends(f"{draft}/1", {"person_reference": "TOD-17"})
    gp.sends(f"{draft}/2", {"agency": option(whom, HOSPITAL), "role": "doctor"})
    gp.sends(f"{draft}/3", {"decision": "Sent home without a plan"})
    gp.sends(f"{draft}/4", {"risk": "Nobody has seen the home"})
    gp.sends(f"{draft}/5", {"request": "A plan before the child goes home"})
    return f"{draft}/check"


def raises(gp: Visitor, answers: Mapping[str, str], second: str = CARE) -> str:
    """Sends it, with a second agency; gives the address of the case."""
    check = to_the_check_page(gp)
    listed = gp.opens(check)
    gp.sends(check, {"urgency": "not_sure", "also": option(listed, second), **answers})
    assert gp.path.startswith("/raise/sent/"), gp.path
    return "/cases/" + gp.path.rsplit("/", 1)[1]


def count(app: Flask, query: str) -> list[tuple[object, ...]]:
    """The rows of a query."""
    with app.app_context(), beyond.engine().connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_only_a_procedure_with_such_a_place_asks(northtown: str, visit: Visit) -> None:
    gp = visit("amara.lewis")
    assert ASKED not in gp.opens(to_the_check_page(gp))


def test_it_may_be_left_out_and_then_nobody_more_is_asked(app: Flask, gp: Visitor) -> None:
    check = to_the_check_page(gp)
    page = gp.opens(check)
    assert ASKED in page
    assert "Line manager of the second agency" not in page, "nobody is said to be told who is not"
    gp.sends(check, {"urgency": "not_sure", "also": ""})
    assert "We have your concern" in gp.opens(gp.path)
    assert count(app, "SELECT no FROM participation WHERE slot = 'other_manager'") == []
    assert count(app, "SELECT rung FROM deadline WHERE clock = 'second_reply'") == []


def test_the_same_agency_twice_is_refused_by_name(gp: Visitor) -> None:
    check = to_the_check_page(gp)
    page = gp.opens(check)
    listed = page[page.index('id="also"') :]
    assert HOSPITAL not in listed.split("</select>")[0]
    gp.opens(check.replace("/check", "/2"))
    hospital = option(gp.opens(gp.path), HOSPITAL)
    refused = gp.sends(check, {"urgency": "not_sure", "also": hospital}, expect=422)
    assert "Name another agency than the one you have named already" in refused


def test_the_second_agency_is_seated_told_and_named(app: Flask, gp: Visitor, visit: Visit) -> None:
    case = raises(gp, {})
    assert f"Challenged too: {CARE}" in gp.opens(case)
    rows = count(
        app,
        "SELECT p.side, a.name FROM participation p JOIN agency a ON a.id = p.agency_id "
        "WHERE p.slot = 'other_manager'",
    )
    assert rows == [("challenged", "Northtown Children's Social Care")]
    farah = visit("farah.aziz")
    assert case.rsplit("/", 1)[1] in farah.opens("/work")
    assert "Sent home without a plan" in farah.opens(case)
    told = "SELECT DISTINCT o.slot FROM outbox o JOIN account a ON a.id = o.account_id WHERE a.email = '{}'"
    assert count(app, told.format("farah.aziz@demo.invalid")) == [("other_manager",)]
    visit("jo.fielding").opens(case, expect=404)


def test_each_agency_answers_for_itself_and_its_silence_is_its_own(
    app: Flask, gp: Visitor, visit: Visit, monday: MovableClock
) -> None:
    case = raises(gp, {})
    kept = {
        "choice": "keep_decision",
        "reasons": "The clinic saw no risk",
        "would_change_mind": "A report from the home",
    }
    visit("sam.okafor").sends_checked(f"{case}/position", kept)
    states = "SELECT clock, state FROM deadline ORDER BY clock, rung"
    assert ("second_reply", "open") in count(app, states), "what the second owes is not met by the first"
    assert ("reply", "met") in count(app, states)
    farah = visit("farah.aziz")
    farah.sends_checked(f"{case}/position", {**kept, "reasons": "The threshold is not met"})
    assert ("second_reply", "met") in count(app, states)
    both = gp.opens(case)
    assert "The clinic saw no risk" in both
    assert "The threshold is not met" in both


def test_the_second_agency_cannot_pass_on_what_was_said_to_the_first(gp: Visitor, visit: Visit) -> None:
    case = raises(gp, {})
    refused = visit("farah.aziz").opens(f"{case}/readdress", expect=409)
    assert "Only the agency that was named first can pass this on" in refused
    sam = visit("sam.okafor")
    form = sam.opens(f"{case}/readdress")
    sam.sends_checked(f"{case}/readdress", {"agency": option(form, POLICE), "reasons": "They took it"})
    shown = gp.opens(case)
    assert f"Challenged too: {CARE}" in shown, "the second agency stays"
    assert "Detective sergeant" in shown
    visit("farah.aziz").opens(case)


def test_the_board_does_not_decide_where_the_second_agency_is_its_own(
    app: Flask, gp: Visitor, visit: Visit, northtown: str
) -> None:
    """Whoever works for any of the challenged agencies has a part in the case."""
    case = raises(gp, {})
    with app.app_context(), beyond.engine().begin() as connection:
        head = "SELECT id FROM post WHERE title = 'Independent chair'"
        connection.execute(
            text(
                f"UPDATE holding SET account_id = (SELECT id FROM account WHERE name = 'Colin Drake') "
                f"WHERE post_id = ({head}) AND kind = 'holder'"
            )
        )
    gp.sends_checked(f"{case}/escalate", {"reasons": "Nobody moves"})
    gp.sends_checked(f"{case}/escalate", {"reasons": "Nobody moves"})
    chair = visit("colin.drake")
    refused = chair.opens(f"{case}/record_decision", expect=409)
    assert "You or your agency have a part in this case" in refused


OPINION = "medical-opinion-2026.1"


def test_a_strategy_discussion_of_the_shipped_protocol_is_chaired_by_the_second_agency(
    app: Flask, monday: MovableClock, northtown: str, visit: Visit
) -> None:
    """The GP doubts the hospital's opinion and names social care, which calls the discussion beside it."""
    with app.app_context():
        publish(northtown, loader.text_of(loader.shipped()[OPINION]))
    gp = visit("amara.lewis")
    case = raises(gp, {"topic": "inflicted"})
    page = gp.opens(case)
    assert HOSPITAL in page, "named before anybody of it takes part"
    assert f"Challenged too: {CARE}" in page
    farah = visit("farah.aziz")
    farah.opens(case, expect=404)
    gp.sends_checked(f"{case}/open_beside", {"track": "strategy", "reasons": "The siblings are at home"})
    (found,) = count(app, 'SELECT public_id FROM "case" WHERE beside_id IS NOT NULL')
    beside = f"/cases/{found[0]}"
    work = farah.opens("/work")
    assert str(found[0]) in work.split("Waiting for others")[0], "it waits for social care"
    farah.sends_checked(
        f"{beside}/convene", {"meeting": "strategy", "when": "2027-03-01 14:00", "reasons": ""}
    )
    farah.sends_checked(
        f"{beside}/hold_meeting", {"meeting": "strategy", "minutes": "Both doctors were heard"}
    )
    farah.sends_checked(f"{beside}/record_plan", {"plan": "The children stay with their aunt"})
    farah.sends_checked(
        f"{beside}/record_decision",
        {
            "decision": "A safety plan until the second opinion",
            "reasons": "The cause is not known",
            "alternatives": "None that is safe",
            "dissent": "The consultant",
            "changed": "partly",
            "outcome": "The children are safe tonight",
        },
    )
    assert "Settled for now" in gp.opens(beside)
    assert "Both doctors were heard" in gp.opens(f"{beside}/history")
    case_of = (
        "SELECT s.slot, a.kind FROM participation s JOIN agency a ON a.id = s.agency_id WHERE s.slot = '{}'"
    )
    assert count(app, case_of.format("strategy_chair")) == [("strategy_chair", "social_care")]


def test_where_no_second_agency_is_named_the_office_calls_the_discussion(
    app: Flask, monday: MovableClock, northtown: str, visit: Visit
) -> None:
    with app.app_context():
        publish(northtown, loader.text_of(loader.shipped()[OPINION]))
    gp = visit("amara.lewis")
    check = to_the_check_page(gp)
    gp.sends(check, {"urgency": "not_sure", "topic": "inflicted"})
    case = "/cases/" + gp.path.rsplit("/", 1)[1]
    gp.sends_checked(f"{case}/open_beside", {"track": "strategy", "reasons": "The siblings are at home"})
    owner = "SELECT waits_for FROM deadline WHERE clock = 'held'"
    assert count(app, owner) == [("business_manager",)]
    assert count(app, "SELECT no FROM participation WHERE slot = 'strategy_chair'") == []


FIXED = """
extends = "four-stage-2026.1"
key = "fixed"
version = "1"

[[slot]]
id = "care_manager"
side = "challenged"
tier = "manager"
title = "Team manager of social care"
agency = "social_care"

[[slot]]
id = "practice_advice"
side = "raising"
tier = "head"
title = "Partner of the practice"
when = { raising = ["general_practice"] }

[[stage]]
id = "manager_review"
seats = [
  "raiser", "raising_lead", "practice_advice", "care_manager", "challenged_manager", "business_manager",
]
"""


def test_a_party_fixed_by_its_role_takes_part_whoever_challenges_whom(
    app: Flask, monday: MovableClock, northtown: str, visit: Visit
) -> None:
    base = loader.text_of(loader.shipped()["four-stage-2026.1"])
    with app.app_context():
        publish(northtown, f"{FIXED}\n#=== layer four-stage-2026.1\n{base}")
    seated = "SELECT a.name FROM participation p JOIN agency a ON a.id = p.agency_id WHERE p.slot = '{}'"
    gp = visit("amara.lewis")
    gp.sends(to_the_check_page(gp), {"urgency": "not_sure"})
    case = "/cases/" + gp.path.rsplit("/", 1)[1]
    page = gp.opens(case)
    assert "Team manager, assessment" in page
    assert HOSPITAL in page, "the challenged agency is the one that was named"
    assert count(app, seated.format("care_manager")) == [("Northtown Children's Social Care",)]
    assert count(app, seated.format("practice_advice")) == [("Riverside Surgery",)]
    visit("farah.aziz").opens(case)
    sam = visit("sam.okafor")
    form = sam.opens(f"{case}/readdress")
    sam.sends_checked(f"{case}/readdress", {"agency": option(form, POLICE), "reasons": "They took it"})
    visit("farah.aziz").opens(case)
    school = visit("nadia.khan")
    school.sends(to_the_check_page(school), {"urgency": "not_sure"})
    assert len(count(app, seated.format("practice_advice"))) == 1, "not where a school raises it"
