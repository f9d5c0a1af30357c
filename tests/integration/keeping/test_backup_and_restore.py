"""A backup comes back as it was, or not at all; and until somebody lets them go, no mail leaves."""

import random
import sqlite3
import stat
import zipfile
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from escalation.app import create_app, newest_state, upgrade_on
from escalation.errors import EscalationError, Refused
from escalation.extensions import db
from escalation.services import backups, restored
from escalation.services.backup_file import MANIFEST, NoBackup
from tests.integration.keeping.conftest import Damage, Keeper
from tests.support.databases import KINDS, Kind
from tests.support.databases import database as another
from tests.support.run import Run
from tests.support.settings import settings_for

ROUNDS = 20


def _ids(keeper: Keeper) -> Counter[str]:
    return Counter(str(mail.message["Message-ID"]) for mail in keeper.sink.mails)


def _something_happens(keeper: Keeper, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 3)):
        keeper.raises()
    if chance.random() < 0.5:
        keeper.clock.move(days=chance.randint(1, 9))
    if chance.random() < 0.5:
        keeper.lets_jobs_run()
    keeper.raises()


@pytest.mark.campaign
@pytest.mark.parametrize(
    ("database_kind", "seed"),
    [(KINDS[seed % 2], seed) for seed in range(ROUNDS)],
    indirect=["database_kind"],
)
def test_restored_while_mails_are_owed_none_leaves_before_the_release_and_each_once_after(
    keeper: Keeper, seed: int
) -> None:
    chance = random.Random(seed)
    _something_happens(keeper, chance)
    owed_then = keeper.one("SELECT count(*) FROM outbox WHERE state = 'owed'")
    file = keeper.backs_up()
    # Life goes on, and then the machine is lost.
    _something_happens(keeper, chance)
    keeper.lets_jobs_run()
    keeper.sink.clear()

    keeper.restores(file)
    assert owed_then > 0
    assert keeper.one("SELECT count(*) FROM outbox WHERE state = 'held'") == owed_then
    keeper.raises()
    keeper.clock.move(days=chance.randint(1, 30))
    for _ in range(2):
        keeper.lets_jobs_run()
        keeper.clock.move(hours=1)
    assert keeper.sink.mails == (), "nobody has released anything"

    with keeper.app.app_context():
        leaving = restored.release().leaving
    keeper.lets_jobs_run()
    keeper.lets_jobs_run()
    assert keeper.one("SELECT count(*) FROM outbox WHERE state IN ('owed', 'held')") == 0
    assert leaving.total() > owed_then, "what was owed since the restore leaves as well"
    assert keeper.sink.mails
    assert set(_ids(keeper).values()) == {1}, "each exactly once"
    sent = {row[0] for row in keeper.rows("SELECT message_id FROM outbox WHERE state = 'sent'")}
    assert set(_ids(keeper)) <= sent
    assert len(_ids(keeper)) >= leaving.total()


def test_everything_comes_back_as_it_was_but_for_what_a_restore_changes(keeper: Keeper) -> None:
    keeper.raises()
    keeper.lets_jobs_run()
    keeper.raises()
    before = keeper.everything()
    file = keeper.backs_up()
    keeper.raises()
    keeper.restores(file)
    after = keeper.everything()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"installation", "outbox", "heartbeat", "web_session"}
    assert len(after["outbox"]) == len(before["outbox"])
    keeper.raises()  # new rows get numbers of their own


def test_a_backup_says_what_it_is_and_is_for_its_owners_eyes_only(keeper: Keeper) -> None:
    keeper.raises()
    file = keeper.backs_up()
    with keeper.app.app_context():
        manifest = backups.check(file)
        assert manifest.migration_head == newest_state()
    assert (manifest.epoch, manifest.tables["case"].rows) == (1, 1)
    assert manifest.tables["outbox"].rows == keeper.one("SELECT count(*) FROM outbox")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in keeper.folder.iterdir() if "backup" in path.name] == ["a.backup"]


def test_a_backup_writes_over_nothing(keeper: Keeper) -> None:
    file = keeper.backs_up()
    written = file.read_bytes()
    with pytest.raises(NoBackup, match="writes over nothing"):
        keeper.backs_up()
    assert file.read_bytes() == written


def test_a_database_that_holds_something_is_replaced_only_when_told(keeper: Keeper) -> None:
    keeper.raises()
    file = keeper.backs_up()
    keeper.raises()
    with keeper.unchanged(), pytest.raises(NoBackup, match="not empty"):
        keeper.restores(file, replacing=False)


def test_restored_on_another_machine_into_a_database_without_tables(
    keeper: Keeper, run: Run, database_kind: Kind, tmp_path: Path
) -> None:
    keeper.raises()
    file = keeper.backs_up()
    with another(run, database_kind, empty=True) as made:
        settings = settings_for(made.url, smtp_port=keeper.sink.port, instance=str(tmp_path))
        app = create_app(settings, migrating=True)
        with app.app_context():
            backups.restore(file, upgrade_on, newest_state())
            there = Keeper(app, settings, keeper.clock, keeper.sink, tmp_path, keeper.partnership, keeper.gp)
            assert there.rows('SELECT reference FROM "case"') == keeper.rows('SELECT reference FROM "case"')
            there.raises()
            there.lets_jobs_run()
            assert keeper.sink.mails == ()
            restored.release()
            there.lets_jobs_run()
            assert keeper.sink.mails != ()
            db.engine.dispose()


def _without_end(whole: bytes) -> bytes:
    return whole[: len(whole) * 2 // 3]


def _one_bit(whole: bytes) -> bytes:
    """At the head of a page, if the file has pages: one in the text of a row goes unnoticed there."""
    at = 4096 if whole.startswith(b"SQLite format 3") else len(whole) // 2
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


DAMAGES: dict[str, Damage] = {
    "nothing in it": lambda _: b"",
    "its end is missing": _without_end,
    "its last byte is missing": lambda whole: whole[:-1],
    "one bit": _one_bit,
    "something else": lambda _: b"a letter" * 1000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_backup_is_refused_and_changes_nothing(keeper: Keeper, damage: str) -> None:
    keeper.raises()
    file = keeper.backs_up()
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    with keeper.unchanged(), pytest.raises(NoBackup):
        keeper.restores(file)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_database_that_somebody_has_open_is_not_replaced(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("escalation.engine.BUSY_MS", 100)
    keeper.raises()
    file = keeper.backs_up()
    with closing(sqlite3.connect(str(make_url(keeper.settings.database_url).database))) as service:
        service.execute('SELECT count(*) FROM "case"').fetchone()
        with keeper.unchanged(), pytest.raises(NoBackup, match="stop the service first"):
            keeper.restores(file)
    keeper.restores(file)


def _rewritten(file: Path, old: str, new: str) -> None:
    """The same backup with another manifest."""
    with zipfile.ZipFile(file) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    assert old in parts[MANIFEST].decode()
    parts[MANIFEST] = parts[MANIFEST].decode().replace(old, new).encode()
    with zipfile.ZipFile(file, "w") as target:
        for name, data in parts.items():
            target.writestr(name, data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"migration_head": "0002"', '"migration_head": "9999"'),
        ('"format": 1', '"format": 2'),
        ('"kind": "', '"kind": "other '),
        ('"epoch": 1', '"epoch": 1, "more": 2'),
    ],
)
def test_a_backup_that_does_not_fit_changes_nothing(keeper: Keeper, old: str, new: str) -> None:
    keeper.raises()
    file = keeper.backs_up()
    old = old.replace("0002", keeper.one("SELECT version_num FROM alembic_version"))
    _rewritten(file, old, new)
    with keeper.unchanged(), pytest.raises(EscalationError):
        keeper.restores(file)


def test_rows_that_are_not_as_many_as_promised_change_nothing(keeper: Keeper) -> None:
    """The file is whole, and still is not what its manifest says: found when the rows are in."""
    keeper.raises()
    file = keeper.backs_up()
    rows = keeper.one("SELECT count(*) FROM event")
    _rewritten(file, f'"rows": {rows}', f'"rows": {rows + 1}')
    with keeper.unchanged(), pytest.raises(NoBackup, match="promises"):
        keeper.restores(file)


def test_a_release_says_what_leaves_and_throws_away_what_is_too_old(keeper: Keeper) -> None:
    keeper.raises()
    file = keeper.backs_up()
    keeper.restores(file)
    keeper.clock.move(days=3)
    keeper.raises()
    with keeper.app.app_context():
        before = keeper.everything()
        told = restored.release(discard_older_than=timedelta(days=2), dry_run=True)
        assert keeper.everything() == before
        assert told.leaving == told.discarded, "the same mails, about the old case and the new one"
        assert max(told.oldest.values()) >= timedelta(days=3)
        restored.release(discard_older_than=timedelta(days=2))
        with pytest.raises(Refused):
            restored.release()
    keeper.lets_jobs_run()
    kept = keeper.rows("SELECT name FROM outbox WHERE error = :why", why=restored.DISCARDED)
    assert Counter(name for (name,) in kept) == told.discarded
    new = keeper.rows("SELECT message_id FROM outbox WHERE state = 'sent'")
    assert all(str(message_id).startswith("<2.") for (message_id,) in new), "the epoch stands in it"


def test_who_was_not_told_is_not_booked_as_silent(keeper: Keeper) -> None:
    keeper.raises()
    due = keeper.one("SELECT min(due_at) FROM deadline WHERE state = 'open'")
    file = keeper.backs_up()
    keeper.restores(file)
    keeper.clock.move(days=40)
    keeper.lets_jobs_run()
    assert keeper.one("SELECT count(*) FROM deadline WHERE state = 'lapsed'") == 0
    with keeper.app.app_context():
        restored.release()
    keeper.lets_jobs_run()
    lapsed = keeper.rows("SELECT due_at, late_by FROM deadline WHERE state = 'lapsed' ORDER BY due_at")
    assert lapsed[0][0] == due
    assert lapsed[0][1] > timedelta(days=20).total_seconds(), "late, as after an outage"
    stages = keeper.one("SELECT count(*) FROM stage_entry")
    assert stages == 2, "one stage up: the next one's clock runs from now on"


def test_a_database_that_came_back_by_other_means_is_held_by_hand(keeper: Keeper) -> None:
    keeper.raises()
    with keeper.app.app_context():
        assert restored.hold_here() == 2
    keeper.lets_jobs_run()
    assert keeper.sink.mails == ()
    with keeper.app.app_context():
        restored.release()
    keeper.lets_jobs_run()
    assert keeper.sink.mails
