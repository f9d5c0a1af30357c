"""The demo holds its folder and its port: whoever comes second is told so before anything is changed."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from escalation.demo import processes
from escalation.errors import ConfigurationError
from tests.support import sources

pytestmark = pytest.mark.processes


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "escalation.cli", "demo", *words]


def around(folder: Path) -> dict[str, str]:
    """An environment in which a command works in a folder of its own, on our packages."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ESCALATION_")}
    return {**ours, "PYTHONPATH": str(sources.ROOT), "PWD": str(folder)}


def told(folder: Path, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        command(*words),
        cwd=folder,
        env=around(folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    def wait(happened: Callable[[], bool]) -> None:
        ended = time.monotonic() + 60
        while not happened():
            assert time.monotonic() < ended, "it did not happen"
            time.sleep(0.1)

    return wait


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture
def running(
    tmp_path: Path, free_port: int, wait_for: Callable[..., None]
) -> Iterator[subprocess.Popen[bytes]]:
    """A demo in a folder of its own that answers on its port."""
    with (tmp_path / "said").open("wb") as said:
        demo = subprocess.Popen(
            command("run", "--port", str(free_port)),
            cwd=tmp_path,
            env=around(tmp_path),
            stdout=said,
            stderr=said,
        )
        try:
            wait_for(lambda: "Stop: Ctrl-C" in (tmp_path / "said").read_text())
            yield demo
        finally:
            demo.send_signal(signal.SIGINT)
            assert demo.wait(timeout=30) in (0, -signal.SIGKILL)


def answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://localhost:{port}/health", timeout=30) as answer:
        return bool(answer.status == 200)


@pytest.mark.timeout(180)
def test_a_running_demo_is_neither_emptied_nor_started_again(
    running: subprocess.Popen[bytes], tmp_path: Path, free_port: int, wait_for: Callable[..., None]
) -> None:
    assert answers(free_port), "it is where it was told to be"
    said = (tmp_path / "said").read_text()
    assert f"http://localhost:{free_port}/demo/mail" in said
    assert "the clock needs a person" not in said
    kept = tmp_path / "instance" / "escalation.db"
    for words in (("reset",), ("run",)):
        code, out, err = told(tmp_path, *words)
        assert (code, out) == (2, "")
        assert f"the demo is running (process {running.pid}): stop it first" in err
        assert kept.exists()
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=30) == 0
    assert told(tmp_path, "reset")[:2] == (0, "the demo is empty\n")
    assert not kept.exists()


def test_a_port_that_is_taken_is_said_before_anything_else(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, out, err = told(tmp_path, "run", "--port", str(port))
    assert (code, out) == (2, "")
    assert f"port {port} cannot be used" in err
    assert "--port 8001" in err
    assert not (tmp_path / "instance" / "escalation.db").exists()


def test_the_clock_of_a_demo_that_is_not_there_cannot_be_moved(tmp_path: Path) -> None:
    code, _, err = told(tmp_path, "clock")
    assert (code, "there is no demo in this folder" in err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_whoever_was_started_by_the_demo_holds_its_folder_too(tmp_path: Path) -> None:
    with processes.locked(tmp_path) as lock:
        child = subprocess.Popen(["sleep", "60"], pass_fds=(lock.fileno(),))
    try:
        with pytest.raises(ConfigurationError, match="the demo is running"), processes.locked(tmp_path):
            pass
    finally:
        child.kill()
        child.wait()
    with processes.locked(tmp_path):
        pass
