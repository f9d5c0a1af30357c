"""The brake on guessing: pauses grow, end, and hold nobody else up; many at once are not one at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from escalation.errors import TooManyAttempts
from escalation.models import Attempts
from escalation.services import attempts
from escalation.services.attempts import Try
from escalation.services.unit import reading, writing

QUARTER = timedelta(minutes=15)
GUESS = Try("guess", "amara", 5, QUARTER)


def longer_ago(**by: float) -> None:
    """As if every try had been made so much earlier."""
    with writing() as unit:
        for what, whom, since in unit.session.execute(
            select(Attempts.what, Attempts.whom, Attempts.since)
        ).all():
            there = (Attempts.what == what, Attempts.whom == whom)
            unit.session.execute(update(Attempts).where(*there).values(since=since - timedelta(**by)))


def pause_of(tried: Try) -> float:
    """The seconds that the next try has to wait."""
    try:
        attempts.refuse_too_many(tried.what, tried.whom, tried.limit, tried.within)
    except TooManyAttempts as error:
        return error.wait.total_seconds()
    return 0


def test_so_many_are_free_and_then_pauses_grow_to_a_quarter_of_an_hour(app: Flask) -> None:
    with app.app_context():
        for _ in range(5):
            assert pause_of(GUESS) == 0
            attempts.take(GUESS)
        pauses = []
        for _ in range(8):
            pauses.append(round(pause_of(GUESS)))
            attempts.note("guess", "amara", 5, QUARTER)
    assert pauses == sorted(pauses)
    assert 28 <= pauses[0] <= 30
    assert 58 <= pauses[1] <= 60
    assert 890 <= pauses[-1] <= 900


def test_a_try_that_is_refused_does_not_make_the_wait_longer(app: Flask) -> None:
    with app.app_context():
        for _ in range(5):
            attempts.take(GUESS)
        for _ in range(50):
            with pytest.raises(TooManyAttempts):
                attempts.take(GUESS)
        assert pause_of(GUESS) <= 30


def test_after_the_pause_one_more_is_free_and_in_the_end_all(app: Flask) -> None:
    with app.app_context():
        for _ in range(5):
            attempts.take(GUESS)
        longer_ago(seconds=31)
        attempts.take(GUESS)
        assert pause_of(GUESS) > 30
        longer_ago(minutes=20)
        for _ in range(5):
            attempts.take(GUESS)


def test_nobody_else_waits(app: Flask) -> None:
    with app.app_context():
        for _ in range(5):
            attempts.take(GUESS)
        assert pause_of(Try("guess", "sam", 5, QUARTER)) == 0
        assert pause_of(Try("another", "amara", 5, QUARTER)) == 0


def test_of_several_counts_the_first_that_is_full_refuses_and_none_is_counted(app: Flask) -> None:
    wide = Try("guess", "everybody", 100, QUARTER)
    with app.app_context():
        for _ in range(5):
            attempts.take(GUESS, wide)
        with pytest.raises(TooManyAttempts):
            attempts.take(GUESS, wide)
        with reading() as unit:
            counts = unit.session.scalars(select(Attempts.count)).all()
    assert list(counts) == [5, 5]


def test_what_was_right_is_given_back_and_whoever_proved_themselves_begins_anew(app: Flask) -> None:
    with app.app_context():
        for _ in range(5):
            attempts.take(GUESS)
        attempts.give_back(GUESS)
        assert pause_of(GUESS) == 0
        attempts.take(GUESS)
        assert pause_of(GUESS) > 0
        attempts.forget("guess", "amara")
        assert pause_of(GUESS) == 0


def test_many_at_once_are_not_one_at_a_time(app: Flask) -> None:
    def tries(_: int) -> bool:
        with app.app_context():
            try:
                attempts.take(GUESS)
            except TooManyAttempts:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tries, range(24))) == 5


def test_no_name_and_nothing_old_is_kept(app: Flask) -> None:
    with app.app_context():
        attempts.take(GUESS)
        longer_ago(days=2)
        attempts.take(Try("guess", "sam", 5, QUARTER))
        with reading() as unit:
            assert unit.session.scalar(select(func.count()).select_from(Attempts)) == 1
            assert "sam" not in str(unit.session.execute(select(Attempts.whom)).scalar_one())
