"""Holds and erasures are what the events say, whoever writes into the lists of them behind the service."""

import pytest
from sqlalchemy import text

from escalation.errors import NotAllowed, Refused
from escalation.services import erasure, legal_holds, record_checks, record_seals
from escalation.services.legal_holds import HoldGround
from tests.integration.record.test_erased_and_still_proved import (
    asked,
    closed,
    erased,
    officer,
    reference_of,
    rows,
    wrapped_of,
)
from tests.support import beyond
from tests.support.offices import appointed
from tests.support.sealed_town import Town

__all__ = ["closed", "officer"]


def behind(statement: str, **values: object) -> None:
    """Somebody who may write into the database does so."""
    with beyond.engine().begin() as connection:
        connection.execute(text(statement), values)


def words(town: Town) -> list[str]:
    """What a verification with replay says is wrong with case rows."""
    return [found.words for found in town.verified().findings if found.code == "row"]


@pytest.fixture
def held(town: Town, closed: str, officer: int) -> str:
    legal_holds.put_on(town.partnership, officer, reference_of(closed), HoldGround.COURT)
    return closed


def test_a_hold_that_was_taken_out_of_the_list_still_holds_and_is_missed(town: Town, held: str) -> None:
    record_seals.seal(town.key, now=True)
    assert words(town) == []
    behind("DELETE FROM legal_hold")
    with pytest.raises(Refused, match="legal hold"):
        asked(town, held)
    assert words(town) == ["its legal holds are not those that the events say"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE erasure SET rule = 'order'",
        "DELETE FROM erasure",
        "UPDATE erasure SET asked_by_id = asked_by_id + 1",
    ],
)
def test_what_was_asked_is_what_the_events_say(town: Town, closed: str, officer: int, change: str) -> None:
    erased(town, closed, officer)
    record_seals.seal(town.key, now=True)
    assert words(town) == []
    behind(change)
    assert words(town) == ["what was asked about its erasure is not what the events say"]


def test_a_key_that_is_there_again_is_seen(town: Town, closed: str, officer: int) -> None:
    before = wrapped_of(closed).decode()
    erased(town, closed, officer)
    behind("UPDATE case_key SET wrapped = :it, destroyed_at = NULL WHERE wrapped IS NULL", it=before)
    assert words(town) == ["its content was destroyed, and a key of it is there again"]


def test_a_key_that_went_without_two_people_is_seen(town: Town, closed: str) -> None:
    now = rows('SELECT raised_at FROM "case" LIMIT 1')[0][0]
    behind(
        'UPDATE case_key SET wrapped = NULL, destroyed_at = :now WHERE case_id = (SELECT id FROM "case" '
        "WHERE public_id = :it)",
        it=closed,
        now=now,
    )
    assert words(town) == ["its keys are gone, and no event says that its content was destroyed"]


def test_nothing_is_destroyed_while_the_record_is_broken(town: Town, closed: str, officer: int) -> None:
    seq = asked(town, closed)
    record_checks.keep(town.partnership, record_checks.BROKEN, 1)
    with pytest.raises(Refused, match="not what was written"):
        erasure.agree(town.partnership, officer, closed, seq)
    record_checks.keep(town.partnership, "whole", 0)
    erasure.agree(town.partnership, officer, closed, seq)


def test_who_lifted_a_hold_may_ask_and_is_not_the_second(town: Town, held: str, officer: int) -> None:
    office = town.people["kate.rowan"]
    (seq,) = rows("SELECT max(event_seq) FROM legal_hold")[0]
    legal_holds.lift(town.partnership, office, held, seq)
    erasure.ask(town.partnership, officer, reference_of(held), erasure.ErasureRule.PERSON)
    (request,) = rows("SELECT max(event_seq) FROM erasure")[0]
    with pytest.raises(NotAllowed, match="lifted a legal hold"):
        erasure.agree(town.partnership, office, held, request)
    erasure.agree(town.partnership, appointed("quinn.privacy", "privacy_officer"), held, request)
