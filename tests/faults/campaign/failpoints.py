"""Named failpoints: before and after each statement of the write path and each step of the post room.

Nothing of this stands in the service. A process of the campaign listens to its own engine (SQLAlchemy's
events) and wraps its own mail client; when it comes to the failpoint it is armed with, it kills itself.
"""

import os
import re
import signal
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from escalation.extensions import db
from escalation.services import delivery

PEOPLE, CLOCK, POST = "people", "clock", "post"
_WRITTEN = (
    "INSERT event",
    "INSERT statement",
    "INSERT stage_entry",
    "UPDATE stage_entry",
    "INSERT deadline",
    "UPDATE deadline",
    "UPDATE case",
    "INSERT outbox",
)
_BY_PEOPLE = ("INSERT submission", "INSERT case", "INSERT participation", "INSERT proposal")
_POSTED = ("claim", "lease", "compose", "connect", "MAIL", "RCPT", "DATA", "mark")


def _around(*steps: str) -> tuple[str, ...]:
    return tuple(f"{when} {step}" for step in steps for when in ("before", "after"))


OF_KIND: dict[str, tuple[str, ...]] = {
    PEOPLE: _around(*_BY_PEOPLE, *(s for s in _WRITTEN if s != "UPDATE stage_entry"), "COMMIT"),
    CLOCK: _around("lock", *(s for s in _WRITTEN if s != "INSERT statement"), "COMMIT"),
    # Before the mark's commit is where one is after the mark: no statement lies between.
    POST: (*_around(*_POSTED), "after COMMIT mark"),
}
"""The failpoints that a process of each kind comes to."""
GAP = frozenset({"after DATA", "before mark", "after mark"})
"""Between the server's 250 and the mark: whoever dies here has sent a mail that will be sent again."""
OFTEN = frozenset(_around("compose", "MAIL", "RCPT", "DATA", "mark", "COMMIT mark"))
"""Those that a process of the post room comes by with every mail."""
SELDOM = frozenset(_around("INSERT proposal"))
ALL = tuple(dict.fromkeys(name for names in OF_KIND.values() for name in names))

_READS = frozenset({"claim", "lock"})
_WRITE = re.compile(r'(?<!FOR )(?<!DO )\b(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?')


def named(statement: str) -> tuple[str, ...]:
    """The steps that a statement takes: one, or several when it writes into several tables at once; none for
    a statement that has no name here (most reads)."""
    steps = [_step(verb.split()[0], table, statement) for verb, table in _WRITE.findall(statement)]
    if not steps and "FOR UPDATE" in statement:
        return ("claim",) if "outbox" in statement else ("lock",)
    return tuple(dict.fromkeys(steps))


def _step(verb: str, table: str, statement: str) -> str:
    if (verb, table) != ("UPDATE", "outbox"):
        return f"{verb} {table}"
    changes = statement.partition("WHERE")[0]
    if "lease_token" in changes:
        return "lease"
    return "mark" if "message_id" in changes else "put off"


@dataclass(slots=True)
class Armed:
    """The failpoint a process is armed with: it dies when it comes by for the `passes`-th time."""

    name: str | None
    passes: int = 1
    noted: Path | None = None
    """Where the names of the failpoints that it comes by are noted, if anybody asks."""

    def come(self, name: str) -> None:
        """The process comes by a failpoint. It may not come any further."""
        if self.noted is not None:
            with self.noted.open("a") as file:
                file.write(f"{name}\n")
        if name == self.name:
            self.passes -= 1
            if self.passes <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with failpoints before and after it."""

        def between(*args: Any, **kwargs: Any) -> Any:
            self.come(f"before {step}")
            result = function(*args, **kwargs)
            self.come(f"after {step}")
            return result

        return between


def watch(engine: Engine, armed: Armed) -> None:
    """Sets the failpoints in this process: around its statements, its commits and its mails."""
    last_written = [""]

    def before(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        for name in named(statement):
            last_written[0] = name if name not in _READS else last_written[0]
            armed.come(f"before {name}")

    def after(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        for name in named(statement):
            armed.come(f"after {name}")

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    commit = engine.dialect.do_commit

    def committing(connection: Any) -> None:
        name = last_written[0]
        step = "COMMIT mark" if name == "mark" else "COMMIT" if name != "lease" else "COMMIT lease"
        last_written[0] = ""
        if not name:
            commit(connection)
            return
        armed.around(step, commit)(connection)

    dialect: Any = engine.dialect
    dialect.do_commit = committing
    _watch_the_post_room(armed)


def pause_before(step: str, until: float) -> None:
    """Lets this process wait before a step until an instant of the machine's clock, once."""
    waited: list[bool] = []

    def waits(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        if step in named(statement) and not waited:
            waited.append(True)
            time.sleep(max(0.0, until - time.monotonic()))

    event.listen(db.engine, "before_cursor_execute", waits)


def _watch_the_post_room(armed: Armed) -> None:
    delivery.compose = armed.around("compose", delivery.compose)  # type: ignore[attr-defined]
    client: Any = smtplib.SMTP
    for step, method in (("connect", "connect"), ("MAIL", "mail"), ("RCPT", "rcpt"), ("DATA", "data")):
        setattr(client, method, armed.around(step, getattr(client, method)))
