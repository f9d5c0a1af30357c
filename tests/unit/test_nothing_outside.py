"""Unit tests cannot reach a database or the network, whichever way they try."""

import smtplib
import socket
import sqlite3
import urllib.request
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import create_engine

_ADDRESS = "127.0.0.1"

WAYS: dict[str, Callable[[], object]] = {
    "a socket": lambda: socket.create_connection((_ADDRESS, 9)),
    "a datagram": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", (_ADDRESS, 9)),
    "a name": lambda: socket.getaddrinfo("localhost", 80),
    "a mail server": lambda: smtplib.SMTP(_ADDRESS, 9),
    "a web page": lambda: urllib.request.urlopen(f"http://{_ADDRESS}:9/"),
    "a file of SQLite": lambda: sqlite3.connect("unit.db"),
    "SQLite in memory": lambda: create_engine("sqlite://").connect(),
    "PostgreSQL": lambda: psycopg.connect(host=_ADDRESS),
    "PostgreSQL by SQLAlchemy": lambda: create_engine(f"postgresql+psycopg://{_ADDRESS}/x").connect(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_there_is_no_way_out_by(way: str) -> None:
    with pytest.raises(BaseException, match="move it to tests/integration"):
        WAYS[way]()
