"""Random histories: people act, time passes, sweeps come and mails fail, on the real services and the model.

After every step the case as the database has it must be the case as the model has it, what the events tell
again must be the row, and the invariants must hold (I1 to I6 and I22). One example is one new case; when it
ends its clocks are stopped by hand, so that later examples do not sweep it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text

from escalation.errors import NotFound, Refused
from escalation.services import concerns, delivery, lapses, moves, reminders
from escalation.services.submissions import new_key
from notifications.mailer import PermanentFailure, TemporaryFailure
from notifications.message import Message
from tests.integration.histories.model import CLOSED, HEAD, LEAD, MANAGER, MAY, RAISER, STRANGER, UP, Model
from tests.integration.histories.replay import PHASES, broken, replayed
from tests.support import beyond, northtown
from tests.support.movable_clock import MovableClock
from workflows import commands as c

COMMANDS: dict[str, Callable[[], c.Command]] = {
    "support": lambda: c.Support(),
    "decline_support": lambda: c.DeclineSupport(reasons="r"),
    "acknowledge": lambda: c.Acknowledge(),
    "keep_decision": lambda: c.KeepDecision(reasons="r", would_change_mind="w"),
    "change_decision": lambda: c.ChangeDecision(reasons="r"),
    "ask_information": lambda: c.AskInformation(reasons="r"),
    "tell_change": lambda: c.TellChange(what_changed="w"),
    "risk_rose": lambda: c.TellChange(what_changed="w", risk_rose=True),
    "propose_settlement": lambda: c.ProposeSettlement(outcome="o"),
    "agree_settlement": lambda: c.AgreeSettlement(outcome="o"),
    "decline_settlement": lambda: c.DeclineSettlement(reasons="r"),
    "escalate": lambda: c.Escalate(reasons="r"),
    "withdraw": lambda: c.Withdraw(reasons="r"),
    "answer_follow_up": lambda: c.AnswerFollowUp(safer=c.Safer.YES, how_known="h"),
}
ENDING = frozenset({"withdraw", "agree_settlement", "answer_follow_up"})
POSTAL = frozenset({"mail_undeliverable", "post_vacant", "reminded"})
"""Events that tell how the post went and change nothing in the case."""


@dataclass
class World:
    """The service in which all examples of a test are played."""

    partnership: str
    people: dict[str, int]
    hospital: concerns.NewConcern
    clock: MovableClock
    begins: datetime


class Letterbox:
    """A mail server that takes mail, puts it off, or sends it back."""

    def __init__(self, answers: str) -> None:
        self.answers = answers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def send(self, message: Message) -> None:
        if self.answers == "later":
            raise TemporaryFailure("421")
        if self.answers == "no":
            raise PermanentFailure("550")


class Histories(RuleBasedStateMachine):
    """One case, from its first day on."""

    world: World

    @initialize()
    def raised(self) -> None:
        # Each history begins at the same instant, with nothing left of the one before: played again it is the same.
        self.world.clock.move(to=self.world.begins)
        for left in ("outbox", "job_run"):
            _execute(f"DELETE FROM {left}")
        _execute("UPDATE account SET mail_ok = :yes", yes=True)
        raiser = self.world.people[RAISER]
        self.case = concerns.raise_concern(raiser, self.world.hospital, new_key()).public_id
        self.id = int(_rows('SELECT id FROM "case" WHERE public_id = :it', it=self.case)[0].id)
        self.model = Model(self._events()[-1].at)
        self.swept = len(self._events())

    @precondition(lambda self: any(self._possible()))
    @rule(number=st.integers(0, 10_000), sure=st.integers(0, 3))
    def somebody_does_what_they_may(self, number: int, sure: int) -> None:
        """What ends a case is done only now and then, or no history would be long."""
        possible = self._possible()
        who, what = possible[number % len(possible)]
        if what not in ENDING or not sure:
            self._acts(who, what)

    @precondition(lambda self: self.model.may(LEAD, "support"))
    @rule(supports=st.booleans())
    def the_lead_takes_a_view(self, supports: bool) -> None:
        """Early in a life or never: by chance among all moves it would hardly come."""
        self._acts(LEAD, "support" if supports else "decline_support")

    @rule(who=st.sampled_from((RAISER, LEAD, MANAGER, HEAD, STRANGER)), what=st.sampled_from(sorted(MAY)))
    def somebody_tries_what_they_may_not(self, who: str, what: str) -> None:
        """Whoever it is: they are refused, and nothing changes."""
        if not self.model.may(who, what):
            self._acts(who, what)

    def _possible(self) -> list[tuple[str, str]]:
        everybody = (RAISER, LEAD, MANAGER, HEAD)
        return [(who, what) for what in sorted(MAY) for who in everybody if self.model.may(who, what)]

    def _acts(self, who: str, what: str) -> None:
        before = len(self._events())
        try:
            moves.make_move(self.case, self.world.people[who], COMMANDS[what](), new_key())
        except (Refused, NotFound):
            assert not self.model.may(who, what), f"{who} may {what} in {self.model.stage}, and was refused"
            assert len(self._events()) == before, "a refusal writes nothing"
            return
        assert self.model.may(who, what), f"{who} did {what} in {self.model.stage}"
        self.model.does(who, what, self._events()[before].at)
        self.swept = len(self._events())

    @rule(hours=st.sampled_from((1, 5, 16, 24, 49, 72, 120, 240, 900)))
    def time_passes(self, hours: int) -> None:
        """Nothing happens meanwhile: the service is away."""
        self.world.clock.move(hours=hours)

    @precondition(lambda self: self.model.next_lapse() is not None)
    @rule(seconds=st.sampled_from((-80_000, -25_000, -2, 0, 40)))
    def it_is_nearly_time(self, seconds: int) -> None:
        """A little before the next deadline, or a little after."""
        due, _ = self.model.next_lapse() or (self.world.clock.now(), "")
        if due + timedelta(seconds=seconds) > self.world.clock.now():
            self.world.clock.move(to=due + timedelta(seconds=seconds))

    @rule()
    def the_clock_sweeps(self) -> None:
        """Everything that ran out lapses, in order, none early and none left."""
        began = self.world.clock.now()
        lapses.lapse_overdue()
        events = self._events()
        for event in events[self.swept :]:
            if event.kind == "deadline_lapsed":
                name, rung = self.model.lapses(event.at)
                assert (event.codes["clock"], event.codes["rung"]) == (name, rung)
                assert event.at - timedelta(seconds=event.codes["late_by"] + 1) <= _instant(
                    event.codes["due"]
                )
        self.swept = len(events)
        left = self.model.next_lapse()
        assert left is None or left[0] > began, f"{left} was left"

    @rule(hours=st.sampled_from((24, 48, 72, 170)))
    def time_passes_and_the_jobs_run(self, hours: int) -> None:
        """As on most days."""
        for _ in range(0, hours, 24):
            self.world.clock.move(hours=24)
            self.reminders_go_out()
            self.the_clock_sweeps()

    @rule()
    def reminders_go_out(self) -> None:
        """Reminders change nothing in the case."""
        reminders.remind()

    @rule(answers=st.sampled_from(("yes", "later", "no")))
    def mails_leave(self, answers: str) -> None:
        """Or are put off, or come back."""
        room = delivery.PostRoom(lambda: Letterbox(answers), "http://x", "a@x.invalid", "x.invalid", {})
        delivery.deliver(room)

    @invariant()
    def the_case_is_as_the_model_has_it(self) -> None:
        row, model = self._row(), self.model
        told = (
            row.stage,
            row.phase,
            row.entry_seq,
            row.position,
            row.lead_view,
            row.pace,
            row.closed_at is None,
        )
        expected = (
            model.stage, PHASES[model.stage], model.entry, model.position, model.lead_view,
            "urgent" if model.urgent else "standard", model.stage != CLOSED,
        )  # fmt: skip
        assert told == expected
        running = {
            (d.clock, d.rung, _instant(d.base_at), _instant(d.due_at))
            for d in self._deadlines("state = 'open'")
        }
        assert running == {(name, r.rung, r.base, r.due) for name, r in model.running.items()}
        proposal = _rows(
            "SELECT side, reply FROM proposal WHERE case_id = :id AND state = 'open'", id=self.id
        )
        assert [("reply" if p.reply else p.side) for p in proposal] == (
            [model.proposal] if model.proposal else []
        )

    @invariant()
    def the_events_tell_the_row_again(self) -> None:
        """I6, I9."""
        events, row = self._events(), self._row()
        assert broken(events) == []
        told = replayed(events, "standard")
        assert {name: getattr(row, name) for name in told} == told

    @invariant()
    def every_rung_lapsed_once_and_one_stage_at_a_time(self) -> None:
        """I1, I3, I4."""
        lapsed = self._deadlines("state = 'lapsed'")
        assert sorted((d.entry_seq, d.clock, d.rung) for d in lapsed) == sorted(self.model.lapsed)
        assert all(_instant(d.ended_at) >= _instant(d.due_at) for d in lapsed)
        up = [e for e in self._events() if e.kind == "moved_up"]
        assert len({e.at for e in up}) == len(up)
        assert all(UP[e.codes["from"]] == e.codes["to"] for e in up)

    @invariant()
    def nothing_follows_the_end(self) -> None:
        """I2."""
        kinds = [e.kind for e in self._events()]
        after = kinds[kinds.index("closed") + 1 :] if "closed" in kinds else []
        assert set(after) <= POSTAL

    @invariant()
    def whoever_must_know_is_owed_a_mail(self) -> None:
        """I5."""
        owed = {m.event_seq for m in _rows("SELECT event_seq FROM outbox WHERE case_id = :id", id=self.id)}
        events = self._events()
        for first, last in _transactions(events):
            kinds = {e.kind for e in events[first - 1 : last]}
            if kinds & {"concern_raised", "moved_up", "decision_kept", "decision_changed", "settled_for_now"}:
                assert owed & set(range(first, last + 1)), f"{kinds} happened, and nobody is told"

    @invariant()
    def nothing_waits_unseen(self) -> None:
        """I22."""
        if self.model.stage != CLOSED:
            open_now = self._deadlines("state = 'open'")
            assert open_now
            assert all(d.waits_for and d.set_aside is None for d in open_now)

    def teardown(self) -> None:
        if hasattr(self, "id"):
            _execute(
                "UPDATE deadline SET state = 'stopped', ended_at = due_at WHERE case_id = :id AND state = 'open'",
                id=self.id,
            )
            _execute("DELETE FROM outbox WHERE case_id = :id AND state = 'owed'", id=self.id)

    def _row(self) -> Any:
        return _rows('SELECT * FROM "case" WHERE id = :id', id=self.id)[0]

    def _events(self) -> list[Any]:
        return [
            _Event(row) for row in _rows("SELECT * FROM event WHERE case_id = :id ORDER BY seq", id=self.id)
        ]

    def _deadlines(self, which: str) -> list[Any]:
        return _rows(f"SELECT * FROM deadline WHERE case_id = :id AND {which}", id=self.id)


class _Event:
    """An event row, with its instant and its codes read."""

    def __init__(self, row: Any) -> None:
        self.partnership_id, self.case_id, self.seq = row.partnership_id, row.case_id, row.seq
        self.kind, self.body, self.previous, self.hash = row.kind, row.body, row.previous, row.hash
        self.at, self.codes = _instant(row.at), json.loads(row.body)["codes"]


def _transactions(events: list[Any]) -> list[tuple[int, int]]:
    """First and last number of the events that were written together."""
    spans: dict[datetime, tuple[int, int]] = {}
    for event in events:
        first, _ = spans.get(event.at, (event.seq, 0))
        spans[event.at] = (first, event.seq)
    return list(spans.values())


def _instant(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _rows(statement: str, **values: Any) -> list[Any]:
    with beyond.engine().connect() as connection:
        return list(connection.execute(text(statement), values))


def _execute(statement: str, **values: Any) -> None:
    with beyond.engine().connect().execution_options(write=True) as connection:
        connection.execute(text(statement), values)
        connection.commit()


def world(clock: MovableClock) -> World:
    """Northtown, in which nobody has raised anything yet."""
    partnership = northtown.lay_out(shut=True)
    people = northtown.accounts()
    hospital = northtown.concern_to_hospital(people[RAISER], partnership)
    return World(partnership, people, hospital, clock, _tuesday_after(clock.now()))


def _tuesday_after(now: datetime) -> datetime:
    """Ten o'clock on the second Tuesday from now: a working day, after everybody came."""
    day = now.replace(hour=10, minute=0, second=0, microsecond=0)
    return day + timedelta(days=7 + (1 - day.weekday()) % 7)
