"""Handing mails to a mail server on loopback: mails a second of one worker, which keeps its connection.

    python -m benchmarks.mails [--quick] [--profile]

The mails are those that a sweep owes (six a case). One round is one run of the post room with the
service's own settings (`deliver_mail.post_room`): lease a batch, read what the letters need, write each in
text and HTML, check it for words that must not leave, hand it over, mark it sent, a transaction each. The
server is aiosmtpd in a process of its own. After each round the same mails are owed again. Beside it
stands how fast the server takes one mail of that size again and again, from smtplib alone.
"""

import argparse
import cProfile
import pstats
import smtplib
import time
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from statistics import median

from sqlalchemy import text

from benchmarks import machine, sweep, towns
from benchmarks.results import ROUNDS, Line, alone, at_least
from benchmarks.service import service, settings_for
from benchmarks.sink import Sink, sink
from escalation.extensions import db
from escalation.jobs.deliver_mail import post_room
from escalation.services import delivery, lapses
from notifications.compose import compose
from notifications.message import Facts, Via

BAR = 300.0


def owe(limit: int) -> int:
    """Lets every due case move up, and leaves `limit` mails owed; gives how many are."""
    towns.at_due()
    lapses.lapse_overdue()
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "DELETE FROM outbox WHERE state = 'owed' AND id NOT IN"
                " (SELECT id FROM outbox WHERE state = 'owed' ORDER BY id LIMIT :limit)"
            ),
            {"limit": limit},
        )
        return int(connection.scalar(text("SELECT count(*) FROM outbox WHERE state = 'owed'")) or 0)


def owe_again() -> None:
    """What this benchmark has sent is owed once more."""
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE outbox SET state = 'owed', attempts = 0, sent_at = NULL, message_id = NULL"
                " WHERE state = 'sent' AND name LIKE 'moved_up%' AND owed_at >= :due"
            ),
            {"due": towns.DUE},
        )


def deliver(room: delivery.PostRoom, owed: int) -> float:
    """One run of the post room over all that is owed; gives the seconds."""
    start = time.perf_counter()
    done = delivery.deliver(room)
    seconds = time.perf_counter() - start
    if done.sent != owed or done.put_off or done.failed:
        raise AssertionError(f"of {owed} mails, {done}")
    return seconds


def taken_alone(port: int, mails: int) -> float:
    """Mails a second that the server takes from smtplib alone, on one connection."""
    mail = _one_mail()
    with smtplib.SMTP("127.0.0.1", port) as host:
        start = time.perf_counter()
        for _ in range(mails):
            host.send_message(mail)
        return mails / (time.perf_counter() - start)


def _one_mail() -> EmailMessage:
    facts = Facts(
        service_name="Professional challenge",
        partnership_name="Easton Safeguarding Partnership",
        zone="Europe/London",
        office_phone="020 7946 0019",
        office_hours="weekdays 9am to 5pm",
        office_address="board.office@easton.invalid",
        via=Via.HOLDER,
        set_up_link=None,
        reference="EA-26-ABCDE",
        role="Line manager",
        stage="Senior challenge",
        due=towns.DUE,
        next_holder=None,
        link="http://localhost/c/EA-26-ABCDE",
        urgent=False,
        waited_role="Head of service, challenged agency",
    )
    mail = compose(
        "moved_up_next",
        to="sam.okafor@easton.invalid",
        facts=facts,
        message_id="<1.0@board.invalid>",
        sender="challenge@board.invalid",
    )
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = mail.subject, mail.sender, mail.to
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def measured(server: machine.Server, quick: bool) -> tuple[Line, ...]:
    """Mails a second a worker, what the server takes at most, and how many connections it saw."""
    mails, rounds = (30, 1) if quick else (1_000, ROUNDS)
    sweep.prepare(server, "mails", max(100, mails // 2), mails // 4)
    with sink() as taking:
        alone_rate = taken_alone(taking.port, mails)
        owed, took = _rounds(server, taking, mails, rounds)
    connections = taking.connections - 1
    rate = owed / median(took)
    return (
        at_least("mail hand-over to a loopback server, one worker", rate, BAR, figure=f"{rate:,.0f}/s"),
        Line("mails on one connection", f"{owed * rounds / connections:,.0f}"),
        Line("the same server, smtplib alone with one mail", f"{alone_rate:,.0f}/s"),
    )


def _rounds(server: machine.Server, taking: Sink, mails: int, rounds: int) -> tuple[int, list[float]]:
    settings = settings_for(server.url("mails"), smtp_port=taking.port)
    took = []
    with service(server.url("mails"), smtp_port=taking.port):
        owed = owe(mails)
        for _ in range(rounds):
            server.settle()
            took.append(deliver(replace(post_room(settings), turn=timedelta(hours=1)), owed))
            owe_again()
    return owed, took


def _profile(server: machine.Server) -> None:
    sweep.prepare(server, "mails", 400, 100)
    profile = cProfile.Profile()
    with sink() as taking, service(server.url("mails"), smtp_port=taking.port):
        owed = owe(500)
        room = post_room(settings_for(server.url("mails"), smtp_port=taking.port))
        profile.runcall(deliver, room, owed)
    for order, lines in (("cumulative", 70), ("tottime", 35)):
        pstats.Stats(profile).sort_stats(order).print_stats(lines)


if __name__ == "__main__":
    only = argparse.ArgumentParser(add_help=False)
    only.add_argument("--profile", action="store_true")
    if only.parse_known_args()[0].profile:
        with machine.server() as place:
            _profile(place)
    else:
        alone(measured, __doc__)
