"""The record is verified every day by a job, and whoever has to know is told of a break, once a day."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from escalation.cli import cli
from escalation.config import Settings
from escalation.errors import NotAllowed, NotFound
from escalation.jobs import deliver_mail, verify_record
from escalation.services import health, moving_clock, people, record_checks
from escalation.services.unit import writing
from tests.support import beyond
from tests.support.mail_sink import MailSink, decoded
from tests.support.offices import appointed
from tests.support.sealed_town import Town, raise_one
from tests.support.settings import environment

OFFICE, OFFICER = "kate.rowan@demo.invalid", "pia.privacy@demo.invalid"


@pytest.fixture
def told(settings: Settings, town: Town, tmp_path: Path) -> Settings:
    """What a scheduler is told that knows the town's key; somebody looks after privacy."""
    appointed("pia.privacy", "privacy_officer")
    return replace(settings, seal_key=str(tmp_path / "seal-key.pem"))


def tampered(*, stage: str) -> None:
    """Somebody changes a case behind the service, or puts it right again."""
    with beyond.engine().begin() as connection:
        connection.execute(text('UPDATE "case" SET stage = :it WHERE id = 1'), {"it": stage})


def stage_of_the_first() -> str:
    with beyond.engine().connect() as connection:
        return str(connection.execute(text('SELECT stage FROM "case" WHERE id = 1')).scalar_one())


def said() -> health.Check:
    """What a monitor is told of the record."""
    return next(c for c in health.look(None, health.audit.SILENCE) if c.name == "record")


def arrived(told: Settings, sink: MailSink) -> list[str]:
    """To whom a mail about the record goes that was not delivered before, in order."""
    before = len(sink.mails)
    deliver_mail.run(told)
    mine = [m for m in sink.mails[before:] if "does not prove itself" in m.message["Subject"]]
    return sorted(m.recipients[0] for m in mine)


@pytest.fixture(autouse=True)
def health_reads_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of a test is at the newest migration; which that is, is not asked for here."""
    monkeypatch.setattr(health, "_migrations", lambda *_: health.Check("migrations", True, ""))


def test_nothing_is_told_while_all_is_well(told: Settings, town: Town, mail_sink: MailSink) -> None:
    assert "first time" in said().words
    assert verify_record.run(told).did == {"verified": 1, "broken": 0, "told": 0}
    assert verify_record.run(told).did == {}, "once a day"
    moving_clock.move(timedelta(hours=23))
    assert verify_record.run(told).did == {}
    moving_clock.move(timedelta(hours=1))
    assert verify_record.run(told).did["verified"] == 1
    assert arrived(told, mail_sink) == []
    assert said().well
    assert "nothing was broken" in said().words
    assert record_checks.broken(town.people["kate.rowan"], town.partnership) is None


def test_a_break_is_told_to_both_offices_once_a_day_until_it_is_mended(
    app: Flask, told: Settings, town: Town, mail_sink: MailSink
) -> None:
    before = stage_of_the_first()
    tampered(stage="closed" if before != "closed" else "manager_review")
    assert verify_record.run(told).did["broken"] > 0
    assert arrived(told, mail_sink) == [OFFICE, OFFICER]
    assert verify_record.run(told).did == {}
    assert arrived(told, mail_sink) == []
    assert not said().well
    assert "The record of 1 partnership is broken" in said().words
    broken = record_checks.broken(town.people["kate.rowan"], town.partnership)
    assert broken is not None
    first = broken.since
    raise_one(town.people, town.partnership)  # the service goes on
    moving_clock.move(timedelta(days=1))
    verify_record.run(told)
    assert arrived(told, mail_sink) == [OFFICE, OFFICER]
    again = record_checks.broken(town.people["kate.rowan"], town.partnership)
    assert again is not None
    assert again.since == first
    tampered(stage=before)
    moving_clock.move(timedelta(days=1))
    assert verify_record.run(told).did["broken"] == 0
    assert arrived(told, mail_sink) == []
    assert said().well
    assert record_checks.broken(town.people["kate.rowan"], town.partnership) is None


def test_the_mail_says_nothing_of_a_case(told: Settings, town: Town, mail_sink: MailSink) -> None:
    tampered(stage="closed")
    verify_record.run(told)
    deliver_mail.run(told)
    (mail, *_) = [m for m in mail_sink.mails if "does not prove itself" in m.message["Subject"]]
    with beyond.engine().connect() as connection:
        references = connection.execute(text('SELECT reference FROM "case"')).scalars().all()
    words = decoded(mail)
    assert not [r for r in references if r in words]
    assert not [w for w in ("Riverside", "Hospitals", "Lewis", "T-1") if w in words]
    assert "escalation audit verify" in words


def test_a_record_that_cannot_be_proved_whole_is_no_break(
    settings: Settings, town: Town, mail_sink: MailSink
) -> None:
    assert verify_record.run(settings).did == {"verified": 1, "broken": 0, "told": 0}, "without the key"
    with beyond.engine().connect() as connection:
        assert connection.execute(text("SELECT outcome FROM record_check")).scalar_one() == "incomplete"
    assert said().well


def test_a_record_that_nobody_verifies_any_more_is_said(told: Settings, town: Town) -> None:
    verify_record.run(told)
    moving_clock.move(record_checks.LATE)
    assert not said().well
    assert "last verified 2 days ago" in said().words


def test_an_operator_verifies_and_tells(
    app: Flask, told: Settings, town: Town, tmp_path: Path, mail_sink: MailSink
) -> None:
    before = stage_of_the_first()
    tampered(stage="closed")

    def verified(*more: str) -> int:
        env = {**environment(told), "ESCALATION_SEAL_KEY": told.seal_key}
        done = CliRunner(env=env).invoke(cli, ["audit", "verify", "--replay", *more])
        return done.exit_code

    assert verified() == 2
    assert arrived(told, mail_sink) == [], "who does not ask for it tells nobody"
    assert verified("--tell") == 2
    assert arrived(told, mail_sink) == [OFFICE, OFFICER]
    tampered(stage=before)
    assert verified("--tell") == 0
    assert said().well
    # A case that is not there is a mistake of whoever asks: none of the three outcomes of a verification.
    assert verified("--tell", "--case", "NC-26-XXXXX") not in (0, 2, 3)


def test_the_pages_of_both_offices_show_it_and_nobody_elses(app: Flask, told: Settings, town: Town) -> None:
    tampered(stage="closed")
    verify_record.run(told)
    with writing() as unit:
        stranger = people.account_of(unit, "no.body@demo.invalid", "No Body")
    with pytest.raises(NotFound):
        record_checks.broken(stranger, town.partnership)
    with pytest.raises(NotAllowed):
        record_checks.broken(town.people["amara.lewis"], town.partnership)
    shown = app.jinja_env.get_template("board/broken.html").module
    broken = record_checks.broken(town.people["kate.rowan"], town.partnership)
    # A template's macros are attributes of its module, which no type can know.
    assert "not what was written" in str(shown.notice(broken))  # type: ignore[attr-defined]
