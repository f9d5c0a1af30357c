"""A mail server on a loopback port, in a process of its own: it takes every mail and counts.

    python -m benchmarks.sink

It prints its port, answers as SMTP asks, keeps nothing, and prints how many connections and mails it had
(as JSON) when its input closes. It is aiosmtpd, as in the tests.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass(slots=True)
class Sink:
    """A running sink: its port, and, once it was closed, what it took."""

    port: int
    connections: int = 0
    mails: int = 0


@contextmanager
def sink() -> Iterator[Sink]:
    """A sink for this block; its counts are there when the block ends."""
    command = [sys.executable, "-m", "benchmarks.sink"]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        found = Sink(int(run.stdout.readline()))
        try:
            yield found
        finally:
            run.stdin.close()
            taken = json.loads(run.stdout.readline())
            found.connections, found.mails = taken["connections"], taken["mails"]


class _Counting:
    """aiosmtpd's handler: takes a mail and forgets it."""

    def __init__(self) -> None:
        self.connections, self.mails = 0, 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        """Takes a mail."""
        self.mails += 1
        return "250 OK"


async def _serve() -> None:
    loop, handler = asyncio.get_running_loop(), _Counting()

    def answering() -> SMTP:
        handler.connections += 1
        return SMTP(handler, loop=loop)

    listening = await loop.create_server(answering, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps({"connections": handler.connections, "mails": handler.mails}), flush=True)
    listening.close()


if __name__ == "__main__":
    asyncio.run(_serve())
