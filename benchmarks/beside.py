"""The peers beside which the service is measured: their scripts, run by their own Python, on this server.

Their environment is `build/peers`, made by `make peers` from pinned versions with hashes. Where it is not
there, the lines about peers are left out and say so.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import machine
from benchmarks.results import ROUNDS, Line

_ROOT = Path(__file__).parent.parent
_PYTHON = _ROOT / "build" / "peers" / "bin" / "python"
HELPDESK, VIEWFLOW, FSM, SCHEDULER = (
    "helpdesk",
    "viewflow_timers",
    "fsm",
    "scheduler",
)
NAMES = {
    HELPDESK: "django-helpdesk, escalate_tickets",
    VIEWFLOW: "viewflow, timers",
    FSM: "django-fsm-2, a transaction a case",
    SCHEDULER: "APScheduler, one job a case in a PostgreSQL store",
}
"""Each peer's script, and what it sweeps with."""
MISSING = Line("peers: not installed, run `make peers`", "-")


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer does: its versions, and cases swept and moves made a second (0: it has no such thing)."""

    versions: dict[str, str]
    sweep: float
    move: float


def installed() -> bool:
    """Whether the peers' environment is there."""
    return _PYTHON.exists()


def peer(server: machine.Server, name: str, quick: bool) -> Peer:
    """What one peer does, by its script: medians of its rounds. Each is run once, whoever asks."""
    if name not in _run:
        _run[name] = _by_script(server, name, quick)
    return _run[name]


_run: dict[str, Peer] = {}


def _by_script(server: machine.Server, name: str, quick: bool) -> Peer:
    server.create(f"peer_{name}")
    size = ("1000", "40", "20", "2") if quick else ("100000", "1000", "300", str(ROUNDS))
    done = subprocess.run(
        [
            *(str(_PYTHON), "-m", f"benchmarks.peers.{name}"),
            *("--socket", str(server.socket), "--database", f"peer_{name}"),
            *(word for pair in zip(_SIZES, size, strict=True) for word in pair),
        ],
        cwd=_ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr}")
    server.drop(f"peer_{name}")
    found = json.loads(done.stdout.splitlines()[-1])
    return Peer(found["versions"], *(median(found[kind] or [0.0]) for kind in ("sweep", "move")))


_SIZES = ("--open-cases", "--due", "--moves", "--rounds")


def versions() -> dict[str, str]:
    """The versions of the peers that were run, by package."""
    return {package: number for one in _run.values() for package, number in sorted(one.versions.items())}
