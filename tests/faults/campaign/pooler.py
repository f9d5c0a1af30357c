"""pgbouncer in transaction mode between the service and PostgreSQL: an ordinary program of the system."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.campaign.cluster import DATABASE, Cluster
from tests.support.beyond import APPLICATION
from tests.support.postgres import USER, unprivileged

_PROGRAM = "pgbouncer"
_PORT = 6432


def missing() -> str | None:
    """Why it cannot be used here, in words; None when it can."""
    return None if _found() else "pgbouncer is not installed (on Debian: apt-get install pgbouncer)"


def _found() -> str | None:
    return shutil.which(_PROGRAM) or shutil.which(_PROGRAM, path="/usr/sbin")


@contextmanager
def pooled(server: Cluster) -> Iterator[str]:
    """A pooler before the cluster, and the address of the database through it."""
    program = _found()
    if program is None:
        raise RuntimeError(missing())
    folder = server.folder / "pooler"
    folder.mkdir(exist_ok=True, mode=0o755)
    if owner := unprivileged():
        os.chown(folder, owner["user"], owner["group"])
    settings = folder / "pgbouncer.ini"
    settings.write_text(_settings(server))
    (folder / "users").write_text(f'"{APPLICATION}" ""\n"{USER}" ""\n')
    with (server.folder / "pooler-said").open("w") as said:
        process = subprocess.Popen(
            [program, str(settings)], stdout=said, stderr=said, cwd="/", **unprivileged()
        )
    try:
        while not (folder / f".s.PGSQL.{_PORT}").exists():
            if process.poll() is not None:
                raise RuntimeError((server.folder / "pooler-said").read_text())
            time.sleep(0.02)
        yield f"postgresql+psycopg://{APPLICATION}@/{DATABASE}?host={folder}&port={_PORT}"
    finally:
        process.terminate()
        process.wait()


def _settings(server: Cluster) -> str:
    folder = server.folder / "pooler"
    return f"""[databases]
{DATABASE} = host={server.data} dbname={DATABASE}
[pgbouncer]
pool_mode = transaction
default_pool_size = 12
max_client_conn = 200
auth_type = trust
auth_file = {folder / "users"}
listen_addr =
listen_port = {_PORT}
unix_socket_dir = {folder}
server_login_retry = 0.1
"""
