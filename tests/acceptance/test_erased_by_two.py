"""What was written in a case is destroyed by two people, and by no one alone."""

import re
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.errors import Conflict, EscalationError, NotAllowed, NotFound, Refused
from escalation.services import audit, erasure, legal_holds
from escalation.services.erasure import ErasureRule
from escalation.services.legal_holds import HoldGround
from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.raised import CANARY, raise_concern
from tests.support import beyond
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import TimePasses
from tests.support.offices import appointed
from tests.support.sessions import proved_earlier

OFFICE, OFFICER, ANOTHER = "kate.rowan", "pat.privacy", "quinn.privacy"


@pytest.fixture
def case(app: Flask, visit: Visit) -> str:
    """A concern of the GP's that was withdrawn, and two privacy officers. Gives the path of the case."""
    with app.app_context():
        appointed(OFFICER, "privacy_officer")
        appointed(ANOTHER, "privacy_officer")
    gp = visit("amara.lewis")
    path = raise_concern(gp)
    gp.sends_checked(f"{path}/withdraw", {"reasons": f"The family moved {CANARY}", "freely": "yes"})
    return path


def rows(app: Flask, what: str, **values: Any) -> list[tuple[Any, ...]]:
    with app.app_context(), beyond.engine().connect() as connection:
        return [tuple(row) for row in connection.execute(text(what), values)]


def reference_of(app: Flask, case: str) -> str:
    return str(
        rows(app, 'SELECT reference FROM "case" WHERE public_id = :it', it=case.rsplit("/", 1)[1])[0][0]
    )


def asks(
    somebody: Visitor, partnership: str, reference: str, *, rule: str = "retention", expect: int = 200
) -> str:
    at = f"/board/{partnership}/erasures/ask"
    somebody.opens(at)
    return somebody.sends(at, {"reference": reference, "rule": rule}, expect)


def account_of(app: Flask, name: str) -> int:
    return int(rows(app, "SELECT id FROM account WHERE email = :it", it=f"{name}@demo.invalid")[0][0])


def waiting_at(app: Flask, partnership: str, case: str) -> str:
    """The page of the request that was made last."""
    seq = rows(app, "SELECT max(event_seq) FROM erasure")[0][0]
    return f"/board/{partnership}/erasures/{case.rsplit('/', 1)[1]}/{seq}"


def answers(somebody: Visitor, at: str, reference: str, answer: str = "agree", expect: int = 200) -> str:
    somebody.opens(at)
    return somebody.sends(at, {"answer": answer, "reference": reference}, expect)


def test_two_people_destroy_it_and_everybody_is_told_so(
    app: Flask, visit: Visit, case: str, northtown: str, time_passes: TimePasses, mail_sink: MailSink
) -> None:
    office, reference = visit(OFFICE), reference_of(app, case)
    shown = office.opens(case)
    assert "Ask that what was written here be destroyed" in shown
    assert CANARY in shown
    assert f'value="{reference}"' in office.opens(f"/board/{northtown}/erasures/ask?reference={reference}")
    assert "until a second person agrees" in asks(office, northtown, reference)
    at = waiting_at(app, northtown, case)
    assert "Take it back" in office.opens(at)
    assert CANARY in office.opens(case), "nothing is gone yet"

    officer = visit(OFFICER)
    assert "Waits for a second person" in officer.opens(f"/board/{northtown}/erasures")
    looked = officer.opens(at)
    assert "This cannot be undone" in looked
    assert "Kate Rowan" in looked
    assert CANARY not in looked
    assert "Select whether" in officer.sends(at, {}, 422)
    wrong = answers(officer, at, "NC-26-22222", expect=422)
    assert "Type the reference of this case" in wrong
    assert "is destroyed" in answers(officer, at, reference.lower())

    for name in ("amara.lewis", "sam.okafor", OFFICE):
        page = visit(name).opens(case)
        assert "was destroyed on" in page
        assert CANARY not in page
        history = visit(name).opens(f"{case}/history")
        assert CANARY not in history
        assert "Kate Rowan" in history
        assert "agreed as the second person" in history
    assert rows(app, "SELECT wrapped FROM case_key") == [(None,)]
    assert rows(app, "SELECT 1 FROM draft WHERE case_id IS NOT NULL") == []
    time_passes(minutes=1)
    told = [mail for mail in mail_sink.mails if "case was destroyed" in str(mail.message["Subject"])]
    assert {mail.recipients[0] for mail in told} == {
        "kate.rowan@demo.invalid", "alan.meredith@demo.invalid", "quinn.privacy@demo.invalid",
    }  # fmt: skip
    for mail in told:
        assert reference not in decoded(mail)
        assert CANARY not in decoded(mail).lower()
        assert f"/board/{northtown}/erasures" in decoded(mail)
    assert "Destroyed" in visit("alan.meredith").opens(f"/board/{northtown}/erasures")
    with app.app_context():
        assert not audit.audit_the_clock()


def test_one_person_alone_cannot_in_two_offices_and_two_browsers(
    app: Flask, visit: Visit, case: str, northtown: str
) -> None:
    """The business manager is appointed privacy officer as well: still one person, who sits in the case."""
    with app.app_context():
        _also_officer(account_of(app, OFFICE))
    reference = reference_of(app, case)
    first, second = visit(OFFICE), visit(OFFICE)
    asks(first, northtown, reference)
    at = waiting_at(app, northtown, case)
    assert "is to be destroyed" not in second.opens(at)
    second.presses(at, {"answer": "agree", "reference": reference}, expect=403)
    assert rows(app, "SELECT state FROM erasure") == [("waiting",)]
    assert CANARY in visit("amara.lewis").opens(case)


def test_a_colleague_of_the_office_is_not_enough_without_a_privacy_officer(
    app: Flask, visit: Visit, case: str, northtown: str
) -> None:
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(text("DELETE FROM appointment"))
    refused = asks(visit(OFFICE), northtown, reference_of(app, case), expect=422)
    assert "It takes two people" in refused
    assert rows(app, "SELECT 1 FROM erasure") == []


@pytest.mark.parametrize("name", ["amara.lewis", "sam.okafor", "leah.brooks", "ada.admin", "ivy.inspector"])
def test_for_anybody_else_there_is_no_such_page(
    app: Flask, visit: Visit, case: str, northtown: str, name: str
) -> None:
    with app.app_context():
        appointed("ada.admin", "administrator")
        appointed("ivy.inspector", "inspector")
    asks(visit(OFFICER), northtown, reference_of(app, case))
    somebody = visit(name)
    for page in ("erasures", "erasures/ask", "holds"):
        somebody.opens(f"/board/{northtown}/{page}", expect=404)
    somebody.opens(waiting_at(app, northtown, case), expect=404)
    assert "be destroyed</a>" not in somebody.opens("/work")


def test_the_chair_reads_the_list_and_does_nothing(
    app: Flask, visit: Visit, case: str, northtown: str
) -> None:
    asks(visit(OFFICER), northtown, reference_of(app, case))
    chair = visit("alan.meredith")
    assert reference_of(app, case) in chair.opens(f"/board/{northtown}/erasures")
    chair.opens(f"/board/{northtown}/erasures/ask", expect=403)
    chair.opens(waiting_at(app, northtown, case), expect=403)


def test_who_has_a_part_or_a_line_is_kept_out(app: Flask, visit: Visit, case: str, northtown: str) -> None:
    """The raiser and the manager who was challenged are privacy officers too; another has a spouse there."""
    reference = reference_of(app, case)
    with app.app_context():
        for name in ("amara.lewis", "sam.okafor"):
            _also_officer(account_of(app, name))
        _has_a_line(account_of(app, OFFICER))
    for name in ("amara.lewis", "sam.okafor", OFFICER):
        assert "keeps you out of this" in asks(visit(name), northtown, reference, expect=422)
    asks(visit(OFFICE), northtown, reference)
    at = waiting_at(app, northtown, case)
    for name in ("amara.lewis", "sam.okafor", OFFICER):
        visit(name).opens(at, expect=404)
    assert reference not in visit(OFFICER).opens(f"/board/{northtown}/erasures")
    assert "is destroyed" in answers(visit(ANOTHER), at, reference)


def _also_officer(account: int) -> None:
    with beyond.engine().begin() as connection:
        connection.execute(
            text(
                "INSERT INTO appointment (partnership_id, account_id, office, from_at) SELECT partnership_id, :who,"
                " 'privacy_officer', min(from_at) FROM appointment GROUP BY partnership_id"
            ),
            {"who": account},
        )


def _has_a_line(account: int) -> None:
    with beyond.engine().begin() as connection:
        connection.execute(
            text(
                "INSERT INTO declared_interest (partnership_id, account_id, agency_id, from_at)"
                " SELECT p.partnership_id, :who, p.agency_id, min(p.joined_at) FROM participation p"
                " WHERE p.side = 'challenged' GROUP BY 1, 2, 3"
            ),
            {"who": account},
        )


def test_an_open_case_and_a_held_one_are_refused_in_words(
    app: Flask, visit: Visit, case: str, northtown: str
) -> None:
    open_one = raise_concern(visit("amara.lewis"))
    officer = visit(OFFICER)
    assert "This one is open" in asks(officer, northtown, reference_of(app, open_one), expect=422)
    assert "no such case" in asks(officer, northtown, "NC-26-22222", expect=422)
    reference, held_at = reference_of(app, case), f"/board/{northtown}/holds"
    assert "The hold stands" in officer.sends(held_at, {"reference": reference, "ground": "inquiry"})
    assert "stands on this case already" in officer.sends(
        held_at, {"reference": reference, "ground": "court"}, 422
    )
    assert "A legal hold stands" in asks(officer, northtown, reference, expect=422)
    assert "put a legal hold on this case" in visit("amara.lewis").opens(f"{case}/history")
    listed = officer.opens(f"/board/{northtown}/erasures")
    lift = next(p for p in re.findall(r'action="([^"]+)"', listed) if p.endswith("/lift"))
    assert "The hold is lifted" in officer.presses(lift, {})
    asks(officer, northtown, reference)
    assert "lifted it" in visit(OFFICE).opens(waiting_at(app, northtown, case))


def test_a_hold_that_comes_meanwhile_stops_the_second_person(
    app: Flask, visit: Visit, case: str, northtown: str
) -> None:
    reference = reference_of(app, case)
    asks(visit(OFFICE), northtown, reference)
    with app.app_context():
        legal_holds.put_on(northtown, account_of(app, OFFICE), reference, HoldGround.CLAIM)
    stopped = answers(visit(OFFICER), waiting_at(app, northtown, case), reference, expect=422)
    assert "A legal hold stands" in stopped
    assert CANARY in visit("amara.lewis").opens(case)


def test_it_is_refused_taken_back_or_lapses_and_everything_is_kept(
    app: Flask, visit: Visit, case: str, northtown: str, time_passes: TimePasses, mail_sink: MailSink
) -> None:
    reference, office = reference_of(app, case), visit(OFFICE)
    asks(office, northtown, reference)
    assert "Everything is kept" in answers(visit(OFFICER), waiting_at(app, northtown, case), "", "refuse")
    asks(office, northtown, reference)
    assert "has asked for this already" in asks(visit(OFFICER), northtown, reference, expect=422)
    at = waiting_at(app, northtown, case)
    office.opens(at)
    assert "taken back" in office.presses(at, {"withdraw": "1"})
    asks(visit(OFFICE), northtown, reference)
    time_passes(days=10)
    assert rows(app, "SELECT count(*) FROM erasure WHERE state = 'waiting'") == [(1,)]
    time_passes(days=6)
    assert {state for (state,) in rows(app, "SELECT state FROM erasure")} == {
        "refused",
        "withdrawn",
        "lapsed",
    }
    late = visit(OFFICER)
    assert "This request has ended" in late.opens(waiting_at(app, northtown, case))
    late.opens(f"/board/{northtown}/erasures/ask")
    late.presses(waiting_at(app, northtown, case), {"answer": "agree", "reference": reference}, expect=409)
    history = visit("amara.lewis").opens(f"{case}/history")
    for words in ("did not agree", "took back the request", "Nobody answered the request"):
        assert words in history
    assert CANARY in history
    kept = [m for m in mail_sink.mails if "in a case is kept" in str(m.message["Subject"])]
    assert [m.recipients[0] for m in kept] == ["kate.rowan@demo.invalid"] * 2


def test_each_of_the_two_shows_anew_that_it_is_them(
    app: Flask, visit: Visit, case: str, northtown: str
) -> None:
    office, officer = visit(OFFICE), visit(OFFICER)
    proved_earlier(app, 16)
    assert "Show that it is you" in office.opens(f"/board/{northtown}/erasures/ask")
    asks(visit(OFFICE), northtown, reference_of(app, case))
    at = waiting_at(app, northtown, case)
    assert "Show that it is you" in officer.opens(at)
    fresh = visit(OFFICER)
    fresh.opens(at)
    proved_earlier(app, 16)
    asked = fresh.presses(at, {"answer": "agree", "reference": reference_of(app, case)})
    assert "Show that it is you" in asked
    assert rows(app, "SELECT state FROM erasure") == [("waiting",)]


def test_of_two_who_agree_at_once_one_does_it(app: Flask, visit: Visit, case: str, northtown: str) -> None:
    asks(visit(OFFICE), northtown, reference_of(app, case))
    public_id = case.rsplit("/", 1)[1]
    seq = rows(app, "SELECT event_seq FROM erasure")[0][0]
    with app.app_context():
        ids = [
            row[0] for row in rows(app, "SELECT account_id FROM appointment WHERE office = 'privacy_officer'")
        ]
    ended: list[str] = []

    def agrees(account: int) -> None:
        with app.app_context():
            try:
                erasure.agree(northtown, account, public_id, seq)
                ended.append("done")
            except EscalationError as error:
                ended.append(type(error).__name__)

    both = [Thread(target=agrees, args=(account,)) for account in ids]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(ended) == sorted(["done", Conflict.__name__])
    assert rows(app, "SELECT count(*) FROM event WHERE kind = 'content_destroyed'") == [(1,)]


def test_another_partnerships_people_find_nothing(
    app: Flask, visit: Visit, case: str, northtown: str
) -> None:
    with app.app_context():
        with pytest.raises(NotFound):
            erasure.ask("x" * 22, account_of(app, OFFICE), reference_of(app, case), ErasureRule.ORDER)
        stranger = appointed("somebody.else", "privacy_officer")
        with beyond.engine().begin() as connection:
            connection.execute(text("DELETE FROM appointment WHERE account_id = :who"), {"who": stranger})
        with pytest.raises(NotFound):
            erasure.ask(northtown, stranger, reference_of(app, case), ErasureRule.ORDER)


def test_an_opening_that_waits_for_its_review_comes_first(
    app: Flask, visit: Visit, case: str, northtown: str
) -> None:
    officer, reference = visit(OFFICER), reference_of(app, case)
    officer.opens("/open-a-case")
    why = "The duty team asks about a child who may be the same"
    officer.sends("/open-a-case", {"reference": reference, "ground": "legal", "reasons": why})
    assert "Review it first" in asks(visit(OFFICE), northtown, reference, expect=422)


def test_who_asked_and_left_the_office_counts_no_more(
    app: Flask, visit: Visit, case: str, northtown: str
) -> None:
    asks(visit(OFFICER), northtown, reference_of(app, case))
    public_id, seq = case.rsplit("/", 1)[1], rows(app, "SELECT event_seq FROM erasure")[0][0]
    with app.app_context():
        with pytest.raises(NotAllowed):
            erasure.agree(northtown, account_of(app, OFFICER), public_id, seq)
        with beyond.engine().begin() as connection:
            who = account_of(app, OFFICER)
            connection.execute(text("DELETE FROM appointment WHERE account_id = :who"), {"who": who})
        with pytest.raises(Refused, match="may no longer do so"):
            erasure.agree(northtown, account_of(app, ANOTHER), public_id, seq)
