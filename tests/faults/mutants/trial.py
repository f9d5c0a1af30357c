"""One mistake on trial: a forked process imports the spoilt module and runs the unit tests until one fails."""

import importlib
import importlib.abc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from tests.faults.mutants.mistakes import with_mistake

for _library in ("flask_sqlalchemy", "hypothesis", "transitions"):
    # Before the fork, once for all trials.
    importlib.import_module(_library)

ROOT = Path(__file__).parents[3]
TESTS = (
    *("test_story.py", "test_scenarios.py", "test_calendar_and_deadlines.py", "test_story_of_more_time.py"),
    *("test_loader.py", "test_commands.py", "test_story_of_times.py", "test_story_of_gates_and_forums.py"),
    *("test_story_of_settling.py", "test_story_of_the_board.py", "test_rehearsals.py", "test_layers.py"),
    *("test_text_of_a_procedure.py", "test_drawing_of_the_ways.py", "test_terms_and_part_days.py"),
    *("test_what_a_file_must_say.py", "test_answers_to_forms.py", "test_opening_hours.py"),
    *("test_moved_to_another_version.py", "test_notices.py", "test_two_files_side_by_side.py"),
    *("test_lint_of_times.py", "test_several_challenged_agencies.py", "test_opting_out.py", ""),
)
"""Those that find most, and are quick, come first; at the end all of them."""
PATIENCE = 180.0
"""Seconds after which a trial is ended: a mistake that makes the tests run for ever is noticed as well."""


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
    """Whether a test fails when this mistake is made (without a file none is, as a control). Forks: nothing
    of it is left in this process."""
    child = os.fork()
    if child == 0:
        _try(file, number)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _try(file: Path | None, number: int) -> None:
    status = 1
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        if file is not None:
            sys.meta_path.insert(0, _Spoilt(file, number))
        where = [str(ROOT / "tests/unit/workflows" / name) for name in TESTS]
        status = pytest.main(["-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--assert=plain", *where])
    finally:
        # Whatever went wrong with the mistake in it, it was noticed.
        os._exit(int(status))
