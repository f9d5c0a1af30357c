"""The import contract, and the libraries that only one file may know."""

import pytest
from importlinter.cli import lint_imports

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


def test_the_import_contract_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sources.ROOT)
    broken = lint_imports(no_cache=True, no_logo=True)
    assert not broken, capsys.readouterr().out


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
