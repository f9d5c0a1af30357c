"""A concern may follow an earlier case of its own partnership, and no other, by whatever way it is asked for."""

import pytest
from sqlalchemy import text

from escalation.demo import data
from escalation.errors import NotFound
from escalation.services import concerns, drafts, people, places, setting_up
from escalation.services.submissions import new_key
from tests.integration.web.conftest import Town, a_concern
from tests.support import beyond, northtown
from workflows.loader import shipped

SOUTHTOWN = (
    "agency,kind,tier,line,title,name,email",
    "Southtown Clinic,general_practice,practitioner,,GP,Dr Amara Lewis,amara.lewis@demo.invalid",
    "Southtown Hospital,hospital,manager,doctor,Clinical lead,Dr Una Moss,una.moss@demo.invalid",
    "Southtown Hospital,hospital,head,,Medical director,Dr Vic Hale,vic.hale@demo.invalid",
)


def _southtown() -> setting_up.NewPartnership:
    return setting_up.NewPartnership(
        name="Southtown Safeguarding Partnership",
        service_name="Professional challenge",
        reference_prefix="SC",
        nation="ENG",
        zone="Europe/London",
        duty_phone="020 7946 0020",
        office_phone="020 7946 0021",
        office_hours="weekdays 9am to 5pm",
        office_address="office@south.invalid",
        administrator_name="Sol Reed",
        administrator_email="sol.reed@demo.invalid",
        protocol=shipped()[data.PROTOCOL].read_text(encoding="utf-8"),
    )


def second_partnership(town: Town) -> str:
    """Southtown, in which the same GP works too; gives its public id."""
    with town.app.app_context():
        made = setting_up.set_up(_southtown())
        people.import_people("\n".join(SOUTHTOWN), made.partnership)
    # Whoever gains a post signs in anew.
    password = {"email": "amara.lewis@demo.invalid", "password": northtown.PASSWORD}
    town.visitor.sends("/sign-in", password)
    return made.partnership


def followed(town: Town, case: str) -> str | None:
    """The public id of the case that a case follows."""
    query = text(
        'SELECT earlier.public_id FROM "case" AS later JOIN "case" AS earlier ON earlier.id = later.follows_id '
        "WHERE later.public_id = :case"
    )
    with town.app.app_context(), beyond.engine().connect() as connection:
        return connection.execute(query, {"case": case}).scalar_one_or_none()


def test_a_concern_may_follow_an_earlier_case_of_the_same_partnership(town: Town) -> None:
    with town.app.app_context():
        concern = a_concern(town.gp, town.partnership, follows=town.case)
        later = concerns.raise_concern(town.gp, concern, new_key()).public_id
    assert followed(town, later) == town.case


def test_a_case_of_another_partnership_cannot_be_followed(town: Town) -> None:
    elsewhere, key = second_partnership(town), new_key()
    kept = ("case", "event", "submission", "outbox")
    before = [town.count(table) for table in kept]
    with town.app.app_context():
        assert elsewhere in {p.public_id for p in places.may_raise_in(town.gp)}
        with pytest.raises(NotFound):
            concerns.raise_concern(town.gp, a_concern(town.gp, elsewhere, follows=town.case), key)
        assert [town.count(table) for table in kept] == before
        raised = concerns.raise_concern(town.gp, a_concern(town.gp, elsewhere), key)
    assert followed(town, raised.public_id) is None, "the refused sending did not use its key up"


def test_a_case_that_is_not_mine_cannot_be_followed_and_looks_like_one_that_is_not_there(town: Town) -> None:
    with town.app.app_context():
        stranger = northtown.accounts()["leah.brooks"]
        for case in (town.case, "A" * 22):
            concern = a_concern(stranger, town.partnership, follows=case)
            with pytest.raises(NotFound):
                concerns.raise_concern(stranger, concern, new_key())
    assert town.count("case") == 1


def answers_of(town: Town, partnership: str) -> dict[str, str]:
    """Everything that the five questions ask for."""
    with town.app.app_context():
        agency = a_concern(town.gp, partnership).challenged_agency
    asked = {"person_reference": "TOD-17", "decision": "d", "risk": "r", "request": "q"}
    return {**asked, "agency": agency, "role": "doctor"}


def test_a_draft_that_follows_a_case_of_another_partnership_cannot_be_sent(town: Town) -> None:
    elsewhere = second_partnership(town)
    answers = answers_of(town, elsewhere)
    with town.app.app_context():
        draft = drafts.start(town.gp, elsewhere).public_id
        drafts.save(town.gp, draft, {**answers, "follows": town.case})
    assert town.visitor.sends(f"/raise/{draft}/check", {}).status_code == 404
    assert town.count("case") == 1
    assert "TOD-17" in town.visitor.opens(f"/raise/{draft}/1").text, "what was typed is kept"


def test_no_field_that_somebody_adds_to_a_form_lets_a_case_be_followed(town: Town) -> None:
    added = {"follows": town.case, "earlier": town.case}
    elsewhere = second_partnership(town)
    start = town.visitor.sends("/raise", {"partnership": elsewhere, **added}).request.path
    draft = start.rsplit("/", 1)[0]
    for number in range(1, 6):
        town.visitor.sends(f"{draft}/{number}", {**answers_of(town, elsewhere), **added})
    town.visitor.sends(f"{draft}/check", added)
    with town.app.app_context(), beyond.engine().connect() as connection:
        following = connection.execute(text('SELECT count(*) FROM "case" WHERE follows_id IS NOT NULL'))
        assert following.scalar_one() == 0
