"""A mail server on this machine that keeps every mail as it came and sends nothing on."""

import socket
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail as it left through SMTP: its number, envelope, raw bytes and parsed form."""

    number: int
    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.raw, _class=EmailMessage, policy=policy.default)

    @property
    def text(self) -> str:
        """The plain text part."""
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""

    @property
    def html(self) -> str:
        """The HTML part."""
        part = self.message.get_body(("html",))
        return part.get_content() if part else ""


class Pigeonhole:
    """A folder of caught mails, one file each, named by number and envelope recipient."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keeps what came, byte by byte, before saying that it was taken."""
        number = len(list(self.folder.glob("*.eml"))) + 1
        name = f"{number:06d} {','.join(envelope.rcpt_tos)}.eml"
        (self.folder / name).write_bytes(envelope.content)
        return "250 kept on this machine"

    def mails(self, newest: int = 100) -> tuple[CaughtMail, ...]:
        """The newest mails, newest first."""
        files = sorted(self.folder.glob("*.eml"), reverse=True)[:newest]
        return tuple(self._read(file) for file in files)

    def mail(self, number: int) -> CaughtMail | None:
        """One mail by number, or None."""
        files = list(self.folder.glob(f"{number:06d} *.eml"))
        return self._read(files[0]) if files else None

    def _read(self, file: Path) -> CaughtMail:
        number, _, to = file.stem.partition(" ")
        return CaughtMail(int(number), to, file.read_bytes())


def listening_on(host: str, port: int) -> socket.socket:
    """A socket for aiosmtpd. Raises OSError when the port is taken.

    asyncio sends at once only where a socket says that it speaks TCP; else each greeting waits for 40 ms.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen()
    except OSError:
        made.close()
        raise
    return made


class _Controller(Controller):
    """aiosmtpd's controller on a port of the system's choice when `port` is 0."""

    def __init__(self, handler: Pigeonhole, host: str, port: int) -> None:
        self.listening = listening_on(host, port)
        super().__init__(handler, hostname=host, port=self.listening.getsockname()[1])

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self.listening, ssl=self.ssl_context)


def catch(folder: Path, port: int, host: str = "127.0.0.1") -> Controller:
    """Starts the catcher on a loopback port (any free one for 0); its `port` says which, `stop()` ends it.

    Raises OSError when the port is taken.
    """
    controller = _Controller(Pigeonhole(folder), host, port)
    controller.start()
    return controller
