"""Checks of the post room: what was owed, what left, who was told instead."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.faults.campaign.reading import Found

_STILL_MARKING = 15.0
"""Seconds before a stop of PostgreSQL in which a mail may have left whose mark was then not to be had."""

OWED = {
    "concern_raised": {"raised_receipt", "reply_owed", "review_asked", "raised_office"},
    "lead_supported": {"lead_supports"},
    "lead_declined": {"lead_declines"},
    "decision_changed": {"reply_given"},
    "decision_kept": {"reply_given"},
    "information_asked": {"information_asked"},
    "risk_rose": {"risk_rose"},
    "settlement_proposed": {"settlement_proposed"},
    "settlement_declined": {"settlement_declined"},
    "board_decided": {"board_decided"},
    "withdrawn": {"withdrawn"},
    "mail_undeliverable": {"mail_undeliverable"},
}
"""The mails that an event owes by its kind alone: each leaves a row, also when nobody was left to get it."""
_SILENT = {"moved_up_silent", "moved_up_raiser", "moved_up_office", "moved_up_next", "moved_up_told"}


def never_left(found: Found) -> Iterator[str]:
    """Owed, and neither sent nor given up after the quiet end."""
    for mail in found.tables["mails"]:
        if mail.state in ("owed", "held"):
            yield f"mail {mail.id} ({mail.name}) is still {mail.state}: {mail.error}"


def marked_and_never_taken(found: Found) -> Iterator[str]:
    """Marked as sent, and the mail server never said that it took it."""
    acknowledged = {mail["id"] for mail in found.taken if mail["told"]}
    for mail in found.tables["mails"]:
        if mail.state == "sent" and mail.message_id not in acknowledged:
            yield f"mail {mail.id} ({mail.name}) is marked as sent, and no server took it"


def failed_and_nobody_told(found: Found) -> Iterator[str]:
    """Given up, and no event tells a person by another route; or that news itself reached nobody."""
    told: Counter[tuple[Any, ...]] = Counter()
    news: dict[tuple[Any, ...], set[str]] = {}
    for mail in found.tables["mails"]:
        if mail.name == "mail_undeliverable":
            news.setdefault((mail.partnership_id, mail.case_id, mail.event_seq), set()).add(mail.state)
    for event in found.tables["events"]:
        if event.kind == "mail_undeliverable":
            codes = json.loads(event.body)["codes"]
            told[event.partnership_id, event.case_id, codes["mail"], codes["slot"]] += 1
            if "sent" not in news.get((event.partnership_id, event.case_id, event.seq), set()):
                yield f"case {event.case_id}: nobody heard that {codes['mail']} did not arrive"
    for mail in found.tables["mails"]:
        if mail.state == "failed" and mail.case_id and mail.name != "mail_undeliverable":
            key = (mail.partnership_id, mail.case_id, mail.name, mail.slot)
            told[key] -= 1
            if told[key] < 0:
                yield f"mail {mail.id} ({mail.name}) failed, and nobody was told"


def owed_twice(found: Found) -> Iterator[str]:
    """The same mail to the same person about the same event."""
    rows = Counter(
        (m.partnership_id, m.case_id, m.event_seq, m.name, m.account_id)
        for m in found.tables["mails"]
        if m.case_id
    )
    for key, count in rows.items():
        if count > 1:
            yield f"{key}: owed {count} times"


def event_without_its_mails(found: Found) -> Iterator[str]:
    """An event whose mails are not there: the change was kept, and the news of it was not."""
    there: dict[tuple[Any, ...], set[str]] = {}
    for mail in found.tables["mails"]:
        there.setdefault((mail.partnership_id, mail.case_id, mail.event_seq), set()).add(mail.name)
    for event in found.tables["events"]:
        rows = there.get((event.partnership_id, event.case_id, event.seq), set())
        if missing := _owed(event) - rows:
            yield f"case {event.case_id}, event {event.seq} ({event.kind}) owes {sorted(missing)}"
        if event.kind == "reminded" and not rows & {"reminder", "follow_up_due"}:
            yield f"case {event.case_id}, event {event.seq}: reminded by no mail"


def _owed(event: Any) -> set[str]:
    codes = json.loads(event.body)["codes"]
    if event.kind == "moved_up":
        return _SILENT if codes.get("cause") == "silence" else {"moved_up_next", "moved_up_chosen"}
    if event.kind == "deadline_lapsed":
        return set() if codes.get("climbs") else {"lapsed", "lapsed_office"}
    return OWED.get(event.kind, set())


def to_a_stranger(found: Found) -> Iterator[str]:
    """Owed to somebody who holds nothing in that partnership."""
    known = {(h.partnership_id, h.account_id) for h in found.tables["held"]}
    for mail in found.tables["mails"]:
        if mail.case_id and mail.account_id and (mail.partnership_id, mail.account_id) not in known:
            yield f"mail {mail.id} ({mail.name}) of partnership {mail.partnership_id} is for a stranger"


def sent_twice_unexplained(found: Found) -> Iterator[str]:
    """A mail that went on once more although its sender had heard that it was taken, and could mark it."""
    last = {mail["id"]: index for index, mail in enumerate(found.taken)}
    for index, mail in enumerate(found.taken):
        if index != last[mail["id"]] and mail["heard"] and not _while_stopped(found, mail["at"]):
            yield f"{mail['id']} was sent again, and nobody had died"


def _while_stopped(found: Found, at: float) -> bool:
    return any(began - _STILL_MARKING <= at <= ended for began, ended in found.stops)
