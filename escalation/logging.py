"""Logs: one line an event, with codes and counts; never a body, a name or an address.

Our own events and those of libraries (Flask, Werkzeug, APScheduler, SQLAlchemy, Alembic) go through one
pipeline, so that whoever collects the lines reads one form and nothing passes beside the redaction.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

FROM: Mapping[str, int] = {
    "": logging.WARNING,  # wake-ups, mail dialogues, rows: too much, and what people wrote
    "werkzeug": logging.WARNING,  # it would give itself INFO: a line a request, with the visitor's address
    "alembic": logging.DEBUG,  # which migration runs is worth knowing
}
"""Libraries by the name of their logger ("" for all others): the least that they may log, however low the
level is set."""

_HANDLER = "escalation"
_REDACTED = (
    (re.compile(r"[^\s@<>\"'(]+@[^\s@<>\"',;)]+\.[\w-]+"), "[address]"),
    (re.compile(r"(/password/reset/)[^\s\"'?]+"), r"\1[token]"),
    # PostgreSQL repeats the row or the key that it refused.
    (re.compile(r"DETAIL:[^\n]*"), "DETAIL: [left out]"),
)


def configure(level: str, *, for_people: bool) -> None:
    """JSON lines on standard error, or readable ones for the demo. Called again, it replaces what it set."""
    number = logging.getLevelNamesMapping()[level]
    render = _renderer(for_people)
    structlog.configure(
        processors=[*_PIPELINE, render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _take_in_libraries(number, render)


def redact(_: Any, __: str, event: EventDict) -> EventDict:
    """Takes e-mail addresses, one-time links and the values in database errors out of every text."""
    return {name: _redacted(value) for name, value in event.items()}


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, instead in _REDACTED:
            value = pattern.sub(instead, value)
    return value


def _renderer(for_people: bool) -> Processor:
    if for_people:
        return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer()


def _take_in_libraries(level: int, render: Processor) -> None:
    """One handler at the root of the standard library's loggers, and no other of ours."""
    handler = logging.StreamHandler(sys.stderr)
    handler.set_name(_HANDLER)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_PIPELINE],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    for earlier in [known for known in root.handlers if known.get_name() == _HANDLER]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    for name, least in FROM.items():
        logging.getLogger(name).setLevel(max(level, least))


_PIPELINE: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    # Tracebacks without local variables: those may hold what people wrote.
    structlog.processors.format_exc_info,
    redact,
)
