"""Counts the tests that ran on each database, and says so at the end of the run."""

from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest

_tests: pytest.StashKey[Counter[str]] = pytest.StashKey()
_DATABASE = "database"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_tests] = Counter()
    config.pluginmanager.register(_Counting(config.stash[_tests]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Writes on the report which database the test used: reports travel from workers, items do not."""
    report = yield
    spec = getattr(item, "callspec", None)
    kind = spec and spec.params.get("database_kind")
    if kind:
        report.user_properties.append((_DATABASE, kind))
    return report


class _Counting:
    def __init__(self, tests: Counter[str]) -> None:
        self._tests = tests

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.outcome != "skipped":
            self._tests[
                next((str(kind) for key, kind in report.user_properties if key == _DATABASE), "none")
            ] += 1


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    tests = config.stash[_tests]
    terminalreporter.write_line(
        f"tests on SQLite: {tests['sqlite']}, on PostgreSQL: {tests['postgresql']}, "
        f"without a database: {tests['none']}"
    )
