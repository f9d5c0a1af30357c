"""The single door to a change of a case.

`carry_out` takes what was decided about one case (a person) or many (a sweep) and writes all of it in
the transaction it is given: events with their chain, statements, stage entries, who takes part,
deadlines, proposals, the case rows, and the mails that are now owed. All stand or fall together.

    decide() -> Decision --+
                           +--> carry_out --> event, statement, stage_entry, participation,
    directory, case file --+                  deadline, proposal, case, outbox

What somebody wrote is sealed here, on its way into its row (see `sealed`).

What can go wrong: two units that decide about the same case. The case row is locked before deciding;
and should that ever fail, the primary keys of event (case, seq) and deadline (case, entry, clock,
rung) let only one of the two commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from escalation.models import (
    Case,
    Deadline,
    EventRow,
    OutboxRow,
    Participation,
    PersonIndex,
    ProposalRow,
    Recusal,
    StageEntry,
    Statement,
)
from escalation.security import case_facts
from escalation.security.chain import Told, body_of, event_hash, text_digest
from escalation.services import mails, numbers, sealed, seating, terms
from escalation.services.case_file import CaseFile
from escalation.services.field_classes import class_of, class_of_answer
from escalation.services.sets import Rows, write_together
from escalation.services.unit import Unit
from workflows.case import Decision
from workflows.events import Code, Event, EventKind
from workflows.vocabulary import Phase


@dataclass(frozen=True, slots=True)
class Step:
    """One decision to carry out: about which case, by whom, with which words.

    `account` is None for the clock. `slot` is the seat the person acted from, `via` tells holder from
    deputy. `written` is the prose by field. `reminded` names deadlines (clock, rung) now reminded of.
    """

    file: CaseFile
    decision: Decision
    account: int | None = None
    slot: str | None = None
    via: str | None = None
    written: Mapping[str, str] = field(default_factory=dict)
    reminded: tuple[tuple[str, int], ...] = ()
    version: int | None = None
    """The protocol version that the case has from now on, when somebody moves it to another."""
    opened: Mapping[str, Code | None] = field(default_factory=dict)
    """What never changes in the row of a case, when this opens it."""


@dataclass(slots=True)
class _Pages:
    """The rows of all steps, table by table, before they are written."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    statements: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    entered: list[dict[str, Any]] = field(default_factory=list)
    places_ended: list[dict[str, Any]] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    retimed: list[dict[str, Any]] = field(default_factory=list)
    reminded: list[dict[str, Any]] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)
    proposals_ended: list[dict[str, Any]] = field(default_factory=list)
    proposals: list[dict[str, Any]] = field(default_factory=list)
    recusals: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)


def carry_out(unit: Unit, steps: Sequence[Step]) -> None:
    """Writes all steps in the unit's transaction, in a fixed number of statements."""
    pages = _Pages()
    for step in steps:
        _write_up(unit, step, pages)
    _store(unit, pages)


def _write_up(unit: Unit, step: Step, pages: _Pages) -> None:
    row = step.file.row
    entry_seq = row.entry_seq + (1 if step.decision.entered else 0)
    seated = seating.seat(unit, step.file, step.decision, entry_seq, step.account)
    events = step.decision.events + seated.events
    _events(unit, step, events, entry_seq, pages)
    _stage(unit, step, entry_seq, pages)
    _deadlines(unit, step, entry_seq, pages)
    _proposal(step, events, pages)
    pages.places_ended += seated.ended
    pages.places += seated.places
    pages.mails += mails.owed_for(unit, step, events, entry_seq, seated.seats)


def _key(step: Step) -> dict[str, Any]:
    return {"partnership_id": step.file.row.partnership_id, "case_id": step.file.row.id}


def _events(unit: Unit, step: Step, events: tuple[Event, ...], entry_seq: int, pages: _Pages) -> None:
    row, head = step.file.row, step.file.row.head
    said = _statements(unit, step, events, pages)
    case = _case(unit, step, entry_seq)
    last = row.event_seq + len(events)
    for seq, event in enumerate(events, start=row.event_seq + 1):
        own = event.kind not in _BY_THE_SERVICE
        actor, slot, via = (step.account, step.slot, step.via) if own else (None, None, None)
        told = Told(
            entry_seq,
            said.get(seq, {}),
            case_facts.after(case) if seq == last else {},
            step.opened if seq == 1 else {},
        )
        body = body_of(event.kind, unit.now, actor, slot, via, event.codes, told)
        digest = event_hash(row.partnership_id, row.id, seq, head, body)
        pages.events.append(
            _key(step)
            | {"seq": seq, "entry_seq": entry_seq, "at": unit.now, "kind": str(event.kind), "actor_id": actor}
            | {"slot": slot, "body": body, "previous": head, "hash": digest}
        )
        head = digest
        if event.kind is EventKind.RECUSED:
            pages.recusals.append(_key(step) | {"account_id": step.account, "event_seq": seq})
    pages.cases.append(case | {"event_seq": last, "head": head})


_BY_THE_SERVICE = frozenset({EventKind.POST_VACANT})
"""Events that a person's move brings about without being that person's doing."""


def _statements(
    unit: Unit, step: Step, events: tuple[Event, ...], pages: _Pages
) -> dict[int, dict[str, Sequence[str]]]:
    """What was written, sealed. Gives what each event binds of it: by field, its class and the digest of the
    text as it is stored. Where nothing was written, as in a sweep, no key is asked for."""
    if not step.written:
        return {}
    partnership, case = step.file.row.partnership_id, step.file.row.id
    keys = sealed.keys_to_write(unit, partnership, case, step.file.keys)
    first = step.file.row.event_seq + 1
    of_kind = {event.kind: first + index for index, event in reversed(list(enumerate(events)))}
    said: dict[int, dict[str, Sequence[str]]] = {}
    for name, text in step.written.items():
        seq = of_kind.get(EventKind.SAFETY_SAID, first) if name == "safety" else first
        sort = class_of(events[0].kind, name, class_of_answer(step.file.protocol, name))
        text = keys.seal(sealed.in_statement(partnership, case, seq, name), text)
        pages.statements.append(
            _key(step) | {"event_seq": seq, "field": name, "text": text} | {"field_class": sort}
        )
        said.setdefault(seq, {})[name] = (sort, text_digest(text))
    pages.numbers += numbers.rows_of(unit.connection, partnership, case, step.written)
    return said


def _case(unit: Unit, step: Step, entry_seq: int) -> dict[str, Any]:
    row, after, entered = step.file.row, step.decision.after, step.decision.entered
    phase = entered.phase if entered else Phase(row.phase)
    return {
        "partnership_id": row.partnership_id,
        "id": row.id,
        "protocol_version_id": step.version or row.protocol_version_id,
        "pace": after.pace,
        "terms": row.terms if after.terms is step.file.terms else terms.as_text(after.terms),
        "paused_at": after.terms.paused_at,
        "stage": after.stage,
        "phase": str(phase),
        "entry_seq": entry_seq,
        "position": str(after.position),
        "lead_view": str(after.lead_view),
        "readdressed": after.readdressed,
        "closed_at": (row.closed_at or unit.now) if phase is Phase.CLOSED else None,
        "version": row.version + 1,
    }


def _stage(unit: Unit, step: Step, entry_seq: int, pages: _Pages) -> None:
    entered = step.decision.entered
    if entered is None:
        return
    if step.file.row.entry_seq:
        pages.left.append(_key(step) | {"seq": step.file.row.entry_seq, "left_at": unit.now})
    closed = entered.phase is Phase.CLOSED
    pages.entered.append(
        _key(step)
        | {"seq": entry_seq, "stage": entered.stage, "phase": str(entered.phase), "cause": entered.cause}
        | {
            "pace": step.decision.after.pace,
            "entered_at": unit.now,
            "left_at": unit.now if closed else None,
        }
    )


def _deadlines(unit: Unit, step: Step, entry_seq: int, pages: _Pages) -> None:
    decision = step.decision
    pages.ended += [
        _running(step, e.clock, e.rung) | {"state": str(e.state), "ended_at": unit.now, "late_by": e.late_by}
        for e in decision.ended
    ]
    pages.retimed += [
        _running(step, r.clock, r.rung)
        | {"base_at": r.base, "budget": r.budget, "due_at": r.due, "remind_at": r.remind_at}
        for r in decision.retimed
    ]
    pages.reminded += [_running(step, c, r) | {"reminded_at": unit.now} for c, r in step.reminded]
    pages.started += [
        _key(step)
        | {
            "entry_seq": entry_seq,
            "clock": s.clock,
            "rung": s.rung,
            "side": str(s.side),
            "waits_for": s.waits_for,
        }
        | {"base_at": s.base, "budget": s.budget, "due_at": s.due, "remind_at": s.remind_at, "state": "open"}
        | {"calendar_version": s.calendar_version, "zone": s.zone, "late_by": 0}
        for s in decision.started
    ]


def _running(step: Step, clock: str, rung: int) -> dict[str, Any]:
    """The key of a running deadline. A cap belongs to the stage entry in which it began."""
    row = next(c for c in step.file.clocks if (c.clock, c.rung) == (clock, rung))
    return _key(step) | {"entry_seq": row.entry_seq, "clock": clock, "rung": rung}


def _proposal(step: Step, events: tuple[Event, ...], pages: _Pages) -> None:
    before, after = step.file.proposal, step.decision.after.proposal
    kinds = {event.kind for event in events}
    renewed = after is not None and bool(kinds & _PROPOSING)
    if before is not None and (after is None or renewed):
        ending = next((word for kind, word in _ENDINGS if kind in kinds), "lapsed")
        pages.proposals_ended.append(_key(step) | {"event_seq": before.event_seq, "state": ending})
    if after is not None and (before is None or renewed):
        pages.proposals.append(
            _key(step)
            | {
                "event_seq": step.file.row.event_seq + 1,
                "side": str(after.side),
                "reply": after.reply,
                "state": "open",
            }
        )


_PROPOSING = frozenset({EventKind.SETTLEMENT_PROPOSED, EventKind.DECISION_CHANGED, EventKind.DECISION_KEPT})
_ENDINGS = ((EventKind.SETTLEMENT_AGREED, "agreed"), (EventKind.SETTLEMENT_DECLINED, "declined"))


def _store(unit: Unit, pages: _Pages) -> None:
    """What changes, then what is new: a stage must be left before the next is entered."""
    of_case = ("partnership_id", "case_id")
    clock = (*of_case, "entry_seq", "clock", "rung")
    changed = (
        Rows(StageEntry, pages.left, (*of_case, "seq")),
        Rows(Participation, pages.places_ended, (*of_case, "no")),
        Rows(Deadline, pages.ended, clock),
        Rows(ProposalRow, pages.proposals_ended, (*of_case, "event_seq")),
        Rows(Case, pages.cases, ("partnership_id", "id")),
    )
    new = (
        Rows(EventRow, pages.events),
        Rows(Statement, pages.statements),
        Rows(PersonIndex, pages.numbers),
        Rows(StageEntry, pages.entered),
        Rows(Participation, pages.places),
        Rows(Deadline, pages.started),
        Rows(ProposalRow, pages.proposals),
        Rows(Recusal, pages.recusals),
        Rows(OutboxRow, pages.mails),
    )
    write_together(unit.connection, changed)
    # A deadline may end in one step and be moved in another: each kind of change by itself.
    write_together(unit.connection, [Rows(Deadline, pages.retimed, clock)])
    write_together(unit.connection, [Rows(Deadline, pages.reminded, clock)])
    write_together(unit.connection, new)
