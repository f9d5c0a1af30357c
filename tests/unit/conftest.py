"""A unit test reaches no database and no network: whoever tries is told so."""

import socket
import sqlite3
from typing import Any, NoReturn

import psycopg
import pytest

_DOORS = (
    (socket.socket, "connect"),
    (socket.socket, "connect_ex"),
    (socket.socket, "sendto"),
    (socket, "getaddrinfo"),
    (sqlite3, "connect"),
    (sqlite3.dbapi2, "connect"),
    (psycopg, "connect"),
    (psycopg.Connection, "connect"),
    (psycopg.AsyncConnection, "connect"),
)


class OutsideUnitTest(BaseException):
    """A unit test went outside. Not an Exception, so that no code under test can swallow it."""


@pytest.fixture(autouse=True)
def nothing_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shuts the doors to databases and the network for the time of each unit test."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise OutsideUnitTest(
            "a unit test reached for a database or the network: move it to tests/integration"
        )

    for place, name in _DOORS:
        monkeypatch.setattr(place, name, refuse)
