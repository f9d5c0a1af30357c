"""A mail server in a process of its own: it refuses, hangs up and keeps silent, and logs what it took.

    python sink.py FOLDER SEED

It speaks SMTP on a loopback port, whose number it writes to FOLDER/port, and writes two lines for a mail to
FOLDER/sink.log: `taken` before it answers, and `heard` when the sender's next word shows that the answer
arrived. A mail that is taken and not heard fell into the gap of SMTP: the sender died or the line broke
between DATA and 250. SIGUSR1 lets it behave: then it only refuses those whose address stands in
FOLDER/refused. It uses the standard library alone.
"""

import asyncio
import json
import os
import random
import re
import signal
import sys
import time
from pathlib import Path

SLOW_TO_ANSWER = 0.004
"""Share of recipients who are to be tried later (451)."""
CUT_BEFORE = 0.003
"""Share of mails before whose DATA the connection breaks."""
CUT_AFTER = 0.0002
"""Share of mails that are taken, and the connection breaks before the sender hears so."""
BUSY = 0.004
"""Share of connections that are greeted with 421."""
SILENT = 0.003
"""Share of connections on which nothing is ever said."""
LONGEST_SILENCE = 20.0
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


class Sink:
    """The server: its behaviour, and its log."""

    def __init__(self, folder: Path, seed: str) -> None:
        # Numbers of connections go on growing when the sink is started again on the same log.
        self.refused_in = folder / "refused"
        self.log = os.open(folder / "sink.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.random = random.Random(seed)
        self.calm = False
        self.connections = int(time.time() * 1000)

    def happens(self, share: float) -> bool:
        """True for about this share of the times it is asked, and never when it is to behave."""
        return not self.calm and self.random.random() < share

    def refuses(self, address: str) -> bool:
        """True for those who have no mailbox any more."""
        return self.refused_in.exists() and address in self.refused_in.read_text().split()

    def write(self, **line: object) -> None:
        """One line of the log."""
        os.write(self.log, json.dumps({"at": time.monotonic(), **line}).encode() + b"\n")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        self.connections += 1
        try:
            await Connection(self, reader, writer, self.connections).talk()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()


class Connection:
    """What is said on one connection."""

    def __init__(
        self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self.sink, self.reader, self.writer, self.number = sink, reader, writer, number
        self.to = ""
        self.unheard: str | None = None

    async def talk(self) -> None:
        """Greets, and answers line by line."""
        if self.sink.happens(SILENT):
            await asyncio.sleep(LONGEST_SILENCE)
            return
        if self.sink.happens(BUSY):
            await self.say("421 4.3.2 busy")
            return
        await self.say("220 sink ESMTP")
        while line := (await self.reader.readline()).strip():
            if not await self.answer(line.decode("utf-8", "replace")):
                return

    async def say(self, words: str) -> None:
        """Sends one answer."""
        self.writer.write(words.encode() + b"\r\n")
        await self.writer.drain()

    async def answer(self, line: str) -> bool:
        """Answers one line. False when the connection is over."""
        word = line[:4].upper()
        if self.unheard is not None:
            self.sink.write(what="heard", id=self.unheard, connection=self.number)
            self.unheard = None
        if word == "DATA":
            return await self.data()
        if word == "QUIT":
            await self.say("221 bye")
            return False
        await self.say(self.rcpt(line) if word == "RCPT" else "250 OK")
        return True

    def rcpt(self, line: str) -> str:
        """What a recipient is answered."""
        self.to = line.partition("<")[2].partition(">")[0].lower()
        if self.sink.refuses(self.to):
            return "550 5.1.1 no such person here"
        return "451 4.3.0 try again later" if self.sink.happens(SLOW_TO_ANSWER) else "250 OK"

    async def data(self) -> bool:
        """Takes a mail: logged first, then acknowledged."""
        if self.sink.happens(CUT_BEFORE):
            self.cut()
            return False
        await self.say("354 go on")
        raw = await self.reader.readuntil(b"\r\n.\r\n")
        known = _MESSAGE_ID.search(raw)
        cut = self.sink.happens(CUT_AFTER)
        name = known.group(1).decode() if known else ""
        self.sink.write(what="taken", id=name, to=self.to, told=not cut, connection=self.number)
        if cut:
            self.cut()
            return False
        self.unheard = name
        await self.say("250 2.0.0 taken")
        return True

    def cut(self) -> None:
        """Breaks the connection without a word."""
        self.writer.transport.abort()


async def main(folder: Path, seed: str) -> None:
    sink = Sink(folder, seed)
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, limit=2**22)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: setattr(sink, "calm", True))
    (folder / "port.new").write_text(str(server.sockets[0].getsockname()[1]))
    (folder / "port.new").rename(folder / "port")
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
