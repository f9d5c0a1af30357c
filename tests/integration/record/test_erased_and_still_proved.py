"""A case whose key two people destroyed: nothing that was written can be read, and the record proves itself."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from escalation.errors import Refused
from escalation.reporting.proof import export, export_files
from escalation.security import seal_keys
from escalation.security.envelope import DESTROYED
from escalation.services import (
    cases,
    concerns,
    destruction,
    drafts,
    erasure,
    glass,
    moves,
    numbers,
    office_mail,
    record_seals,
)
from escalation.services.erasure import ErasureRule
from escalation.services.glass import GlassReason
from escalation.services.submissions import new_key
from escalation.services.unit import of_partnership, reading
from tests.support import beyond, northtown
from tests.support.databases import Database
from tests.support.offices import appointed
from tests.support.sealed_town import Town
from workflows import commands as c

VERIFIER = Path(__file__).parents[2] / "oracles" / "second_verifier.py"
CANARY = "zebracanary"
NUMBER = "LOCAL-4711"


@pytest.fixture
def officer(town: Town) -> int:
    return appointed("pat.privacy", "privacy_officer")


@pytest.fixture
def closed(town: Town, officer: int) -> str:
    """A case full of canary words, closed, with a draft begun on it and a reading for a reason."""
    gp, office = town.people["amara.lewis"], town.people["kate.rowan"]
    plain = northtown.concern_to_hospital(gp, town.partnership)
    command = c.RaiseConcern(
        person_reference=NUMBER, decision=CANARY, risk=f"risk {CANARY}", request=CANARY, safety=CANARY
    )
    case = concerns.raise_concern(gp, replace(plain, command=command), new_key()).public_id
    cases.unmask(case, office, f"I must know it because of {CANARY}")
    draft = drafts.start(gp, town.partnership, "tell_change", case)
    drafts.save(gp, draft.public_id, {"risk": CANARY})
    moves.make_move(case, gp, c.Withdraw(reasons=CANARY, freely=True), new_key())
    return case


def rows(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with beyond.engine().connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def reference_of(case: str) -> str:
    return str(rows('SELECT reference FROM "case" WHERE public_id = :it', it=case)[0][0])


def asked(town: Town, case: str) -> int:
    """The business manager asks; gives the number of the event."""
    erasure.ask(town.partnership, town.people["kate.rowan"], reference_of(case), ErasureRule.PERSON)
    return int(rows("SELECT max(event_seq) FROM erasure")[0][0])


def erased(town: Town, case: str, officer: int) -> None:
    erasure.agree(town.partnership, officer, case, asked(town, case))


def of_case(table: str, case: str) -> int:
    query = f'SELECT count(*) FROM {table} t JOIN "case" c ON c.partnership_id = t.partnership_id AND c.id = t.case_id'
    return int(rows(f"{query} WHERE c.public_id = :it", it=case)[0][0])


def test_the_record_is_whole_before_and_after_with_replay_and_seals(
    town: Town, closed: str, officer: int
) -> None:
    record_seals.seal(town.key, now=True)
    before = town.verified()
    assert before.exit_code == 0
    erased(town, closed, officer)
    record_seals.seal(town.key, now=True)
    after = town.verified()
    assert (after.findings, after.exit_code) == ([], 0)
    assert after.statements == before.statements, "every sealed text is still there, and bound"
    body = rows("SELECT body FROM event WHERE kind = 'content_destroyed'")[0][0]
    for said in ('"rule":"person"', f'"asked_by":{town.people["kate.rowan"]}', f'"actor":{officer}'):
        assert said in body


def test_nothing_of_it_is_shown_exported_or_found_again_and_other_cases_are(
    town: Town, closed: str, officer: int, tmp_path: Path
) -> None:
    gp, other = town.people["amara.lewis"], town.cases[1]
    of_other = {name: it.text for name, it in cases.open_case(other, gp).written.items()}
    assert cases_found() == 1
    erased(town, closed, officer)
    view = cases.open_case(closed, gp)
    assert {it.text for it in view.written.values()} == {DESTROYED}
    assert view.destroyed_at is not None
    assert not view.may_follow
    for reader in (gp, town.people["kate.rowan"], town.people["sam.okafor"]):
        assert CANARY not in repr(cases.open_case(closed, reader))
    assert {name: it.text for name, it in cases.open_case(other, gp).written.items()} == of_other
    assert (of_case("person_index", closed), of_case("draft", closed)) == (0, 0)
    assert cases_found() == 0
    keys = seal_keys.by_id([town.key.public])
    export_files.write(export.of_case(reference_of(closed), keys), tmp_path / "out")
    assert not [p for p in (tmp_path / "out").rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]
    told = [sys.executable, "-I", str(VERIFIER), str(tmp_path / "out"), "--public-key", town.key.public]
    assert subprocess.run(told, check=False, capture_output=True).returncode == 0


def cases_found() -> int:
    """How many cases the index of numbers leads to, by the number that was typed."""
    partnership = rows("SELECT id FROM partnership")[0][0]
    every = [case for (case,) in rows('SELECT id FROM "case"')]
    with reading(of_partnership(partnership)) as unit:
        return len(numbers.cases_with(unit.connection, partnership, NUMBER, among=every))


def test_nothing_can_be_added_and_nobody_opens_it(town: Town, closed: str, officer: int) -> None:
    erased(town, closed, officer)
    with pytest.raises(Refused, match="destroyed"):
        glass.break_glass(
            reference_of(closed), officer, GlassReason.LEGAL, "The duty team asks about a child"
        )
    with pytest.raises(Refused, match="destroyed before"):
        asked(town, closed)


@pytest.mark.parametrize("broken", ["end", "mail", "keys"])
def test_it_happens_whole_or_not_at_all(
    town: Town, closed: str, officer: int, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    seq, gp = asked(town, closed), town.people["amara.lewis"]
    before = rows("SELECT count(*) FROM event"), of_case("draft", closed), of_case("person_index", closed)

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as spoilt:
        where = {"end": (erasure, "_end"), "mail": (office_mail, "owe"), "keys": (destruction, "destroy")}[
            broken
        ]
        spoilt.setattr(*where, crash)
        with pytest.raises(RuntimeError):
            erasure.agree(town.partnership, officer, closed, seq)
    assert before == (
        rows("SELECT count(*) FROM event"),
        of_case("draft", closed),
        of_case("person_index", closed),
    )
    assert cases.open_case(closed, gp).written["decision"].text == CANARY
    erasure.agree(town.partnership, officer, closed, seq)
    assert cases.open_case(closed, gp).written["decision"].text == DESTROYED


def wrapped_of(case: str) -> bytes:
    query = 'SELECT wrapped FROM case_key k JOIN "case" c ON c.id = k.case_id WHERE c.public_id = :it'
    return str(rows(query, it=case)[0][0]).encode()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_no_byte_of_the_key_is_left_in_the_file_or_its_log(
    town: Town, closed: str, officer: int, database: Database
) -> None:
    file = Path(str(make_url(database.url).database))
    wrapped, log = wrapped_of(closed), file.with_name(f"{file.name}-wal")
    assert wrapped in file.read_bytes() + log.read_bytes(), "it can be seen that it was there"
    erased(town, closed, officer)
    left = [path for path in (file, log) if path.exists()]
    assert not [path.name for path in left if wrapped in path.read_bytes()]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_no_byte_of_the_key_is_left_in_the_table_after_the_operators_vacuum(
    town: Town, closed: str, officer: int
) -> None:
    wrapped = wrapped_of(closed)

    def in_the_table() -> bool:
        with beyond.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as owner:
            owner.execute(text("CHECKPOINT"))
            page = owner.execute(
                text("SELECT pg_read_binary_file(pg_relation_filepath('case_key'))")
            ).scalar_one()
            return wrapped in bytes(page)

    assert in_the_table()
    erased(town, closed, officer)
    with beyond.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as owner:
        owner.execute(text("VACUUM FULL case_key, person_index, draft"))
    assert not in_the_table()


def test_a_backup_from_before_with_the_keys_of_then_still_opens_it(
    town: Town, closed: str, officer: int
) -> None:
    """What the pages say: until backups and their keys have run out, it is not gone everywhere."""
    before, gp = wrapped_of(closed).decode(), town.people["amara.lewis"]
    erased(town, closed, officer)
    with beyond.engine().begin() as connection:
        connection.execute(
            text("UPDATE case_key SET wrapped = :it, destroyed_at = NULL WHERE wrapped IS NULL"),
            {"it": before},
        )
    assert cases.open_case(closed, gp).written["decision"].text == CANARY


def test_texts_that_are_not_sealed_yet_are_not_called_destroyed(town: Town, closed: str) -> None:
    with beyond.engine().begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE statement DISABLE TRIGGER not_changed"))
        connection.execute(text("UPDATE statement SET text = 'from before' WHERE field = 'risk'"))
    with pytest.raises(Refused, match="seal-existing"):
        asked(town, closed)
