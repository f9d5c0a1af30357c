"""One PostgreSQL node that is started, killed, promoted and told whom to follow.

Its settings lie beside its data and not in it, so that a rewind from another node leaves them alone.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.keeper import Owner
from tests.support.postgres import USER

SETTINGS = {
    "listen_addresses": "",
    "wal_level": "replica",
    "wal_log_hints": "on",
    "wal_keep_size": "1GB",
    "wal_retrieve_retry_interval": "100ms",
    "synchronous_commit": "on",
    "fsync": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "restart_after_crash": "off",
}
"""What every node has. The retry interval is short because the whole outage here is."""
START_SECONDS = 60.0


def within(seconds: float, what: str, holds: Callable[[], bool]) -> None:
    """Waits until something holds. Raises TimeoutError with `what` it is, when it does not."""
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {seconds:.0f} seconds: {what}")
        time.sleep(0.02)


@dataclass(slots=True)
class Node:
    """A node by its name; `folder` holds its data, its socket, its settings and its log."""

    name: str
    folder: Path
    programs: Path
    owner: Owner
    own: dict[str, str] = field(default_factory=dict)
    """Settings of this node alone."""
    server: "subprocess.Popen[bytes] | None" = None

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def words(self) -> str:
        """Its address, as libpq takes it, without a database."""
        return f"host={self.folder} user={USER}"

    def make(self) -> None:
        """A new cluster of its own."""
        self.lay_folder()
        self.call(
            "initdb", "-D", self.data, "--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={USER}"
        )

    def lay_folder(self) -> None:
        """The folder, which belongs to whom the server runs as; the keeper finds the cluster by `pg_ctl`."""
        self.folder.mkdir(exist_ok=True)
        if self.owner:
            os.chown(self.folder, self.owner["user"], self.owner["group"])
        (self.folder / "pg_ctl").write_text(str(self.programs / "pg_ctl"))

    def copy(self, of: "Node") -> None:
        """A new standby, by a base backup of a running node."""
        self.lay_folder()
        subprocess.run(["rm", "-rf", self.data], check=True)
        self.call("pg_basebackup", "-d", of.words, "-D", self.data, "-X", "stream", "-c", "fast")

    def settle(self, **own: str) -> None:
        """Writes its settings; a running server takes them at once."""
        self.own |= own
        lines = [f"{name} = '{value}'" for name, value in {**SETTINGS, **self._places(), **self.own}.items()]
        (self.folder / "postgresql.conf").write_text("\n".join(lines) + "\n")
        if self.alive:
            self.do("SELECT pg_reload_conf()")

    def _places(self) -> Mapping[str, str]:
        return {
            "unix_socket_directories": str(self.folder),
            "hba_file": str(self.data / "pg_hba.conf"),
            "ident_file": str(self.data / "pg_ident.conf"),
            "cluster_name": self.name,
        }

    def start(self, *, standby: bool) -> None:
        """Starts it and waits until it answers."""
        self.settle()
        if standby:
            (self.data / "standby.signal").touch()
        config = self.folder / "postgresql.conf"
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-c", f"config_file={config}"],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self.owner,
            )  # fmt: skip
        within(START_SECONDS, f"node {self.name} answers", self.answers)

    @property
    def alive(self) -> bool:
        """Whether its server runs."""
        return self.server is not None and self.server.poll() is None

    def answers(self) -> bool:
        """Whether it takes connections."""
        if not self.alive:
            raise RuntimeError(f"node {self.name} ended: {(self.folder / 'log').read_text()[-2000:]}")
        with suppress(psycopg.OperationalError):
            return bool(self.ask("SELECT true"))
        return False

    def ask(self, query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        """Rows from its maintenance database."""
        with psycopg.connect(f"{self.words} dbname=postgres", autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

    def do(self, statement: str) -> None:
        """A statement in its maintenance database."""
        with psycopg.connect(f"{self.words} dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def kill(self) -> None:
        """SIGKILL to the server and every process of it: nobody flushes, answers or says goodbye."""
        assert self.server is not None
        children = children_of(self.server.pid)
        for pid in (self.server.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.wait()

    def stop_at_once(self) -> None:
        """An immediate stop: every process ends without finishing anything."""
        self._signal(signal.SIGQUIT)

    def restart(self) -> float:
        """Stops it for all who are connected and starts it again. Gives the seconds it was away."""
        began = time.monotonic()
        self._signal(signal.SIGINT)
        self.start(standby=False)
        return time.monotonic() - began

    def stop(self) -> None:
        """Ends it, if it runs."""
        if self.alive:
            self._signal(signal.SIGINT)

    def _signal(self, number: int) -> None:
        assert self.server is not None
        self.server.send_signal(number)
        self.server.wait(START_SECONDS)

    def hold_senders(self) -> None:
        """Freezes what sends the log to the standbys: from now on they get nothing."""
        for (pid,) in self.ask("SELECT pid FROM pg_stat_replication"):
            os.kill(pid, signal.SIGSTOP)

    def call(self, program: str, *words: str | Path) -> None:
        """Runs one of PostgreSQL's programs as the server's user. Raises RuntimeError with its words."""
        said = self.folder / f"{program}.said"
        with said.open("w") as output:
            done = subprocess.run(
                [self.programs / program, *words], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, check=False, **self.owner,
            )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} on node {self.name}: {said.read_text()[-2000:]}")


def children_of(pid: int) -> list[int]:
    """The processes that a process started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = status.read_text().rpartition(")")[2].split()
            if int(words[1]) == pid:
                found.append(int(status.parent.name))
    return found
