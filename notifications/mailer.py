"""Handing a message to a mail server: Flask-Mail, with a time limit and a checked certificate.

Flask-Mail opens a connection without a time limit and accepts any certificate for STARTTLS, so its
connection is made here. It also parses every header again as it writes a mail, which costs more than
all else; the mail is put together here. One envelope has one recipient. The only file here that imports
flask_mail.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formataddr, formatdate
from secrets import token_hex
from typing import Any, Protocol, Self

from flask import current_app
from flask_mail import Connection, sanitize_address
from flask_mail import Message as FlaskMessage

from notifications.message import Message


class TemporaryFailure(Exception):
    """The mail could not be handed over now; it should be tried again. Says nothing of its content."""


class ServerAway(TemporaryFailure):
    """The mail server cannot be reached at all: no mail is at fault, and the next one need not be tried."""


class PermanentFailure(Exception):
    """The mail server will not take this mail for this person, now or later."""


class Mailer(Protocol):
    """Something that takes messages, one connection for as long as it is entered."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...

    def send(self, message: Message) -> None:
        """Hands one message over. Raises TemporaryFailure or PermanentFailure."""


_ON_THE_WIRE = compat32.clone(linesep="\r\n")


class _Mail(FlaskMessage):
    """Flask-Mail's message in text and HTML, written header by header as given."""

    def __init__(self, message: Message) -> None:
        self._said, self._from = message, formataddr((message.sender_name, message.sender))
        super().__init__(message.subject, [message.to], sender=self._from, reply_to=message.reply_to)
        self.msgId = message.message_id

    def _message(self) -> MIMEBase:
        mail = MIMEMultipart("alternative", f"=_{token_hex(16)}", policy=_ON_THE_WIRE)
        for body, kind in ((self._said.text, "plain"), (self._said.html, "html")):
            mail.attach(MIMEText(body, kind, "utf-8", policy=_ON_THE_WIRE))
        subject = self._said.subject
        mail["Subject"] = subject if subject.isascii() else Header(subject, "utf-8").encode()
        for name, address in (("From", self._from), ("To", self._said.to), ("Reply-To", self._said.reply_to)):
            mail[name] = address if address.isascii() else sanitize_address(address)
        mail["Date"] = formatdate(self.date, localtime=True)
        mail["Message-ID"] = self.msgId
        for name, value in self._said.headers.items():
            mail[name] = value
        return mail


class _Connection(Connection):
    """Flask-Mail's connection, with the time limit and the certificate that it has no setting for."""

    def __init__(self, mail: Any, mailer: "SmtpMailer") -> None:
        super().__init__(mail)
        self._mailer = mailer

    def configure_host(self) -> smtplib.SMTP:
        return self._mailer.connected()


class SmtpMailer:
    """A mail server, used inside an app context (Flask-Mail asks for one).

    `tls` is starttls, tls or none; `timeout` is in seconds for every step.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: str = "starttls",
        user: str = "",
        password: str = "",
        ca_file: str | None = None,
        timeout: float = 10.0,
    ) -> None:
        self.host, self.port, self.tls, self.timeout = host, port, tls, timeout
        self.user, self.password, self.ca_file = user, password, ca_file
        self._connection: _Connection | None = None

    def connected(self) -> smtplib.SMTP:
        """A new connection, encrypted and signed in as set."""
        if self.tls == "tls":
            host: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=self._context()
            )
        else:
            host = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        if self.tls == "starttls":
            host.starttls(context=self._context())
        if self.user:
            host.login(self.user, self.password)
        return host

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)

    def __enter__(self) -> Self:
        self._connection = _Connection(current_app.extensions["mail"], self)
        with _as_away():
            self._connection.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        host = self._connection.host if self._connection else None
        self._connection = None
        if host is not None:
            try:
                host.quit()
            except smtplib.SMTPException:
                host.close()
            except OSError:
                host.close()

    def send(self, message: Message) -> None:
        """Hands one message over, on a new connection when the server closed the last one."""
        if self._connection is None:
            raise TemporaryFailure("not connected")
        if self._connection.host is None:
            # Without a host Flask-Mail would drop the mail in silence.
            with _as_away():
                self._connection.host = self.connected()
        with _as_failures():
            try:
                self._connection.send(_Mail(message), envelope_from=message.sender)
            except smtplib.SMTPServerDisconnected:
                self._connection.host = None
                raise


@contextmanager
def _as_away() -> Iterator[None]:
    """A connection that cannot be made is the server's failure, whatever it says."""
    try:
        with _as_failures():
            yield
    except (TemporaryFailure, PermanentFailure) as failure:
        raise ServerAway(str(failure)) from failure


@contextmanager
def _as_failures() -> Iterator[None]:
    """Every way in which a mail server can fail, as one of the two failures, without addresses."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        raise _failure(max(codes), "the server refused the recipient") from error
    except smtplib.SMTPAuthenticationError as error:
        raise TemporaryFailure(f"the server refused our sign-in ({error.smtp_code})") from error
    except smtplib.SMTPResponseException as error:
        raise _failure(error.smtp_code, "the server refused the mail") from error
    except (smtplib.SMTPException, ssl.SSLError, OSError) as error:
        raise TemporaryFailure(f"the mail server could not be used ({type(error).__name__})") from error


def _failure(code: int, words: str) -> Exception:
    kind = PermanentFailure if 500 <= code < 600 else TemporaryFailure
    return kind(f"{words} ({code})")
