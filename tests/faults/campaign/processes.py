"""The processes of a campaign: forked from a warm parent, or the real command, started cold."""

import ctypes
import gc
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults.campaign import roles
from tests.faults.campaign.failpoints import Armed
from tests.support.settings import environment

COLD = "cold"
_DIE_WITH_PARENT = 1


@dataclass(slots=True)
class Process:
    """A process that runs. `by` says who ends it: a failpoint, or random once the campaign has killed it."""

    pid: int
    name: str
    kind: str
    slot: str
    failpoint: str | None
    born: float
    by: str = ""


def fork(kind: str, name: str, station: roles.Station) -> Process:
    """A new process of this kind, a copy of this one. It dies with its parent."""
    seed = random.random()
    pid = os.fork()
    if pid == 0:
        _begin(station.folder, seed)
        roles.live(kind, station)
    return Process(pid, name, kind, station.slot, station.armed.name, time.monotonic())


def doing(act: Callable[[roles.Station], object], station: roles.Station) -> int:
    """A process that does one thing, as a service with the station's fault, and ends. Gives its number."""
    pid = os.fork()
    if pid == 0:
        _begin(station.folder, 1.0)
        roles.live_for(act, station)
    return pid


def cold(name: str, station: roles.Station) -> Process:
    """`escalation jobs run`, as an operator starts it."""
    command = str(Path(sys.executable).with_name("escalation"))
    settings = replace(station.settings, tick_seconds=0.2, log_level="ERROR")
    words = {**os.environ, **environment(settings)}
    pid = os.fork()
    if pid == 0:
        _begin(station.folder, 0.0)
        os.execve(command, [command, "jobs", "run"], words)
    return Process(pid, name, COLD, COLD, None, time.monotonic())


def _begin(folder: Path, seed: float) -> None:
    gc.disable()
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    random.seed(seed)


def ended() -> tuple[int, int] | None:
    """A child that has ended, and its status; None when none has."""
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None


def kill(process: Process) -> None:
    """Kills it now, wherever it is."""
    process.by = "random"
    os.kill(process.pid, signal.SIGKILL)


def armed(names: tuple[str, ...], hits: dict[str, int], passes: Callable[[str], int]) -> Armed:
    """A failpoint of these that was hit least so far, to die at on a random pass."""
    if not names:
        return Armed(None)
    least = min(hits.get(name, 0) for name in names)
    name = random.choice([n for n in names if hits.get(n, 0) <= least + 1])
    return Armed(name, random.randint(1, passes(name)))
