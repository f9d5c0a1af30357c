"""What many tests begin with is written through the services once, and put there as it was for the next test."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import current_app
from sqlalchemy import exists, select

from escalation.config import Settings
from escalation.extensions import db
from escalation.models import Account, Partnership
from escalation.services import moving_clock
from escalation.services.unit import reading
from tests.support import kept_rows

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Told:
    rows: kept_rows.Kept
    until: datetime
    result: Any


_told: dict[tuple[object, ...], _Told] = {}


def told_once(story: Callable[P, T]) -> Callable[P, T]:
    """Tells a story once in each process for each kind of database; after that its rows are put there as they
    were, the clock stands at its end, and the same is given back.

    It is told in a new database, with values that can be looked up, and owes nobody a link: where the service
    is reached is another address in each test.
    """

    @wraps(story)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        which = (story.__module__, story.__qualname__, args, *sorted(kwargs.items()), *_written_with())
        if which in _told:
            kept_rows.put(_told[which].rows, _told[which].until)
        else:
            moving_clock.make_movable()
            _told[which] = _kept(story(*args, **kwargs))
        result: T = _told[which].result
        return result

    return told


def is_new() -> bool:
    """True in a database in which nobody has written, and whose time is everybody's."""
    with reading() as unit:
        written = select(exists().select_from(Partnership), exists().select_from(Account))
        return unit.now == unit.real_now and not any(unit.connection.execute(written).one())


def _kept(result: object) -> _Told:
    with reading() as unit:
        return _Told(kept_rows.keep(), unit.now, result)


def _written_with() -> tuple[object, ...]:
    """What the rows depend on: how a kind of database stores them, and what they are sealed and named with."""
    settings: Settings = current_app.config["ESCALATION"]
    keys = (settings.keys, settings.key_file, settings.key_hook, settings.index_keys)
    return db.engine.dialect.name, *keys, settings.password_salt, settings.mail_domain
