"""Starting the demo: a mail catcher here, web and scheduler as processes of their own, all on loopback.

What the demo holds is opened first (`opened`): its folder, under a lock that the processes it starts hold
too, and its port. Whoever comes second is told so before anything is changed.
"""

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from escalation import key_sources
from escalation.demo import catcher
from escalation.errors import ConfigurationError
from escalation.security import seal_keys

PORT = 8000
_LOCK = "running"
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a kill, and a window that is closed: each ends the demo and what it started."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The demo's folder, locked; its port, listening; and the port of its mail catcher."""

    instance: Path
    lock: IO[str]
    listening: socket.socket
    mail_port: int

    @property
    def address(self) -> str:
        """Where the demo is, as a browser writes it."""
        return f"http://localhost:{self.listening.getsockname()[1]}"


def settings_of(instance: Path, opened: Opened | None = None) -> dict[str, str]:
    """The demo's environment: its secrets are made once and kept in its own folder."""
    instance.mkdir(parents=True, exist_ok=True)
    settings = {
        "ESCALATION_DEMO": "1",
        "ESCALATION_INSTANCE": str(instance),
        "ESCALATION_SECRET_KEY": _secret(instance / "secret-key"),
        "ESCALATION_PASSWORD_SALT": _secret(instance / "password-salt"),
        "ESCALATION_SEAL_KEY": _key_file(instance / "seal-key.pem", seal_keys.make),
        "ESCALATION_KEY_FILE": _key_file(instance / "keys", key_sources.add_to),
        "ESCALATION_INDEX_KEY_FILE": _key_file(instance / "index-keys", key_sources.add_to),
    }
    if opened:
        settings["ESCALATION_PUBLIC_BASE_URL"] = opened.address
        settings["ESCALATION_SMTP_PORT"] = str(opened.mail_port)
    return settings


def _secret(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


def _key_file(file: Path, make: Callable[[Path], object]) -> str:
    if not file.exists():
        make(file)
    return str(file)


@contextmanager
def opened(instance: Path, port: int) -> Iterator[Opened]:
    """Holds the folder and the port and catches mails until the block ends.

    Raises ConfigurationError when the demo runs already, or the port is another program's.
    """
    with locked(instance) as lock, _listening(port) as listening:
        post = catcher.catch(instance / "mail", 0)
        try:
            yield Opened(instance, lock, listening, post.port)
        finally:
            post.stop()


@contextmanager
def locked(instance: Path) -> Iterator[IO[str]]:
    """Holds the demo's folder. The system lets it go when the last process that holds it has ended.

    Raises ConfigurationError when a running demo holds it.
    """
    instance.mkdir(parents=True, exist_ok=True)
    file = instance / _LOCK
    with file.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise ConfigurationError(
                f"the demo is running (process {lock.read().strip() or 'unknown'}): "
                "stop it first, with Ctrl-C where it was started"
            ) from error
        if not _is_still_there(lock, file):
            raise ConfigurationError("the demo is being emptied: try again")
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield lock


def _is_still_there(lock: IO[str], file: Path) -> bool:
    """False when the file was deleted between opening and locking it: then it locks nothing."""
    return file.exists() and os.fstat(lock.fileno()).st_ino == file.stat().st_ino


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise ConfigurationError(
            f"port {port} cannot be used ({error.strerror or error}): choose another one, "
            f"`make run PORT={PORT + 1}` or `escalation demo run --port {PORT + 1}`"
        ) from error


def run(opened: Opened, environment: Mapping[str, str]) -> int:
    """Runs the demo until it is stopped. Gives the exit code."""
    children = [_start(command, opened, environment) for command in (_web(opened), _scheduler())]
    try:
        return _wait(children)
    finally:
        for child in children:
            _stop(child)


def _web(opened: Opened) -> list[str]:
    return [
        str(Path(sys.executable).parent / "gunicorn"),
        f"--bind=fd://{opened.listening.fileno()}",
        "--workers=1",
        "--threads=8",
        "--no-control-socket",
        "--log-level=warning",
        "--logger-class=escalation.server_log.ServerLog",
        "wsgi:app",
    ]


def _scheduler() -> list[str]:
    return [sys.executable, "-m", "escalation.cli", "jobs", "run"]


def _start(command: list[str], opened: Opened, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        command,
        env={**os.environ, **environment},
        # A group of its own: Ctrl-C reaches only the parent, which stops its children in order.
        start_new_session=True,
        # They hold the folder too: should the parent be killed, nobody deletes it under them.
        pass_fds=(opened.lock.fileno(), opened.listening.fileno()),
    )


def _wait(children: list[subprocess.Popen[bytes]]) -> int:
    for ending in _ENDINGS:
        signal.signal(ending, signal.default_int_handler)
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
    except KeyboardInterrupt:
        return 0
    return next(child.returncode for child in children if child.poll() is not None) or 1


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
