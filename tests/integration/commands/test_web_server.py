"""Gunicorn as docs/install.md starts it: where it listens, and what its lines look like."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from escalation.config import Settings
from tests.support import sources
from tests.support.settings import environment

pytestmark = pytest.mark.processes


@pytest.mark.timeout(90)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_gunicorn_listens_on_loopback_only_and_logs_as_we_do(settings: Settings, tmp_path: Path) -> None:
    said = tmp_path / "said"
    env = {**os.environ, **environment(settings), "PORT": "1", "PYTHONPATH": str(sources.ROOT)}
    # Its own configuration file, but for the port: 8000 may be somebody's demo.
    gunicorn = [str(Path(sys.executable).parent / "gunicorn"), "--bind=127.0.0.1:0", "wsgi:app"]
    with said.open("wb") as stream:
        server = subprocess.Popen(gunicorn, cwd=sources.ROOT, env=env, stdout=stream, stderr=stream)
        try:
            ended = time.monotonic() + 60
            while said.read_text().count("Booting worker") < 2:
                assert time.monotonic() < ended, said.read_text()
                time.sleep(0.1)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)
    lines = [json.loads(line) for line in said.read_text().splitlines()]
    assert {"gunicorn.error"} <= {line.get("logger") for line in lines}
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    assert any("database" in line for line in lines if line["event"] == "the service is served")
    assert any(line["event"].startswith("Listening at: http://127.0.0.1:") for line in lines)


def test_without_an_option_it_would_listen_on_loopback_too() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "gunicorn"), "--print-config", "wsgi:app"],
        cwd=sources.ROOT,
        env={**os.environ, "PORT": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    settings = dict(line.split("=", 1) for line in checked.stdout.splitlines() if "=" in line)
    shown = {name.strip(): value.strip() for name, value in settings.items()}
    assert shown["bind"] == "['127.0.0.1:8000']"
    assert shown["control_socket_disable"] == "True"
