"""Break-glass: a case opened by somebody who takes no part in it, told at once and reviewed."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.errors import NotFound, Refused
from escalation.services import audit, glass
from escalation.services.glass import GlassReason
from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.raised import CANARY, raise_concern
from tests.support import beyond, northtown
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import TimePasses
from tests.support.offices import appointed
from tests.support.pages import without_tokens

WHY = "The duty team asks about a child who may be the same"
OFFICER = "pat.privacy"


@pytest.fixture
def case(app: Flask, visit: Visit) -> str:
    """A quiet concern of the GP; a privacy officer and a lead of an agency that has no part in it."""
    with app.app_context():
        appointed(OFFICER, "privacy_officer")
        appointed("quinn.privacy", "privacy_officer")
    return raise_concern(visit("amara.lewis"), named="lead")


def reference_of(app: Flask, case: str) -> str:
    with app.app_context(), beyond.engine().connect() as connection:
        found = text('SELECT reference FROM "case" WHERE public_id = :it')
        return str(connection.execute(found, {"it": case.rsplit("/", 1)[1]}).scalar_one())


def opens_glass(somebody: Visitor, reference: str, *, why: str = WHY, expect: int = 200) -> str:
    asked = {"reference": reference, "ground": "public_interest", "reasons": why}
    somebody.opens("/open-a-case")
    return somebody.sends("/open-a-case", asked, expect)


def rows(app: Flask, what: str) -> list[tuple[object, ...]]:
    with app.app_context(), beyond.engine().connect() as connection:
        return [tuple(row) for row in connection.execute(text(what))]


def test_it_is_on_record_and_told_before_it_is_shown(
    app: Flask, visit: Visit, case: str, time_passes: TimePasses, mail_sink: MailSink
) -> None:
    officer = visit(OFFICER)
    officer.opens(case, expect=404)
    shown = opens_glass(officer, reference_of(app, case))
    assert "Opened by Pat Privacy until" in shown
    assert f"A sibling has told school three times {CANARY}" in shown
    assert f"TOD-17 {CANARY}" in shown
    assert "Amara Lewis" not in shown, "who raised it quietly stays hidden"
    assert "<form" not in shown.replace('<form method="post" action="/sign-out"', ""), "it is to read only"
    assert rows(app, "SELECT what FROM read_log WHERE what = 'glass'") == [("glass",)]
    assert "opened this case without a seat in it" in visit("amara.lewis").opens(f"{case}/history")
    assert WHY in visit("kate.rowan").opens(f"{case}/history")
    assert WHY not in visit("sam.okafor").opens(f"{case}/history")
    time_passes(minutes=1)
    told = [mail for mail in mail_sink.mails if "A case was opened" in str(mail.message["Subject"])]
    assert {mail.recipients[0] for mail in told} == {
        "quinn.privacy@demo.invalid", "priya.nair@demo.invalid", "kate.rowan@demo.invalid",
    }  # fmt: skip
    for mail in told:
        assert reference_of(app, case) not in decoded(mail)
        assert CANARY not in decoded(mail).lower()


def test_an_hour_later_it_is_shut_and_a_second_look_is_a_second_record(
    app: Flask, visit: Visit, case: str, time_passes: TimePasses
) -> None:
    officer = visit(OFFICER)
    opens_glass(officer, reference_of(app, case))
    opened = officer.path
    opens_glass(officer, reference_of(app, case))
    assert len(rows(app, "SELECT 1 FROM event WHERE kind = 'glass_broken'")) == 1, "it is open already"
    officer.opens(opened)
    time_passes(minutes=61)
    visit(OFFICER).opens(opened, expect=404)
    opens_glass(visit(OFFICER), reference_of(app, case))
    assert len(rows(app, "SELECT 1 FROM event WHERE kind = 'glass_broken'")) == 2


def test_no_event_no_page(app: Flask, visit: Visit, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    officer, reference = visit(OFFICER), reference_of(app, case)

    def crash(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(glass, "_to_alert", crash)
        shown = opens_glass(officer, reference, expect=500)
    assert CANARY not in shown
    assert rows(app, "SELECT 1 FROM event WHERE kind = 'glass_broken'") == []
    officer.opens(case.replace("/cases/", "/opened/"), expect=404)


@pytest.mark.parametrize("name", ["amara.lewis", "sam.okafor", "alan.meredith", "ada.admin", "ivy.inspector"])
def test_who_may_not_finds_no_such_case(app: Flask, visit: Visit, case: str, name: str) -> None:
    with app.app_context():
        appointed("ada.admin", "administrator")
        appointed("ivy.inspector", "inspector")
    somebody = visit(name)
    nothing = opens_glass(somebody, "NC-26-22222", expect=422)
    there = opens_glass(somebody, reference_of(app, case), expect=422)
    assert said(there, reference_of(app, case)) == said(nothing, "NC-26-22222")
    assert rows(app, "SELECT 1 FROM event WHERE kind = 'glass_broken'") == []


def said(page: str, reference: str) -> str:
    """What a page says, but for the reference that was typed and what is new in each page."""
    return re.sub(r"\d+(:\d\d)?[ap]m", "", without_tokens(page).replace(reference, ""))


def test_a_reference_is_read_as_people_write_it_and_a_wrong_one_loses_nothing(
    app: Flask, visit: Visit, case: str
) -> None:
    officer = visit(OFFICER)
    wrong = opens_glass(officer, "NC 26 22222", expect=422)
    assert "There is no such case here, or you may not open it" in wrong
    assert WHY in wrong
    spoken = reference_of(app, case).lower().replace("-", " ")
    assert "Opened by Pat Privacy until" in opens_glass(officer, spoken)


def test_who_takes_part_is_sent_to_their_own_work(app: Flask, visit: Visit, case: str) -> None:
    told = opens_glass(visit("priya.nair"), reference_of(app, case), expect=409)
    assert "open it from My work" in told


def test_a_reason_is_asked_for_in_words(app: Flask, visit: Visit, case: str) -> None:
    wrong = opens_glass(visit(OFFICER), reference_of(app, case), why="because", expect=422)
    assert "20 letters or more" in wrong
    assert "because" in wrong


# ------------------------------------------------------------------------------ the review


def overdue(sink: MailSink) -> list[str]:
    """Whom a mail told that a review is overdue."""
    return [m.recipients[0] for m in sink.mails if "review is overdue" in str(m.message["Subject"])]


def test_somebody_else_reviews_it_within_five_working_days(
    app: Flask, visit: Visit, case: str, northtown: str, time_passes: TimePasses, mail_sink: MailSink
) -> None:
    opens_glass(visit(OFFICER), reference_of(app, case))
    assert "You opened it yourself" in visit(OFFICER).opens(f"/board/{northtown}/openings")
    visit("kate.rowan").opens(f"/board/{northtown}/openings", expect=404)
    time_passes(days=5)
    assert not overdue(mail_sink)
    time_passes(days=4)
    late = set(overdue(mail_sink))
    assert late == {"kate.rowan@demo.invalid", "alan.meredith@demo.invalid", "quinn.privacy@demo.invalid"}
    time_passes(days=9)
    assert len(overdue(mail_sink)) == 3, "told once"
    reviewer = visit("quinn.privacy")
    shown = reviewer.opens(f"/board/{northtown}/openings")
    assert "overdue" in shown
    assert WHY in shown
    address = f"/board/{northtown}/openings/{case.rsplit('/', 1)[1]}/"
    seq = rows(app, "SELECT event_seq FROM opened_glass")[0][0]
    assert "10 letters" in reviewer.presses(f"{address}{seq}", {"finding": "right", "note": "ok"}, expect=422)
    done = reviewer.presses(f"{address}{seq}", {"finding": "right", "note": "The duty team confirms it"})
    assert "It was right" in done
    assert "reviewed why it was opened" in visit("amara.lewis").opens(f"{case}/history")


def test_nobody_looks_without_an_event(app: Flask, visit: Visit, case: str) -> None:
    """Whoever asks: either the opening stands in the chain, or nothing is shown."""
    reference, public_id = reference_of(app, case), case.rsplit("/", 1)[1]
    with app.app_context():
        opened = sum(looked(app, account, reference, public_id) for account in northtown.accounts().values())
        assert opened == 5, "leads without a seat, and privacy officers"
        assert not audit.audit_the_clock()


def looked(app: Flask, account: int, reference: str, public_id: str) -> bool:
    with pytest.raises(NotFound):
        glass.look(public_id, account)
    try:
        glass.break_glass(reference, account, GlassReason.LEGAL, WHY)
    except (NotFound, Refused):
        with pytest.raises(NotFound):
            glass.look(public_id, account)
        return False
    on_record = f"SELECT 1 FROM event WHERE kind = 'glass_broken' AND actor_id = {account}"
    assert len(rows(app, on_record)) == 1
    assert CANARY in str(glass.look(public_id, account).case)
    return True
