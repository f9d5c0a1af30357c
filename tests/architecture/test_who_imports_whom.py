"""The import contract, and the libraries that only one file may know."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import sources

ONLY_IN = {
    ("transitions", "workflows"): {"workflows/machine.py"},
    ("transitions", "escalation"): set(),
    ("holidays", "workflows"): {"workflows/calendar.py"},
    ("marshmallow", "workflows"): {"workflows/loader.py", "workflows/scenario.py", "workflows/schema.py"},
    ("flask_mail", "notifications"): {"notifications/mailer.py"},
    ("apscheduler", "escalation"): {"escalation/jobs/scheduler.py"},
}
"""Library and package: the files there that may import it."""


def test_the_import_contract_is_kept() -> None:
    # In a process of its own: it sets up the logging of the process that it runs in, and silences loggers.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=sources.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("library", "package"), ONLY_IN)
def test_only_one_file_knows(library: str, package: str) -> None:
    assert _importers(library, package) == ONLY_IN[library, package]


def test_the_house_has_no_package_that_imports_at_its_door() -> None:
    """`escalation/__init__.py` imports nothing; the factory is in `escalation.app`."""
    assert sources.imports(sources.ROOT / "escalation" / "__init__.py") == set()


def _importers(library: str, package: str) -> set[str]:
    return {
        sources.name(path)
        for path in sources.modules(package)
        if any(name.split(".")[0] == library for name in sources.imports(path))
    }
