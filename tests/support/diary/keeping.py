"""The book itself: what was done is written down, and what time does is worked out on paper."""

from datetime import datetime, timedelta

from escalation.services import lapses
from tests.support.diary.page import Challenge, Line, Promise
from tests.support.diary.times import ON_ENTERING, TIMES, UP, due
from tests.support.diary.town import BOARD, LONDON
from tests.support.movable_clock import MovableClock


class Book:
    """The lines of the diary, the challenges that they are about, and the diary's own count of time.

    It moves the service's clock along with its own. What is overdue runs out when somebody looks.
    """

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.now = datetime(2026, 2, 2, 10, tzinfo=LONDON)
        clock.move(to=self.now)
        self.lines: list[Line] = []
        self.challenges: list[Challenge] = []

    def write(self, one: Challenge, what: str, more: str = "") -> None:
        """One more line."""
        self.lines.append(Line(self.now, one.number, what, more))

    def enters(self, one: Challenge, stage: str) -> None:
        """A challenge comes to a stage: what ran before stops, and what this stage asks for begins."""
        if one.asked_here:
            self.write(one, "left", one.stage)
        one.stage, one.replied, one.passed_on = stage, False, False
        one.running, one.asked_here = {}, {stage}
        self.write(one, "entered", stage)
        for name in ON_ENTERING[stage]:
            self.asks(one, name)

    def asks(self, one: Challenge, name: str, *, again: bool = False) -> None:
        """Somebody is asked for something, and their time begins."""
        given = TIMES[name]
        days = given.again if again else given.urgent if one.urgent else given.usual
        one.running[name] = Promise(self.ends(one, name, days, again=again), late=again)
        one.asked_here.add(name)
        self.write(one, "asked", one.stage)

    def ends(self, one: Challenge, name: str, days: int, *, again: bool = False) -> datetime:
        """When the time for what is asked now will be up."""
        agency = {"reply": one.to, "position": one.to, "decision": BOARD}.get(name, one.by)
        return due(self.now, days, agency, calendar_days=name == "follow-up" and not again)

    def passes(self, **by: float) -> None:
        """Time passes; nobody looks yet."""
        self.now = (self.now.astimezone(LONDON).replace(tzinfo=None) + timedelta(**by)).replace(tzinfo=LONDON)
        self.clock.move(to=self.now)

    def sweeps(self) -> None:
        """Somebody looks at the clock: whatever is overdue has run out, the longest overdue first."""
        lapses.lapse_overdue()
        for one in self.challenges:
            while overdue := [name for name, p in one.running.items() if p.due <= self.now]:
                self.runs_out(one, min(overdue, key=lambda name: (one.running[name].due, TIMES[name].climbs)))

    def runs_out(self, one: Challenge, name: str) -> None:
        """Somebody's time ran out: it moves up by itself, or they are asked again."""
        del one.running[name]
        self.write(one, "ran out", one.stage)
        if TIMES[name].climbs:
            self.write(one, "moved up", "silence")
            self.enters(one, UP[one.stage])
        elif TIMES[name].again:
            self.asks(one, name, again=True)
