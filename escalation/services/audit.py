"""Watching the clock itself, on another code path: what should have happened by now and has not?

The sweep is not asked. This reads the tables alone, and only an empty answer feeds the heartbeat.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from escalation.models import Heartbeat
from escalation.services import clocks_apart
from escalation.services.unit import Unit, reading, retried, writing

GRACE = timedelta(minutes=2)
"""How long after its instant a deadline may still be open before it counts as missed."""
MAIL_GRACE = timedelta(minutes=15)
NAME = "clock"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should have happened: a word for machines, how many, and a sentence."""

    code: str
    count: int
    words: str


@retried
def audit_the_clock() -> tuple[Finding, ...]:
    """Looks for overdue deadlines, cases nobody waits for, mails not sent, and feeds the heartbeat."""
    far = clocks_apart.apart()
    with writing() as unit:
        findings = _clocks(far) + _findings(unit)
        _beat(unit, findings)
        return findings


def last_beat() -> Heartbeat | None:
    """The heartbeat row, or None before the first audit."""
    with reading() as unit:
        beat = unit.session.get(Heartbeat, NAME)
        unit.session.expunge_all()
        return beat


def _clocks(far: timedelta) -> tuple[Finding, ...]:
    return (Finding("clocks_apart", 1, clocks_apart.words(far)),) if far > clocks_apart.STOP else ()


def _findings(unit: Unit) -> tuple[Finding, ...]:
    asked = ((code, words, _count(unit, query, since)) for code, words, query, since in _QUESTIONS)
    return tuple(Finding(code, count, words.format(count=count)) for code, words, count in asked if count)


def _count(unit: Unit, query: str, grace: timedelta) -> int:
    instant = unit.now - grace
    bound = instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if unit.sqlite else instant
    statement = text(query)
    values = {"before": bound} if ":before" in query else {}
    return int(unit.connection.execute(statement, values).scalar_one())


_QUESTIONS = (
    (
        "deadline_missed",
        "{count} deadlines ran out and nothing happened",
        """SELECT count(*) FROM deadline d JOIN "case" c ON c.partnership_id = d.partnership_id
             AND c.id = d.case_id WHERE d.state = 'open' AND d.due_at < :before AND c.paused_at IS NULL""",
        GRACE,
    ),
    (
        "nothing_runs",
        "{count} open cases wait for nobody: no deadline runs",
        """SELECT count(*) FROM "case" c WHERE c.phase NOT IN ('closed', 'draft') AND NOT EXISTS (
             SELECT 1 FROM deadline d WHERE d.partnership_id = c.partnership_id AND d.case_id = c.id
             AND (d.entry_seq = c.entry_seq OR d.clock LIKE 'cap:%') AND d.state = 'open')""",
        timedelta(0),
    ),
    (
        "mail_waits",
        "{count} mails are owed for more than 15 minutes",
        "SELECT count(*) FROM outbox WHERE state = 'owed' AND owed_at < :before",
        MAIL_GRACE,
    ),
    (
        "record_and_case_differ",
        "{count} cases do not agree with their own last event",
        """SELECT count(*) FROM "case" c WHERE c.event_seq <> (
             SELECT coalesce(max(e.seq), 0) FROM event e
             WHERE e.partnership_id = c.partnership_id AND e.case_id = c.id)""",
        timedelta(0),
    ),
)


def _beat(unit: Unit, findings: tuple[Finding, ...]) -> None:
    beat = unit.session.get(Heartbeat, NAME) or Heartbeat(name=NAME, checked_at=unit.now)
    beat.checked_at = unit.now
    beat.finding = "; ".join(f.words for f in findings) or None
    if not findings:
        beat.beat_at = unit.now
    unit.session.add(beat)
