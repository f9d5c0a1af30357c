"""The database shows each transaction its own partnerships, also where the service forgot to ask for them."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Table, bindparam, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from escalation.errors import NotFound
from escalation.extensions import db
from escalation.models import Base, Case, ReadEntry
from escalation.models.asking import Asked
from escalation.security import access
from escalation.services import case_file, cases, work
from escalation.services.unit import across_partnerships, of_account, of_partnership, reading, writing
from tests.integration.wall.conftest import Towns
from tests.support import beyond

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)

OPEN = {
    "appointment": "says in which partnerships somebody has an office, so it is read before any is named",
    "deadline": "ids, codes and times; claimed across partnerships",
    "holding": "says in which partnerships somebody works, so it is read before any is named",
    "mail_domain": "read at the door, before anybody is known",
    "membership": "which agencies belong to a partnership is public",
    "outbox": "ids and codes; claimed across partnerships",
    "post": "the directory of offices: no case, and nobody's words",
    "protocol_version": "a published procedure",
    "record_check": "how the last verification of a record went: a word and a count; a monitor asks for all",
}
"""Tables with a partnership and no policy, and why none is needed. All others must have one."""
LIVED_IN = {
    *("case", "event", "statement", "stage_entry", "participation", "proposal", "read_log", "draft"),
    "submission",
}
"""Walled tables in which both towns have rows."""


def _of_partnerships() -> dict[str, Table]:
    return {t.name: t for t in Base.metadata.sorted_tables if "partnership_id" in t.c}


WALLED = {name: table for name, table in _of_partnerships().items() if name not in OPEN}


@pytest.fixture
def entered(app: Flask, towns: Towns) -> Iterator[Towns]:
    with app.app_context():
        yield towns


def _seen(connection: Connection, table: Table) -> set[int]:
    """The partnerships of which a table shows rows, with no condition at all."""
    return {*connection.execute(select(table.c.partnership_id).distinct()).scalars()}


def test_every_table_with_a_partnership_has_the_policy_or_a_reason(entered: Towns) -> None:
    with beyond.engine().connect() as connection:
        walled = connection.execute(
            text(
                "SELECT c.relname, p.qual, p.with_check FROM pg_class c LEFT JOIN pg_policies p "
                "ON p.tablename = c.relname WHERE c.relkind = 'r' AND c.relrowsecurity"
            )
        ).all()
    assert {row.relname for row in walled} == WALLED.keys(), (
        "a new table: its policy in its migration, or a reason"
    )
    assert len({(row.qual, row.with_check) for row in walled}) == 1
    assert walled[0].qual == walled[0].with_check
    assert OPEN.keys() <= _of_partnerships().keys(), "a reason unused is removed"


@pytest.mark.parametrize("name", WALLED)
def test_who_names_no_partnership_sees_nothing(entered: Towns, name: str) -> None:
    if name in LIVED_IN:
        with beyond.engine().connect() as owner:
            assert _seen(owner, WALLED[name]) == {entered.north.id, entered.south.id}, (
                "there is something to hide"
            )
    with db.engine.connect() as connection:
        assert connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() == 0
    with reading() as unit:
        assert _seen(unit.connection, WALLED[name]) == set()


@pytest.mark.parametrize("name", sorted(LIVED_IN))
def test_a_person_sees_rows_of_their_partnerships_alone(entered: Towns, name: str) -> None:
    north, south = entered.north, entered.south
    for reach, seen in (
        (of_account(north.gp), {north.id}),
        (of_account(south.manager), {south.id}),
        (of_partnership(south.id), {south.id}),
        (across_partnerships("a test sees both"), {north.id, south.id}),
    ):
        with reading(reach) as unit:
            assert _seen(unit.connection, WALLED[name]) == seen


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one access function lets everybody have everything, as if its condition were always true."""
    everything = select(Case.partnership_id, Case.id, Case.public_id)
    one = everything.where(Case.public_id == bindparam("public_id"))
    monkeypatch.setattr(access, "_ALL", Asked(everything))
    monkeypatch.setattr(access, "_ONE", Asked(one))
    monkeypatch.setattr(access, "_LOCKED", Asked(one.with_for_update(of=Case)))
    monkeypatch.setattr(
        access, "_BY_REFERENCE", Asked(everything.where(Case.reference == bindparam("reference")))
    )


@pytest.mark.usefixtures("forgetful")
def test_without_its_own_filter_the_service_shows_no_case_of_another_partnership(entered: Towns) -> None:
    north, south = entered.north, entered.south
    assert cases.as_seen(north.case, north.manager).reference == north.reference, "what is theirs is there"
    for look in (cases.as_seen, cases.open_case, cases.require_part):
        with pytest.raises(NotFound):
            look(south.case, north.gp)
    with pytest.raises(NotFound):
        cases.look_up(south.reference, north.gp)
    mine = work.my_work(north.gp)
    listed = {row.reference for row in (*mine.waiting_for_me, *mine.waiting_for_others, *mine.finished)}
    assert listed == {north.reference}


def test_the_file_of_a_foreign_case_is_empty(entered: Towns) -> None:
    north, south = entered.north, entered.south
    with beyond.engine().connect() as owner:
        case = owner.execute(select(Case.id).where(Case.public_id == south.case)).scalar_one()
    with reading(of_account(north.gp)) as unit:
        assert case_file.load(unit.session, south.id, [case], unit.now) == {}
    with reading(of_partnership(south.id)) as unit:
        assert case_file.load(unit.session, south.id, [case], unit.now).keys() == {case}


def test_nothing_is_written_out_of_reach(entered: Towns) -> None:
    north, south = entered.north, entered.south
    entry = {"partnership_id": south.id, "case_id": 1, "account_id": north.gp, "what": "case"}
    with pytest.raises(DBAPIError, match="row-level security"), writing(of_account(north.gp)) as unit:
        unit.session.execute(insert(ReadEntry).values(**entry, at=unit.now))
    with pytest.raises(DBAPIError, match="row-level security"), writing() as unit:
        unit.session.execute(insert(ReadEntry).values(**entry, at=unit.now))
    with writing(of_account(north.gp)) as unit:
        touched = unit.session.execute(update(Case).values(stage="elsewhere").returning(Case.partnership_id))
        assert {*touched.scalars()} == {north.id}
        unit.connection.rollback()
    with pytest.raises(DBAPIError, match="row-level security"), writing(of_account(north.gp)) as unit:
        unit.session.execute(update(Case).values(partnership_id=south.id))


def test_the_reach_ends_with_its_transaction(entered: Towns) -> None:
    count = select(func.count()).select_from(Case)
    with db.engine.connect() as connection:
        for _ in range(7):  # from the sixth on the statement is prepared
            connection.exec_driver_sql(
                "SELECT set_config('escalation.partnerships', %(them)s, true)",
                {"them": f"{{{entered.north.id}}}"},
            )
            assert connection.execute(count).scalar_one() == 1
            connection.commit()
            assert connection.execute(count).scalar_one() == 0
            connection.rollback()


def test_a_unit_can_turn_to_another_reach(entered: Towns) -> None:
    with reading(across_partnerships("a test sees both")) as unit:
        assert len(_cases(unit.connection)) == 2
        unit.turn_to(of_partnership(entered.south.id))
        assert _cases(unit.connection) == [entered.south.case]
        unit.turn_to(of_account(entered.north.gp))
        assert _cases(unit.connection) == [entered.north.case]


def _cases(connection: Connection) -> list[Any]:
    return list(connection.execute(select(Case.public_id)).scalars())


def test_a_stranger_to_all_reaches_nothing(entered: Towns) -> None:
    with reading(of_account(987_654)) as unit:
        assert _cases(unit.connection) == []


def test_who_left_still_reaches_what_was_theirs(entered: Towns) -> None:
    """The first wall is what ends somebody's access; the second must not be in the way of the record."""
    with beyond.engine().begin() as owner:
        owner.execute(
            text("UPDATE holding SET to_at = clock_timestamp() WHERE account_id = :a"),
            {"a": entered.north.gp},
        )
    with reading(of_account(entered.north.gp)) as unit:
        assert _cases(unit.connection) == [entered.north.case]
