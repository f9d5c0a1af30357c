"""Handing mails to a real mail server on a loopback port: certificates, refusals, silence."""

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask_mail import Mail as FlaskMail

from notifications.mailer import PermanentFailure, SmtpMailer, TemporaryFailure
from notifications.message import Message
from tests.support.mail_sink import Answer, MailSink, decoded


@pytest.fixture
def post() -> Iterator[None]:
    app = Flask("post")
    app.config.update(MAIL_SUPPRESS_SEND=False)
    FlaskMail(app)
    with app.app_context():
        yield


def a_mail(number: int = 1) -> Message:
    return Message("leader@x.invalid", "A reply is due", "words", "<p>words</p>", f"<{number}@x.invalid>",
                   "challenge@x.invalid", "Professional challenge", "office@x.invalid")  # fmt: skip


def test_many_mails_on_one_connection_each_with_its_own_envelope(post: None, mail_sink: MailSink) -> None:
    with SmtpMailer("127.0.0.1", mail_sink.port, tls="none") as mailer:
        for number in range(20):
            mailer.send(a_mail(number))
    assert [m.recipients for m in mail_sink.mails] == [("leader@x.invalid",)] * 20
    assert "<7@x.invalid>" in decoded(mail_sink.mails[7])


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Answer.TRY_LATER, TemporaryFailure),
        (Answer.REFUSE, PermanentFailure),
        (Answer.DROP_BEFORE_DATA, TemporaryFailure),
        (Answer.DROP_AFTER_DATA, TemporaryFailure),
        (Answer.SILENT, TemporaryFailure),
    ],
)
def test_not_now_is_temporary_and_never_is_permanent(
    post: None, mail_sink: MailSink, answer: Answer, failure: type[Exception]
) -> None:
    mail_sink.answers(answer)
    with (
        pytest.raises(failure) as raised,
        SmtpMailer("127.0.0.1", mail_sink.port, tls="none", timeout=1) as mailer,
    ):
        mailer.send(a_mail())
    assert "leader@" not in str(raised.value), "an error names nobody"


def test_after_a_dropped_connection_the_next_mail_gets_a_new_one(post: None, mail_sink: MailSink) -> None:
    mail_sink.answers(Answer.DROP_BEFORE_DATA)
    with SmtpMailer("127.0.0.1", mail_sink.port, tls="none", timeout=1) as mailer:
        with pytest.raises(TemporaryFailure):
            mailer.send(a_mail(1))
        mailer.send(a_mail(2))
    assert len(mail_sink.mails) == 1


def _certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own making, and the file a client would have to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = folder / "key.pem"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, secret)
    return context, pem


def test_a_certificate_that_nobody_vouches_for_is_refused_and_a_trusted_one_taken(
    post: None, tmp_path: Path
) -> None:
    context, trusted = _certificate(tmp_path)
    with MailSink(tls=context) as sink:
        with pytest.raises(TemporaryFailure), SmtpMailer("localhost", sink.port, tls="starttls", timeout=5):
            pass
        with SmtpMailer("localhost", sink.port, tls="starttls", ca_file=str(trusted), timeout=5) as mailer:
            mailer.send(a_mail())
        assert [m.encrypted for m in sink.mails] == [True]


def test_a_server_that_says_nothing_is_given_up_in_time(post: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with (
            pytest.raises(TemporaryFailure),
            SmtpMailer("127.0.0.1", silent.getsockname()[1], tls="none", timeout=1),
        ):
            pass
        assert time.monotonic() - began < 5


def test_a_server_that_is_not_there_is_temporary(post: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TemporaryFailure), SmtpMailer("127.0.0.1", port, tls="none", timeout=1):
        pass
