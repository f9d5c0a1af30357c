"""Starting the demo: a mail catcher here, web and scheduler as processes of their own, all on loopback."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from escalation.demo import catcher
from escalation.errors import ConfigurationError

WEB_PORT, MAIL_PORT = 8000, 8025


def settings_of(instance: Path) -> dict[str, str]:
    """The demo's environment: its secrets are made once and kept in its own folder."""
    instance.mkdir(parents=True, exist_ok=True)
    return {
        "ESCALATION_DEMO": "1",
        "ESCALATION_INSTANCE": str(instance),
        "ESCALATION_SECRET_KEY": _secret(instance / "secret-key"),
        "ESCALATION_PASSWORD_SALT": _secret(instance / "password-salt"),
    }


def _secret(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


def run(instance: Path, environment: Mapping[str, str]) -> int:
    """Runs the demo until it is stopped. Gives the exit code.

    Raises ConfigurationError when a port is taken.
    """
    for port in (WEB_PORT, MAIL_PORT):
        _refuse_if_taken(port)
    post = catcher.catch(instance / "mail", MAIL_PORT)
    children = [_start(command, environment) for command in (_web(), _scheduler())]
    try:
        return _wait(children)
    finally:
        for child in children:
            _stop(child)
        post.stop()


def _refuse_if_taken(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise ConfigurationError(f"port {port} is taken: is the demo running already? Stop it first.")


def _web() -> list[str]:
    return [
        str(Path(sys.executable).parent / "gunicorn"),
        f"--bind=127.0.0.1:{WEB_PORT}",
        "--workers=1",
        "--threads=8",
        "--no-control-socket",
        "--log-level=warning",
        "wsgi:app",
    ]


def _scheduler() -> list[str]:
    return [sys.executable, "-m", "escalation.cli", "jobs", "run"]


def _start(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl-C reaches only the parent, which stops its children in order.
    return subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)  # noqa: S603


def _wait(children: list[subprocess.Popen[bytes]]) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
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
