"""Nothing reads the machine's clock: `now` comes from the database and is passed down."""

import ast
from pathlib import Path

import pytest

from tests.support import sources

CLOCKS = {
    f"{owner}.{reader}"
    for owner, readers in {
        "datetime.datetime": ("now", "utcnow", "today"),
        "datetime.date": ("today",),
        "time": ("time", "time_ns", "localtime", "gmtime", "strftime", "ctime"),
        "sqlalchemy.func": ("now", "current_timestamp", "current_date", "localtimestamp"),
    }.items()
    for reader in readers
}

EXCEPTIONS = {
    "escalation/services/clocks_apart.py": "compares it with the database's, and decides nothing by it",
    "escalation/jobs/scheduler.py": "APScheduler sleeps by it; what is due is the database's word",
}
"""File: why it may."""


def test_only_those_named_read_a_clock() -> None:
    readers = {sources.name(path) for path in sources.modules(*sources.PACKAGES) if clocks_in(path)}
    assert readers == set(EXCEPTIONS), (
        "a new reader takes `now` from its caller; an exception unused is removed"
    )


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\nat = datetime.now()",
        "from datetime import datetime as when\nat = when.utcnow()",
        "import datetime\nat = datetime.datetime.now(datetime.UTC)",
        "import datetime as dt\nat = dt.date.today()",
        "from time import time\nat = time()",
        "import time as t\nat = t.time_ns()",
        "from datetime import datetime\nfield(default_factory=datetime.now)",
        "from sqlalchemy import func\nselect(func.now())",
    ],
)
def test_each_way_to_read_a_clock_is_seen(code: str, tmp_path: Path) -> None:
    module = tmp_path / "reader.py"
    module.write_text(code)
    assert clocks_in(module)


def test_a_now_that_was_passed_down_is_no_clock(tmp_path: Path) -> None:
    module = tmp_path / "service.py"
    module.write_text(
        "from time import monotonic\nfrom escalation import clock\nnow = unit.now\nclock.read(c)\n"
    )
    assert clocks_in(module) == []


def clocks_in(path: Path) -> list[str]:
    """Where a module reads a clock, or hands one on."""
    return [f"{name} in line {line}" for name, line in sources.mentions(path) if name in CLOCKS]


def test_the_database_is_asked_in_one_place_only() -> None:
    """SQL in a string can read a clock too."""
    asking = {
        sources.name(path)
        for path in sources.modules(*sources.PACKAGES)
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _asks_the_time(node.value)
    }
    assert asking == {"escalation/clock.py"}


def _asks_the_time(text: str) -> bool:
    words = ("clock_timestamp(", "now()", "'now'", "current_timestamp", "statement_timestamp(")
    return any(word in text.lower() for word in words)
