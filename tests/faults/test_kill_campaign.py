"""The crash campaign in small: a few kills on each database, a fault that is caught, and every failpoint met.

The whole of it is `make faults` and `make faults-seeded`.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes


def _campaign(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    # In a process of its own: it forks many times, which a process of the tests with its threads must not.
    command = [sys.executable, "-m", "tests.faults.campaign", "--folder", str(folder / "campaign"), *words]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL, which does not run as root, may enter; the name of its socket stays short."""
    with tempfile.TemporaryDirectory(prefix="kills-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("words", [("--sqlite",), ()], ids=["sqlite", "postgresql"])
def test_a_few_kills_lose_nothing(folder: Path, words: tuple[str, ...]) -> None:
    done = _campaign(folder, "--kills", "12", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every bar is met" in done.stdout


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("words", "check"),
    [
        (("--sqlite", "--fault", "marked_before_sent"), "marked_and_never_taken"),
        (("--fault", "committed_before_the_outbox"), "chain"),
    ],
    ids=["sqlite", "postgresql"],
)
def test_a_seeded_fault_is_caught(folder: Path, words: tuple[str, ...], check: str) -> None:
    done = _campaign(folder, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"caught by {check}" in done.stdout
    assert "WITHOUT IT" not in done.stdout


@pytest.mark.timeout(180)
def test_a_story_comes_by_every_failpoint(folder: Path) -> None:
    done = _campaign(folder, "--census")
    assert done.returncode == 0, f"a step of the write path has another name now:\n{done.stdout}{done.stderr}"
