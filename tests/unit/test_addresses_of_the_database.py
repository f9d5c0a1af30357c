"""What the driver is told of a database: how long it waits for a machine that vanished, what a pooler needs."""

from typing import Any

from escalation import engine

NODES = "postgresql+psycopg://escalation@/escalation?host=a:5432&host=b:5432&target_session_attrs=read-write"


def told(url: str, **others: bool) -> dict[str, Any]:
    return dict(engine.options(url, **others)["connect_args"])


def test_nobody_waits_half_a_minute_for_a_machine_that_vanished() -> None:
    patience = told(NODES)
    silence = patience["keepalives_idle"] + patience["keepalives_interval"] * patience["keepalives_count"]
    assert silence < 30
    assert patience["tcp_user_timeout"] < 30_000
    assert patience["connect_timeout"] == 5


def test_the_operator_may_say_otherwise_in_the_address() -> None:
    assert "connect_timeout" not in told(f"{NODES}&connect_timeout=2")
    assert "keepalives_idle" in told(f"{NODES}&connect_timeout=2")


def test_behind_a_pooler_nothing_is_prepared() -> None:
    assert told(NODES, pooled=True)["prepare_threshold"] is None
    assert "prepare_threshold" not in told(NODES)


def test_sqlite_is_told_of_no_network() -> None:
    assert told("sqlite:///escalation.db") == {"check_same_thread": False}
