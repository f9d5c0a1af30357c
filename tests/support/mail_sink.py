"""A real mail server on a loopback port that does what a test tells it, and keeps every byte it took."""

import asyncio
import email
import email.policy
import html
import ssl
import threading
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum, auto
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from escalation.demo.catcher import listening_on


class Answer(Enum):
    """What the server does with one mail."""

    ACCEPT = auto()
    TRY_LATER = auto()
    """451 to the recipient: the mail may come again."""
    REFUSE = auto()
    """550 to the recipient: never."""
    DROP_BEFORE_DATA = auto()
    """The connection breaks before a byte of the mail was taken."""
    DROP_AFTER_DATA = auto()
    """The mail was taken (and is kept), but the connection breaks before the sender hears so."""
    SILENT = auto()
    """The connection opens and nothing is ever said."""


@dataclass(frozen=True)
class Mail:
    """A mail as it arrived: the envelope, the bytes, and whether the sender was told that it was taken."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    acknowledged: bool = True
    encrypted: bool = False

    @cached_property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)


class MailSink:
    """A mail server in a thread of its own. Use as a context manager.

    `answers(a, b)` says what happens to the next mails, in order; after those each is answered
    `otherwise`. With `tls` (a server's context) it offers STARTTLS and takes no mail without it.
    """

    host = "127.0.0.1"

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.otherwise = Answer.ACCEPT
        self._script: deque[Answer] = deque()
        self._mails: list[Mail] = []
        self._arrived = threading.Condition()
        self._controller = _Listening(self, tls)

    def __enter__(self) -> "MailSink":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        """The loopback port; it is taken from the moment the sink was made."""
        return self._controller.port

    @property
    def mails(self) -> tuple[Mail, ...]:
        """Every mail taken, oldest first."""
        with self._arrived:
            return tuple(self._mails)

    def but_digests(self) -> tuple[Mail, ...]:
        """All of them but the board office's daily mail, which leaves once its day has begun."""
        return tuple(m for m in self.mails if str(m.message["Subject"]) != "How things stand today")

    def to(self, address: str) -> tuple[Mail, ...]:
        """The mails to one address."""
        return tuple(mail for mail in self.mails if address in mail.recipients)

    def wait_for(self, number: int, seconds: float = 10) -> tuple[Mail, ...]:
        """Waits until so many mails have arrived. Raises TimeoutError saying how many had."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._mails) >= number, seconds):
                raise TimeoutError(f"{len(self._mails)} of {number} mails came within {seconds} seconds")
            return tuple(self._mails)

    def answers(self, *script: Answer) -> None:
        """What happens to the next mails, one answer each."""
        self._script = deque(script)

    def clear(self) -> None:
        """Forgets the mails that came so far."""
        with self._arrived:
            self._mails.clear()

    def keep(self, mail: Mail) -> None:
        """Called by the server for a mail that it took."""
        with self._arrived:
            self._mails.append(mail)
            self._arrived.notify_all()

    def next_answer(self, *, connecting: bool = False) -> Answer:
        """The answer for this mail; while `connecting`, only silence is taken from the script."""
        answer = self._script[0] if self._script else self.otherwise
        if self._script and (answer is Answer.SILENT or not connecting):
            self._script.popleft()
        return answer


def decoded(mail: Mail) -> str:
    """Everything that can be read in a mail, in one text to search: the envelope, the bytes as they
    came, each header decoded, each part out of its base64 or quoted-printable, HTML and links unquoted."""
    texts = [mail.sender, *mail.recipients, mail.raw.decode("utf-8", "replace")]
    for part in mail.message.walk():
        texts += [f"{name}: {value}" for name, value in part.items()]
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            texts.append(_text(content, part.get_content_charset("utf-8")))
    text = "\n".join(texts)
    return "\n".join((text, html.unescape(text), unquote(text)))


def _text(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except LookupError:  # a charset nobody knows: its bytes can still be searched
        return content.decode("latin-1")


class _Scripted(SMTP):
    """The server's side of one connection."""

    def __init__(self, sink: MailSink, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sink = sink
        self.answer = Answer.ACCEPT

    async def _handle_client(self) -> None:
        if self.sink.next_answer(connecting=True) is Answer.SILENT:
            await self.say_nothing()
        await super()._handle_client()

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.answer is Answer.DROP_BEFORE_DATA:
            self.cut()
            return
        await super().smtp_DATA(arg)

    async def say_nothing(self) -> None:
        """Waits until the other side gives up or the sink is closed."""
        await asyncio.get_running_loop().create_future()

    def cut(self) -> None:
        """Breaks the connection without a word."""
        assert isinstance(self.transport, asyncio.WriteTransport)
        self.transport.abort()


class _Handler:
    """Takes the mails for a sink, by its script."""

    def __init__(self, sink: MailSink) -> None:
        self._sink = sink

    async def handle_RCPT(  # noqa: N802
        self, server: _Scripted, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not envelope.rcpt_tos:
            server.answer = self._sink.next_answer()
        if server.answer is Answer.SILENT:
            await server.say_nothing()
        if server.answer is Answer.TRY_LATER:
            return "451 4.3.0 Try again later"
        if server.answer is Answer.REFUSE:
            return "550 5.1.1 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: _Scripted, session: Session, envelope: Envelope) -> str:  # noqa: N802
        acknowledged = server.answer is not Answer.DROP_AFTER_DATA
        raw = envelope.original_content or b""
        encrypted = session.ssl is not None
        self._sink.keep(
            Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, acknowledged, encrypted)
        )
        if not acknowledged:
            server.cut()
        return "250 OK"


class _Listening(Controller):
    """aiosmtpd's thread and loop, on a port that the system chose and that nobody can take in between."""

    def __init__(self, sink: MailSink, tls: ssl.SSLContext | None) -> None:
        self._sink = sink
        self._open: list[_Scripted] = []
        self._socket = listening_on(MailSink.host, 0)
        port: int = self._socket.getsockname()[1]
        super().__init__(
            _Handler(sink),
            hostname=MailSink.host,
            port=port,
            tls_context=tls,
            require_starttls=tls is not None,
        )

    def factory(self) -> _Scripted:
        server = _Scripted(self._sink, self.handler, **self.SMTP_kwargs)
        self._open.append(server)
        return server

    async def _create_server(self) -> asyncio.AbstractServer:
        return await self.loop.create_server(self._factory_invoker, sock=self._socket)

    def _trigger_server(self) -> None:
        """Nothing: the factory cannot fail, and a test connection would use up an answer."""
        self._factory_invoked.set()
        self.smtpd = _Scripted

    def cancel_tasks(self, stop_loop: bool = True) -> None:
        for server in self._open:
            if server.transport is not None:
                server.cut()
        super().cancel_tasks(stop_loop)
