"""One mistake on trial: a forked process imports the spoilt module and runs the unit tests until one fails."""

import importlib
import importlib.abc
import importlib.util
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from tests.faults.mutants.mistakes import with_mistake

for _library in ("flask_sqlalchemy", "hypothesis", "transitions"):
    # Before the fork, once for all trials.
    importlib.import_module(_library)

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "tests" / "unit" / "workflows"
_FIRST = (
    "test_story*.py",
    "test_scenarios.py",
    "test_rehearsals.py",
    "test_loader.py",
    "test_broken_files.py",
)
"""Those that find most."""
_QUIETLY = ("-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--assert=plain", "--timeout=0")
"""One test that takes long on a busy machine has noticed nothing either."""
_SLOW = frozenset({"test_any_protocol.py", "test_properties.py"})
PATIENCE = 180
"""Seconds of computing after which a trial is ended: a mistake that makes the tests run for ever is noticed as
well. What a busy machine gives to others does not count, or every mistake on it would seem to be noticed."""
_ASLEEP = 20 * PATIENCE
"""Seconds after which one is ended that does not compute either."""


class _Spoilt(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports one module of `workflows` with a mistake in it."""

    def __init__(self, file: Path, number: int) -> None:
        self._file, self._source = file, with_mistake(file.read_text(), number)
        self._name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Only the module that is spoilt is found here."""
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(
            name,
            self._file,
            loader=self,
            submodule_search_locations=[str(self._file.parent)] if self._file.name == "__init__.py" else None,
        )

    def get_source(self, name: str) -> str:
        """The module, spoilt."""
        return self._source


def noticed(file: Path | None = None, number: int = 0) -> bool:
    """Whether a test fails when this mistake is made (without a file none is, as a control). Each round of tests
    forks: nothing of it is left in this process, or for the next round."""
    return any(_fails(file, number, where) for where in _rounds(file))


def _fails(file: Path | None, number: int, where: list[str]) -> bool:
    child = os.fork()
    if child == 0:
        _try(file, number, where)
    until = time.monotonic() + _ASLEEP
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _try(file: Path | None, number: int, where: list[str]) -> None:
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        if file is not None:
            sys.meta_path.insert(0, _Spoilt(file, number))
        status = pytest.main([*_QUIETLY, *where])
    finally:
        # Whatever went wrong with the mistake in it, it was noticed.
        os._exit(int(status))


def _rounds(file: Path | None) -> Iterator[list[str]]:
    """Which tests run, the likeliest to notice first: those that name the module, those that find most, all."""
    if file is not None:
        naming = [test for test in sorted(TESTS.glob("test_*.py")) if _names(test, file)]
        found = {test for pattern in _FIRST for test in TESTS.glob(pattern)}
        for tests in (naming, sorted(found)):
            where = [str(test) for test in tests if test.name not in _SLOW]
            if where:
                yield where
    yield [str(TESTS)]


def _names(test: Path, module: Path) -> bool:
    words = rf"^(from|import) .*\b({module.stem}|workflows\.{module.parent.name})\b"
    return re.search(words, test.read_text(encoding="utf-8"), re.MULTILINE) is not None
