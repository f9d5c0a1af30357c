"""One run of the tests: a folder that its processes share, and how one of them does a thing for all.

With xdist the tests run in several worker processes. What is dear to build (a PostgreSQL cluster, a
migrated database) is built by the first worker that needs it, under a lock, and used by the rest.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2 * 2**30
"""Bytes that must be free in memory before it is used."""


@dataclass(frozen=True, slots=True)
class Run:
    """`folder` is readable by every user, since PostgreSQL does not run as root. `pid` is the process
    that everything lives and dies with; `worker` tells the processes of one run apart."""

    folder: Path
    pid: int
    worker: str

    @classmethod
    def begin(cls, pid: int) -> "Run":
        """A new run with a folder of its own."""
        folder = Path(tempfile.mkdtemp(prefix="escalation-tests-", dir=_in_memory()))
        folder.chmod(0o755)
        return cls(folder, pid, "main")

    def tell(self, worker: str) -> tuple[str, int, str]:
        """What a worker process of this run is told, in plain values."""
        return str(self.folder), self.pid, worker

    @classmethod
    def told(cls, told: tuple[str, int, str]) -> "Run":
        """The run as a worker process knows it."""
        folder, pid, worker = told
        return cls(Path(folder), pid, worker)

    def once(self, name: str, build: Callable[[Path], None]) -> Path:
        """The folder `name`, built by the first process that asks; the others wait for it.

        A build that fails leaves nothing, so that the next process tries again and fails as loudly.
        """
        target = self.folder / name
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = self.folder / f"{name}.done"
            if not done.exists():
                shutil.rmtree(target, ignore_errors=True)
                target.mkdir()
                build(target)
                done.touch()
        return target

    def end(self) -> None:
        """Removes the folder, unless a keeper was started, which does so when the run is over."""
        if not (self.folder / "kept.done").exists():
            shutil.rmtree(self.folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """Linux's folder in memory, if it has room and programs may run from it; else None, the usual place.

    Making a database is hundreds of small files: 10 ms there, and up to 300 ms on a busy disk.
    """
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)):
        return None
    room = os.statvfs(_MEMORY)
    fits = room.f_bavail * room.f_frsize >= _ROOM and not room.f_flag & os.ST_NOEXEC
    return _MEMORY if fits else None
