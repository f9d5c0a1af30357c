"""The same work through pgbouncer in transaction mode: each transaction may run on another connection.

    python -m tests.faults.failover.pooler [--rounds 5] [--evidence docs/evidence/pooler.json]

Two schedulers and six people share four connections. Each case must move once and each mail arrive once.
The control runs without ESCALATION_TRANSACTION_POOLER=1 and must fail, or the pooler was not in between.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from benchmarks import machine
from tests.faults.failover import check, report
from tests.faults.failover.campaign import LEFT_TO_DO, RUN_OUT, failed_jobs
from tests.faults.failover.crew import Crew
from tests.faults.failover.node import Node, within
from tests.faults.failover.setting import kept_on_disk, northtown_on
from tests.support import beyond, postgres
from tests.support.mail_sink import MailSink
from tests.support.run import Run
from tests.support.settings import settings_for

CONNECTIONS = 4
CASES = 120
"""Raised before the pooler stands there, so that both schedulers find much to do at once."""
_PLACES = ("/usr/sbin/pgbouncer", "/usr/local/sbin/pgbouncer", "/usr/local/bin/pgbouncer")
_INSTALL = "pgbouncer is not installed. On Debian, as root: apt-get install -y pgbouncer"
_MOVES = text("SELECT count(*) FROM event WHERE kind = 'moved_up'")


@dataclass(frozen=True, slots=True)
class Pooled:
    """What one run came to. `clients` and `servers`: connections to the pooler, and from it, at most."""

    found: check.Found
    moves: int
    broken_chains: int
    unheard: int
    failed_jobs: dict[str, int]
    clients: int
    servers: int
    exit_codes: tuple[int, ...]


def program() -> str | None:
    """Where pgbouncer is, or None."""
    found = shutil.which("pgbouncer")
    return found or next((place for place in _PLACES if Path(place).exists()), None)


@contextmanager
def pgbouncer(node: Node, folder: Path, bouncer: str) -> Iterator[str]:
    """A pooler before a node, on a socket alone. Gives the service's address of it."""
    config = folder / "pgbouncer.ini"
    (folder / "users").write_text(f'"{beyond.APPLICATION}" ""\n"{postgres.USER}" ""\n')
    config.write_text(
        f"[databases]\nescalation = host={node.folder} dbname=escalation\n"
        f"[pgbouncer]\nlisten_addr =\nlisten_port = 5432\nunix_socket_dir = {folder}\nauth_type = trust\n"
        f"auth_file = {folder / 'users'}\nadmin_users = {postgres.USER}\npool_mode = transaction\n"
        # Each transaction on the next connection, so that whatever is left on one is met by somebody else.
        "server_round_robin = 1\n"
        f"default_pool_size = {CONNECTIONS}\nmax_client_conn = 200\nlogfile = {folder / 'pgbouncer.log'}\n"
    )
    if node.owner:
        os.chown(folder, node.owner["user"], node.owner["group"])
    with (folder / "pgbouncer.said").open("w") as said:
        server = subprocess.Popen(
            [bouncer, config], stdin=subprocess.DEVNULL, stdout=said, stderr=said, **node.owner
        )
    try:
        within(20, "pgbouncer listens", (folder / ".s.PGSQL.5432").exists)
        yield f"postgresql+psycopg://{beyond.APPLICATION}@/escalation?host={folder}"
    finally:
        server.terminate()
        server.wait(20)


def play(run: Run, name: str, bouncer: str, rounds: int, *, told: bool) -> Pooled:
    """People and schedulers at work through the pooler; `told`: the service knows that it is there."""
    folder = run.folder / name
    folder.mkdir()
    owner = postgres.unprivileged()
    node = Node("node", run.folder / f"{name}-node", postgres.programs_in(run.folder / name / "lib"), owner)
    node.make()
    node.start(standby=False)
    try:
        node.do("CREATE DATABASE escalation")
        with pgbouncer(node, folder, bouncer) as url, MailSink() as sink:
            past = f"postgresql+psycopg://{postgres.USER}@/escalation?host={node.folder}"
            northtown_on(settings_for(past), CASES)
            settings = settings_for(
                url,
                smtp_port=sink.port,
                instance=str(folder),
                tick_seconds=0.5,
                transaction_pooler=told,
                mails_per_hour=0,
            )
            crew = Crew(folder, settings)
            try:
                return _worked(crew, sink, node, rounds, told=told)
            finally:
                crew.kill()
    finally:
        node.stop()


def _worked(crew: Crew, sink: MailSink, node: Node, rounds: int, *, told: bool) -> Pooled:
    crew.begin()
    # The check goes past the pooler: it must see the same, and does not count among its clients.
    direct = create_engine(
        f"postgresql+psycopg://{postgres.USER}@/escalation?host={node.folder}", poolclass=NullPool
    )
    clients = servers = 0
    for number in range(rounds):
        time.sleep(2)
        with direct.begin() as connection:
            connection.execute(RUN_OUT, {"eighth": number % 8})
        time.sleep(1)
        now = connections(crew.folder)
        clients, servers = max(clients, now[0]), max(servers, now[1])
    others = crew.people_go_home()
    if told:
        within(600, "every mail has left, and everything due has lapsed", lambda: not _left_to_do(direct))
    codes = crew.schedulers_end()
    taken = [check.Taken.read(mail) for mail in sink.mails]
    with direct.connect() as connection:
        found = check.look(connection, crew.acknowledged(), taken, crew.settings.mail_domain)
        moves = int(connection.execute(_MOVES).scalar_one())
        broken = check.broken_chains(connection)
    unheard = sum(times for words, times in others.items() if not words.startswith("refused"))
    failed = dict(failed_jobs(crew.folder))
    return Pooled(found, moves, broken, unheard, failed, clients, servers, tuple(codes))


def _left_to_do(direct: Any) -> int:
    time.sleep(0.5)
    with direct.connect() as connection:
        return int(connection.execute(LEFT_TO_DO).scalar_one())


def connections(folder: Path) -> tuple[int, int]:
    """How many clients the pooler has now, and how many connections to the server."""
    address = f"host={folder} user={postgres.USER} dbname=pgbouncer"
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute("SHOW POOLS")
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    pools = [row for row in rows if row["database"] == "escalation"]
    clients = sum(int(row["cl_active"]) + int(row["cl_waiting"]) for row in pools)
    servers = sum(int(row["sv_active"]) + int(row["sv_idle"]) + int(row["sv_used"]) for row in pools)
    return clients, servers


def missed(told: Pooled, untold: Pooled) -> list[str]:
    """The bars that were missed, in words."""
    found = told.found
    bars = {
        "no case moved": not told.moves,
        "a case moved twice": found.moved_twice,
        "a mail arrived twice": found.mails_twice,
        "a mail was lost": found.mails_lost + found.still_owed,
        "something acknowledged was lost": found.lost + found.about_nothing,
        "a chain of events does not hold": told.broken_chains,
        "somebody was not answered, or a job failed": told.unheard
        or told.failed_jobs
        or any(told.exit_codes),
        "the pooler pooled nothing": told.servers > CONNECTIONS or told.clients <= told.servers,
        "the control was not disturbed, so the pooler proves nothing": not (
            untold.unheard or untold.failed_jobs
        ),
    }
    return [words for words, is_missed in bars.items() if is_missed]


def _figures(pooled: Pooled) -> dict[str, Any]:
    found = pooled.found
    return {
        "acknowledged calls": found.acknowledged,
        "acknowledged and lost": found.lost,
        "cases moved": pooled.moves,
        "cases moved twice": found.moved_twice,
        "mails at the mail server": found.mails,
        "mails taken twice": found.mails_twice,
        "mails still owed": found.still_owed,
        "calls that were not answered": pooled.unheard,
        "jobs that failed": sum(pooled.failed_jobs.values()),
        "connections to the pooler, at most": pooled.clients,
        "connections to PostgreSQL, at most": pooled.servers,
    }


def main() -> int:
    """Plays both runs. Gives the exit code."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--evidence", type=Path, help="the JSON file to write")
    given = asked.parse_args()
    bouncer = program()
    if bouncer is None:
        print(_INSTALL, file=sys.stderr)
        return 2
    run, commit = kept_on_disk(), machine.commit()
    told = play(run, "pooler", bouncer, given.rounds, told=True)
    untold = play(run, "control", bouncer, 1, told=False)
    version = subprocess.run([bouncer, "--version"], capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )[0]
    print(f"{version}, transaction mode, {CONNECTIONS} connections")
    print(f"{'':<40} {'with the setting':>18} {'control without':>18}")
    for (name, left), right in zip(_figures(told).items(), _figures(untold).values(), strict=True):
        print(f"{name:<40} {left:>18} {right:>18}")
    for reason, times in [*told.failed_jobs.items(), *untold.failed_jobs.items()]:
        print(f"  {times} times {reason}")
    wrong = missed(told, untold)
    if given.evidence:
        kept = {
            "commit": commit,
            "machine": machine.words(),
            "versions": report.versions() | {"pgbouncer": version},
            "missed": wrong,
        }
        kept |= {"pooler": asdict(told), "control": asdict(untold)}
        given.evidence.write_text(json.dumps(kept, indent=1) + "\n")
    for words in wrong:
        print(f"MISSED  {words}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
