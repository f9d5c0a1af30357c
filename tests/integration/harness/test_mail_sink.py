"""The mail server of the tests does what it is told, and what it keeps can be searched to the last byte."""

import smtplib
import time
from email.message import EmailMessage

import pytest

from tests.support.mail_sink import Answer, Mail, MailSink, decoded

FROM, TO = "challenge@northtown.invalid", "gp@practice.invalid"


def _send(sink: MailSink, subject: str = "A reply is due", timeout: float = 5) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("Sign in to read it.\n")
    with smtplib.SMTP(sink.host, sink.port, timeout=timeout) as server:
        server.send_message(message, FROM, [TO])


def test_it_keeps_the_envelope_and_the_bytes(mail_sink: MailSink) -> None:
    _send(mail_sink, "Your view is needed")
    (mail,) = mail_sink.mails
    assert (mail.sender, mail.recipients, mail.acknowledged) == (FROM, (TO,), True)
    assert b"\r\nSubject: Your view is needed\r\n" in b"\r\n" + mail.raw
    assert mail.message["Subject"] == "Your view is needed"
    assert mail_sink.to(TO) == (mail,)
    assert mail_sink.to(FROM) == ()


@pytest.mark.parametrize(("answer", "code"), [(Answer.TRY_LATER, 451), (Answer.REFUSE, 550)])
def test_it_refuses_when_told_and_takes_the_next(mail_sink: MailSink, answer: Answer, code: int) -> None:
    mail_sink.answers(answer)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        _send(mail_sink)
    assert refused.value.recipients[TO][0] == code
    assert mail_sink.mails == ()
    _send(mail_sink)
    assert len(mail_sink.mails) == 1


@pytest.mark.parametrize("answer", [Answer.DROP_BEFORE_DATA, Answer.DROP_AFTER_DATA])
def test_it_breaks_the_connection_before_or_after_it_has_the_mail(
    mail_sink: MailSink, answer: Answer
) -> None:
    mail_sink.answers(answer)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        _send(mail_sink)
    assert [mail.acknowledged for mail in mail_sink.mails] == [False] * (answer is Answer.DROP_AFTER_DATA)


def test_it_says_nothing_when_told_so(mail_sink: MailSink) -> None:
    mail_sink.answers(Answer.SILENT)
    began = time.monotonic()
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        _send(mail_sink, timeout=0.3)
    assert time.monotonic() - began >= 0.3
    _send(mail_sink)


def test_several_mails_on_one_connection_have_an_answer_each(mail_sink: MailSink) -> None:
    mail_sink.answers(Answer.ACCEPT, Answer.REFUSE, Answer.ACCEPT)
    with smtplib.SMTP(mail_sink.host, mail_sink.port, timeout=5) as server:
        server.sendmail(FROM, [TO], b"Subject: 1\r\n\r\n")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            server.sendmail(FROM, [TO], b"Subject: 2\r\n\r\n")
        server.sendmail(FROM, [TO], b"Subject: 3\r\n\r\n")
    assert [mail.message["Subject"] for mail in mail_sink.mails] == ["1", "3"]


def test_waiting_for_a_mail_ends_with_the_number_that_came(mail_sink: MailSink) -> None:
    _send(mail_sink)
    assert len(mail_sink.wait_for(1)) == 1
    with pytest.raises(TimeoutError, match="1 of 2 mails"):
        mail_sink.wait_for(2, seconds=0.05)


def test_it_can_be_closed_while_somebody_hangs_on() -> None:
    with MailSink() as sink:
        sink.otherwise = Answer.SILENT
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            _send(sink, timeout=0.1)


CANARY = "Wellensittich-ä"


@pytest.mark.parametrize("hidden", ["subject", "plain", "base64", "quoted-printable", "html", "link", "name"])
def test_a_canary_is_found_wherever_a_mail_hides_it(hidden: str) -> None:
    assert CANARY in decoded(Mail(FROM, (TO,), _hiding(hidden).as_bytes()))


def test_a_canary_in_the_envelope_is_found() -> None:
    assert CANARY in decoded(Mail(FROM, (f"{CANARY}@practice.invalid",), b"\r\n"))


def test_a_part_in_a_charset_that_nobody_knows_can_be_searched() -> None:
    raw = b"Content-Type: text/plain; charset=klingon\r\nContent-Transfer-Encoding: base64\r\n\r\ndHdlZXQ="
    assert "tweet" in decoded(Mail(FROM, (TO,), raw))


def _hiding(hidden: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = CANARY if hidden == "subject" else "Your view is needed"
    if hidden in ("base64", "quoted-printable"):
        message.set_content(CANARY, cte=hidden)
        assert CANARY.encode() not in message.as_bytes()
        return message
    message.set_content(CANARY if hidden == "plain" else "Sign in.")
    if hidden == "html":
        message.add_alternative("<p>Wellensittich-&auml;</p>", subtype="html")
    if hidden == "link":
        message.add_alternative('<a href="/?q=Wellensittich-%C3%A4">x</a>', subtype="html")
    if hidden == "name":
        message.add_attachment(b"", maintype="image", subtype="png", filename=f"{CANARY}.png")
    return message
