"""What libraries log comes out as our own events do: one form, one redaction, each line once."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from escalation import logging as logs
from escalation.config import Settings
from escalation.errors import ConfigurationError
from tests.support.settings import environment, settings_for

LIBRARIES = (
    "flask.app",
    "escalation",
    "apscheduler.executors.default",
    "sqlalchemy.pool",
    "werkzeug",
    "alembic",
)


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Gives what was written to standard error so far. Afterwards the loggers are as they were."""
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in logs.FROM}
    before, ours = list(root.handlers), structlog.get_config()
    yield lambda: capsys.readouterr().err
    root.handlers[:] = before
    structlog.configure(**ours)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_s_line_has_the_form_of_ours(written: Callable[[], str], library: str) -> None:
    logs.configure("INFO", for_people=False)
    structlog.get_logger().warning("a job failed")
    logging.getLogger(library).warning("%s of %s", 1, 2)
    ours, theirs = lines(written())
    assert theirs.keys() - ours.keys() == {"logger"}
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("1 of 2", "warning", library)


def test_in_the_demo_both_are_lines_for_people(written: Callable[[], str]) -> None:
    logs.configure("INFO", for_people=True)
    structlog.get_logger().info("a job ran")
    logging.getLogger("alembic").info("Running upgrade")
    ours, theirs = written().splitlines()
    assert "[info" in ours
    assert "[info" in theirs
    assert "Running upgrade" in theirs


def test_a_line_is_written_once_however_often_the_service_is_made(written: Callable[[], str]) -> None:
    for _ in range(3):
        logs.configure("INFO", for_people=False)
    logging.getLogger("alembic").info("Running upgrade")
    assert [line["event"] for line in lines(written())] == ["Running upgrade"]


def test_a_handler_of_somebody_else_is_left_alone(written: Callable[[], str]) -> None:
    other = logging.NullHandler()
    logging.getLogger().addHandler(other)
    logs.configure("INFO", for_people=False)
    logs.configure("INFO", for_people=False)
    assert other in logging.getLogger().handlers


SECRETS = (
    "a mail to amara.lewis@nhs.example was refused",
    "GET /password/reset/WyIxIl0.aBcD?next=/work",
    "duplicate key\nDETAIL:  Key (email)=(amara.lewis) already exists.",
)


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("whose", ["ours", "theirs"])
@pytest.mark.parametrize("how", ["text", "argument", "exception"])
def test_what_must_not_be_read_is_taken_out_of_both(
    written: Callable[[], str], text: str, whose: str, how: str
) -> None:
    logs.configure("INFO", for_people=False)
    log: Any = structlog.get_logger() if whose == "ours" else logging.getLogger("flask.app")
    try:
        raise ValueError(text)
    except ValueError:
        if how == "exception":
            log.exception("it failed")
        elif how == "text":
            log.warning(text)
        elif whose == "ours":
            log.warning("it failed", why=text)
        else:
            log.warning("it failed: %s", text)
    said = written()
    assert "it failed" in said or how == "text"
    assert "amara" not in said
    assert "aBcD" not in said


def test_a_traceback_of_a_library_holds_no_local_variables(written: Callable[[], str]) -> None:
    logs.configure("INFO", for_people=False)

    def answered(told: str) -> None:
        raise ZeroDivisionError(len(told))

    try:
        answered("".join(("zebra", "-canary")))
    except ZeroDivisionError:
        logging.getLogger("flask.app").exception("Exception on /raise [POST]")
    (line,) = lines(written())
    assert "ZeroDivisionError: 12" in line["exception"]
    assert "zebra-canary" not in line["exception"]


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_rows_requests_and_wake_ups_are_not_logged_however_low_the_level(
    written: Callable[[], str], level: str
) -> None:
    logs.configure(level, for_people=False)
    for name in (
        "sqlalchemy.engine.Engine",
        "apscheduler.scheduler",
        "werkzeug",
        "transitions.core",
        "mail.log",
    ):
        logging.getLogger(name).info("Row ('what somebody wrote',)")
    assert written() == ""


def test_a_higher_level_holds_for_libraries_too(written: Callable[[], str]) -> None:
    logs.configure("ERROR", for_people=False)
    logging.getLogger("apscheduler").warning("missed")
    logging.getLogger("alembic").warning("missed")
    assert written() == ""


def test_an_unknown_level_is_refused_at_the_start() -> None:
    from escalation.config import from_environment

    settings: Settings = settings_for("sqlite:///x.db", log_level="LOUD")
    with pytest.raises(ConfigurationError, match=r"ESCALATION_LOG_LEVEL is .LOUD.: it is one of DEBUG"):
        from_environment(environment(settings))
