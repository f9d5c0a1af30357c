"""What people do: raise, answer, settle, withdraw, at random, each with the key that its form carries.

What somebody is about to send, and the answer they got, stand in a log of their own. Who died between the
two sends the same again, as a browser would.
"""

import json
import os
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text

from escalation.errors import EscalationError
from escalation.services import concerns, moves
from escalation.services.unit import across_partnerships, reading
from workflows import commands as c
from workflows.vocabulary import Urgency

_TAIL = 8192
_CHALLENGED = {"Hospitals": "doctor", "Children's Social Care": "social_worker", "Housing": "housing"}
_log = structlog.get_logger(__name__)

# Who may do what where, in the four-stage protocol: verb, slot, how often.
_MOVES: Mapping[str, tuple[tuple[str, str, int], ...]] = {
    "manager_review": (
        ("Support", "raising_lead", 3),
        ("KeepDecision", "challenged_manager", 2),
        ("ChangeDecision", "challenged_manager", 1),
        ("AskInformation", "challenged_manager", 1),
        ("TellChange", "raiser", 1),
        ("ProposeSettlement", "raiser", 1),
        ("AgreeSettlement", "challenged_manager", 1),
        ("Escalate", "raiser", 1),
        ("Withdraw", "raiser", 1),
    ),
    "senior_challenge": (
        ("KeepDecision", "challenged_head", 2),
        ("ProposeSettlement", "challenged_head", 1),
        ("AgreeSettlement", "raiser", 1),
        ("Escalate", "raising_head", 1),
        ("Withdraw", "raiser", 1),
    ),
    "board_arbitration": (
        ("RecordDecision", "chair", 3),
        ("ProposeSettlement", "raising_head", 1),
        ("Withdraw", "raiser", 1),
    ),
    "follow_up": (("AnswerFollowUp", "raiser", 1),),
}
_ANY_CASE = text(
    """SELECT public_id, stage FROM "case" WHERE phase <> 'closed'
       AND id >= (SELECT min(id) + :share * (max(id) - min(id)) FROM "case") ORDER BY id LIMIT 1"""
)
_SEATED = text(
    """SELECT coalesce(p.account_id, h.account_id) FROM participation p
       JOIN "case" c ON c.partnership_id = p.partnership_id AND c.id = p.case_id
       LEFT JOIN holding h ON h.partnership_id = p.partnership_id AND h.post_id = p.post_id AND h.to_at IS NULL
       WHERE c.public_id = :case AND p.slot = :slot AND p.ended_at IS NULL ORDER BY h.kind DESC LIMIT 1"""
)
_TOWNSPEOPLE = text(
    """SELECT a.id AS account, p.public_id AS partnership, p.id AS partnership_id FROM account a
       JOIN holding h ON h.account_id = a.id JOIN post o ON o.id = h.post_id
       JOIN partnership p ON p.id = o.partnership_id WHERE o.tier = 'practitioner'"""
)
_AGENCIES = text(
    "SELECT g.public_id, g.name, m.partnership_id FROM agency g JOIN membership m ON m.agency_id = g.id"
)


@dataclass(frozen=True, slots=True)
class Places:
    """Who may raise, and whom they may challenge; read once, before the processes are forked."""

    raisers: tuple[tuple[int, str, int], ...]
    agencies: Mapping[int, tuple[tuple[str, str], ...]]

    @classmethod
    def known(cls) -> "Places":
        """As the towns were set up."""
        with reading() as unit:
            raisers = tuple(tuple(row) for row in unit.session.execute(_TOWNSPEOPLE))
            found = unit.session.execute(_AGENCIES).all()
        agencies: dict[int, list[tuple[str, str]]] = {}
        for public_id, name, partnership in found:
            role = next((r for n, r in _CHALLENGED.items() if name.endswith(n)), None)
            if role:
                agencies.setdefault(partnership, []).append((public_id, role))
        return cls(raisers, {k: tuple(v) for k, v in agencies.items()})


class Diary:
    """What the people of one place sent and what they were answered."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)

    def write(self, **line: Any) -> None:
        """One line, whole."""
        os.write(self._file, json.dumps(line).encode() + b"\n")

    def unanswered(self) -> dict[str, Any] | None:
        """What was sent last, when no answer to it stands there."""
        size = os.fstat(self._file).st_size
        tail = os.pread(self._file, _TAIL, max(0, size - _TAIL)).decode("utf-8", "replace")
        whole = [
            json.loads(line) for line in tail.splitlines() if line.startswith('{"') and line.endswith("}")
        ]
        return whole[-1] if whole and whole[-1]["what"] == "sent" else None


def act(diary: Diary, places: Places, raising: float, only: str | None = None) -> None:
    """One thing that somebody does: with this probability a new concern, else a move on a running case."""
    intent = _concern(places) if only is None and random.random() < raising else _move(only)
    if intent is not None:
        diary.write(what="sent", **intent)
        send(diary, intent)


def send(diary: Diary, intent: Mapping[str, Any]) -> None:
    """Sends what is in the diary, and writes the answer into it."""
    try:
        result = _raise(intent) if intent["verb"] == "RaiseConcern" else _make(intent)
    except EscalationError as refused:
        diary.write(what="refused", key=intent["key"], why=type(refused).__name__)
    else:
        diary.write(what="answered", key=intent["key"], result=result)


def _concern(places: Places) -> dict[str, Any]:
    account, partnership, number = random.choice(places.raisers)
    agency, role = random.choice(places.agencies[number])
    urgency = random.choice((Urgency.TODAY, Urgency.NEXT_DAYS, Urgency.NOT_SURE))
    return {"verb": "RaiseConcern", "key": secrets.token_hex(8), "account": account} | {
        "partnership": partnership,
        "agency": agency,
        "role": role,
        "urgency": str(urgency),
    }


def _move(only: str | None) -> dict[str, Any] | None:
    with reading(across_partnerships("the people of a campaign live in several towns")) as unit:
        case = unit.session.execute(_ANY_CASE, {"share": random.random()}).first()
        if case is None or case.stage not in _MOVES:
            return None
        able = [move for move in _MOVES[case.stage] if only in (None, move[0])]
        if not able:
            return None
        verb, slot, _ = random.choices(able, [move[2] for move in able])[0]
        account = unit.session.execute(_SEATED, {"case": case.public_id, "slot": slot}).scalar()
    if account is None:
        return None
    return {"verb": verb, "key": secrets.token_hex(8), "account": account, "case": case.public_id}


def _raise(intent: Mapping[str, Any]) -> str:
    command = c.RaiseConcern(
        person_reference=f"T-{intent['key']}",
        decision="The referral was closed after one visit.",
        risk="Two children of four and six; there was a head injury in the spring.",
        request="Decide again with the school and the surgery in one room.",
        urgency=Urgency(intent["urgency"]),
    )
    new = concerns.NewConcern(intent["partnership"], intent["agency"], intent["role"], command)
    return concerns.raise_concern(intent["account"], new, intent["key"]).public_id


def _make(intent: Mapping[str, Any]) -> str:
    words = f"Reasons of {intent['key']}"
    command = _COMMANDS[intent["verb"]](words)
    moves.make_move(intent["case"], intent["account"], command, intent["key"])
    return str(intent["case"])


_COMMANDS: Mapping[str, Any] = {
    "Support": lambda w: c.Support(reasons=w),
    "KeepDecision": lambda w: c.KeepDecision(reasons=w, would_change_mind="A second opinion."),
    "ChangeDecision": lambda w: c.ChangeDecision(reasons=w),
    "AskInformation": lambda w: c.AskInformation(reasons=w),
    "TellChange": lambda w: c.TellChange(what_changed=w, risk_rose=random.Random(w).random() < 0.3),
    "ProposeSettlement": lambda w: c.ProposeSettlement(outcome=w),
    "AgreeSettlement": lambda w: c.AgreeSettlement(outcome=w),
    "Escalate": lambda w: c.Escalate(reasons=w),
    "Withdraw": lambda w: c.Withdraw(reasons=w),
    "AnswerFollowUp": lambda w: c.AnswerFollowUp(safer=c.Safer.YES, how_known=w),
    "RecordDecision": lambda w: c.RecordDecision(
        decision=w, reasons="r", alternatives="a", dissent="none", changed=c.Changed.YES, outcome="o"
    ),
}
