"""Watching the clock itself, on another code path: what should have happened by now and has not?

The sweep is not asked. This reads the tables alone, and only an empty answer feeds the heartbeat.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import text

from escalation.models import Heartbeat
from escalation.services import clocks_apart
from escalation.services.audit_questions import QUESTIONS, SILENCE, SILENT, Question
from escalation.services.unit import Unit, across_partnerships, reading, retried, writing

NAME = "clock"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should have happened: a word for machines, how many, and a sentence."""

    code: str
    count: int
    words: str


@retried
def audit_the_clock(longest_silence: timedelta = SILENCE) -> tuple[Finding, ...]:
    """Asks every question, and feeds the heartbeat when nothing is found.

    `longest_silence` is how long a job may say nothing.
    """
    far = clocks_apart.apart()
    with writing(across_partnerships("the clock is watched in all of them")) as unit:
        findings = _clocks(far) + _findings(unit, (*QUESTIONS, replace(SILENT, grace=longest_silence)))
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


def in_order(longest_silence: timedelta) -> bool:
    """True when the last audit found nothing, and is not older than that."""
    with reading() as unit:
        beat = unit.session.get(Heartbeat, NAME)
        return (
            beat is not None
            and beat.finding is None
            and beat.beat_at is not None
            and unit.now - beat.beat_at < longest_silence
        )


def _findings(unit: Unit, questions: Iterable[Question]) -> tuple[Finding, ...]:
    counted = ((q, _count(unit, q)) for q in questions)
    return tuple(Finding(q.code, count, q.words.format(count=count)) for q, count in counted if count)


def _count(unit: Unit, question: Question) -> int:
    values = {"before": unit.now - question.grace} if ":before" in question.query else {}
    return int(unit.connection.execute(text(question.query), values).scalar_one())


def _beat(unit: Unit, findings: tuple[Finding, ...]) -> None:
    beat = unit.session.get(Heartbeat, NAME) or Heartbeat(name=NAME, checked_at=unit.now)
    beat.checked_at = unit.now
    beat.finding = "; ".join(f.words for f in findings) or None
    if not findings:
        beat.beat_at = unit.now
    unit.session.add(beat)
