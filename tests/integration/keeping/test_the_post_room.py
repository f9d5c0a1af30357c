"""What the post room owes to the people who get mails: a rate, an order, and that nothing blocks the rest."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalation.extensions import db
from escalation.jobs.deliver_mail import post_room
from escalation.models.types import utc_text
from escalation.services import audit, case_file, delivery, digest, office_mail, outbox
from escalation.services.audit_questions import FUSE
from escalation.services.unit import of_partnership, reading, writing
from tests.integration.keeping.conftest import Keeper
from tests.support import northtown
from tests.support.mail_sink import Answer, decoded

MONDAY = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
OFFICE = "kate.rowan@demo.invalid"


@pytest.fixture
def at_work(keeper: Keeper) -> Keeper:
    """A Monday at ten, with today's digests sent already."""
    keeper.clock.move(to=MONDAY)
    keeper.lets_jobs_run()
    keeper.lets_jobs_run()
    keeper.sink.clear()
    return keeper


def owe_many(keeper: Keeper, number: int, name: str = "password_changed", to: str = "kate.rowan") -> None:
    """So many mails to one person, by name of the catalogue."""
    with keeper.app.app_context(), writing() as unit:
        account = northtown.accounts()[to]
        place = keeper.one("SELECT id FROM partnership")
        for index in range(number):
            office_mail.owe(unit, place, account, name, f"{name}:{index}:{unit.now}")


def subjects(keeper: Keeper, to: str = OFFICE) -> Counter[str]:
    return Counter(str(mail.message["Subject"]) for mail in keeper.sink.to(to))


def test_a_person_gets_so_many_mails_an_hour_and_the_rest_later_and_the_office_hears_once(
    at_work: Keeper,
) -> None:
    at_work.lets_jobs_run()
    asked_to_sign = len(at_work.sink.to("sam.okafor@demo.invalid"))
    at_work.clock.move(minutes=61)
    owe_many(at_work, 150, to="sam.okafor")
    for _ in range(3):
        at_work.lets_jobs_run()
    assert len(at_work.sink.to("sam.okafor@demo.invalid")) == 60 + asked_to_sign
    assert subjects(at_work)["E-mails to one person are put off"] == 1
    assert at_work.one("SELECT count(*) FROM outbox WHERE state = 'owed' AND attempts = 0") == 90
    with at_work.app.app_context():
        at_work.clock.move(minutes=30)
        assert audit.audit_the_clock(timedelta(days=1)) == (), "they are put off, not forgotten"
    for _ in range(3):
        at_work.clock.move(minutes=61)
        at_work.lets_jobs_run()
    assert len(at_work.sink.to("sam.okafor@demo.invalid")) == 150 + asked_to_sign
    assert subjects(at_work)["E-mails to one person are put off"] == 1, "told once a day"


def test_a_run_takes_no_new_batch_when_its_turn_is_over_and_what_is_left_is_due_at_once(
    at_work: Keeper,
) -> None:
    owe_many(at_work, 5)
    room = replace(post_room(at_work.settings), turn=timedelta(0))
    with at_work.app.app_context():
        first = delivery.deliver(room, limit=2)
        assert first.sent == 2
        assert first.next_due is not None
        assert first.next_due <= MONDAY + timedelta(minutes=1)
        assert delivery.deliver(room, limit=10).sent == 3


def test_an_urgent_mail_is_never_put_off(at_work: Keeper) -> None:
    owe_many(at_work, 80)
    at_work.lets_jobs_run()
    before = len(at_work.sink.to(OFFICE))
    at_work.raises()
    at_work.lets_jobs_run()
    assert len(at_work.sink.to(OFFICE)) == before, "an ordinary one waits with the rest"
    pace = at_work.one('SELECT pace FROM "case"')
    urgent = _most_urgent(at_work)
    at_work.does('UPDATE "case" SET pace = :pace', pace=urgent)
    assert pace != urgent
    at_work.clock.move(minutes=61)
    owe_many(at_work, 80)
    at_work.does("UPDATE outbox SET next_at = owed_at WHERE state = 'owed'")
    at_work.lets_jobs_run()
    arrived = [mail for mail in at_work.sink.to(OFFICE) if "Today:" in str(mail.message["Subject"])]
    assert arrived


def _most_urgent(keeper: Keeper) -> str:
    ((place, case),) = keeper.rows('SELECT partnership_id, id FROM "case"')
    with keeper.app.app_context(), reading(of_partnership(place)) as unit:
        protocol = case_file.load(unit.session, place, [case], unit.now)[case].protocol
        return next(name for name, pace in protocol.paces.items() if pace.on_risk_rise is None)


def test_five_hundred_that_cannot_be_made_keep_back_nobody(at_work: Keeper) -> None:
    owe_many(at_work, 500, name="no_such_mail", to="sam.okafor")
    owe_many(at_work, 1, to="amara.lewis")
    with at_work.app.app_context():
        done = delivery.deliver(replace(post_room(at_work.settings), rate=0))
    assert (done.sent, done.put_off) == (1, 500)
    assert len(at_work.sink.to("amara.lewis@demo.invalid")) == 1
    assert len(done.reasons) == 1, "and the log has one line for all of them"


@pytest.mark.parametrize("trouble", [Answer.TRY_LATER, Answer.DROP_BEFORE_DATA])
def test_after_hours_of_trouble_each_person_gets_everything_in_order(
    at_work: Keeper, trouble: Answer
) -> None:
    people = ("sam.okafor", "amara.lewis", "kate.rowan")
    at_work.sink.otherwise = trouble
    for _ in range(12):
        for person in people:
            owe_many(at_work, 1, to=person)
        at_work.lets_jobs_run()
        at_work.clock.move(minutes=30)
    assert at_work.sink.mails == ()
    at_work.sink.otherwise = Answer.ACCEPT
    for _ in range(6):
        at_work.clock.move(minutes=5)
        at_work.lets_jobs_run()
    assert at_work.one("SELECT count(*) FROM outbox WHERE state = 'owed'") == 0, "within half an hour"
    query = "SELECT message_id FROM outbox o JOIN account a ON a.id = o.account_id WHERE a.email = :to " \
            "AND o.owed_at >= :since ORDER BY o.id"  # fmt: skip
    for person in people:
        address = f"{person}@demo.invalid"
        since = _bound(at_work, MONDAY)
        owed = [row[0] for row in at_work.rows(query, to=address, since=since)]
        came = [str(mail.message["Message-ID"]) for mail in at_work.sink.to(address)]
        assert came == owed[-len(came) :]
        assert len(came) >= 12


def _bound(keeper: Keeper, instant: datetime) -> Any:
    with keeper.app.app_context():
        return utc_text(instant) if db.engine.dialect.name == "sqlite" else instant


def test_many_mails_that_came_back_are_told_in_one(at_work: Keeper) -> None:
    for _ in range(14):
        at_work.raises()
    at_work.lets_jobs_run()
    at_work.sink.clear()
    names = "SELECT id, case_id, event_seq, slot FROM outbox WHERE name = 'reply_owed' ORDER BY id"
    at_work.does("UPDATE outbox SET state = 'owed', next_at = owed_at WHERE name = 'reply_owed'")
    with at_work.app.app_context():
        rows = outbox.claim(100, timedelta(minutes=2))
        assert len(rows) == len(at_work.rows(names)) == 14
        for row in rows:
            assert outbox.fail(row, "the server refused the recipient (550)", came_back=True)
    at_work.lets_jobs_run()
    at_work.lets_jobs_run()
    told = subjects(at_work)
    assert told["Somebody could not be told"] == 10
    assert told["Several e-mails did not arrive"] == 1
    assert at_work.one("SELECT count(*) FROM event WHERE kind = 'mail_undeliverable'") == 14, (
        "each is on record"
    )


def test_the_office_gets_one_digest_a_working_day_however_often_and_by_whomever_it_is_asked(
    keeper: Keeper,
) -> None:
    keeper.clock.move(to=MONDAY - timedelta(days=1))
    for _ in range(8 * 24):
        keeper.clock.move(hours=1)
        with keeper.app.app_context():
            digest.owe_digests()
            digest.owe_digests()
    days = keeper.rows("SELECT account_id, dedupe_key FROM outbox WHERE name = 'digest'")
    assert len({key for _, key in days}) == len(days)
    office = len({account for account, _ in days})
    assert len(days) == 6 * office, "Monday to Friday and the next Monday, and none at the weekend"


def test_the_digest_says_how_things_stand_and_that_the_clock_is_watched_and_names_nobody(
    keeper: Keeper,
) -> None:
    keeper.clock.move(to=MONDAY - timedelta(hours=3))
    keeper.raises()
    keeper.lets_jobs_run()
    keeper.sink.clear()
    keeper.clock.move(to=MONDAY)
    keeper.lets_jobs_run()
    (mail,) = [m for m in keeper.sink.to(OFFICE) if m.message["Subject"] == "How things stand today"]
    said = decoded(mail)
    assert "Cases that are open: 1." in said
    assert "The clocks were last checked and found in order on Monday 1 March 2027" in said
    reference = keeper.one('SELECT reference FROM "case"')
    assert not [w for w in (reference, "Hospitals", "Lewis", "Okafor") if w in said]
    assert FUSE not in said
