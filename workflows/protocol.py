"""What a board's escalation procedure is, as frozen values.

A `Protocol` is loaded from one TOML file (see `loader`) and never changes: a new timescale is a new
version in a new file. Cases keep the version they began under.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from workflows.facts import When
from workflows.stages import Cap, Clock, Stage
from workflows.triggers import Trigger
from workflows.vocabulary import (
    Expiry,
    Occasion,
    Readers,
    Reason,
    Side,
    Subject,
    Tier,
    Urgency,
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a case that the directory fills: which side, how high, in whose words.

    `line` is None (any line of that tier) or "challenged_role": the line that matches the role the
    raiser named, so that a doctor's decision reaches the medical line. `alternatives` are tiers that
    are tried in turn where an agency has no such post; `borrows` says of which kind of agency a kind
    that has none takes it. `party` says whose slot it is on the challenged side: 0 the agency named first, 1
    the second, 2 the third. `kind` fixes the slot to an agency of that kind, whoever challenges whom. `when`
    empties the slot unless it fits.
    """

    id: str
    side: Side
    tier: Tier
    title: str
    line: str | None = None
    alternatives: tuple[Tier, ...] = ()
    borrows: Mapping[str, str] = field(default_factory=dict)
    party: int = 0
    kind: str | None = None
    neutral: bool = False
    when: When = field(default_factory=dict)

    @property
    def also(self) -> bool:
        """Whether this is the place of a further challenged agency, empty unless one was named."""
        return self.party > 0

    @property
    def is_first_named(self) -> bool:
        """Whether it belongs to the first agency of its side, and goes along when that is another."""
        return not self.also and self.kind is None

    @property
    def is_raiser(self) -> bool:
        """Whether this is the place of the person who raised the concern."""
        return self.side is Side.RAISING and self.tier is Tier.PRACTITIONER


@dataclass(frozen=True, slots=True)
class Pace:
    """A speed at which the same stages are walked. `urgencies` choose it when a concern is raised."""

    id: str
    name: str
    urgencies: frozenset[Urgency]
    on_risk_rise: str | None = None
    """The pace a case changes to when its risk rises, or None when this one is the fastest."""


@dataclass(frozen=True, slots=True)
class Track:
    """A line of stages. `entries` are where the raiser may begin, the usual one first.

    A track `beside` is opened beside a running case, as a case of its own that is tied to it. One with an
    `elsewhere` is opted out of: what would go this way is for another process, for the reason given.
    """

    id: str
    name: str
    entries: tuple[str, ...]
    beside: bool = False
    elsewhere: str | None = None
    because: str = ""
    reason: Reason = Reason.OTHER_PROCEDURE


@dataclass(frozen=True, slots=True)
class Route:
    """Where a concern goes: to a track, or elsewhere (not this process) with a reason.

    `because` is the reason in words for people, `reason` its code, by which it is counted.
    """

    when: When
    to: str | None = None
    elsewhere: str | None = None
    because: str = ""
    reason: Reason = Reason.OTHER_PROCEDURE


@dataclass(frozen=True, slots=True)
class Notice:
    """Who is told of what beside those who must act. `marking` stands in front of the subject."""

    on: Occasion
    stages: frozenset[str]
    to: tuple[str, ...]
    copy: tuple[str, ...] = ()
    marking: str = ""
    forewarn: bool = False


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing that a form asks: by which sides it is answered, and who may read the answer."""

    id: str
    label: str
    hint: str = ""
    required: bool = True
    sides: tuple[Side, ...] = tuple(Side)
    readers: Readers = Readers.EVERYBODY


@dataclass(frozen=True, slots=True)
class Form:
    """A form that belongs to a move: its fields, and which sides fill it in."""

    id: str
    title: str
    on: Trigger
    stages: frozenset[str]
    version: str
    sides: tuple[Side, ...]
    fields: tuple[FormField, ...]


@dataclass(frozen=True)
class Protocol:
    """A whole procedure in one version. `tracks` are in order: the first is the usual one.

    What a sweep asks of it for each case is found once (it has no slots, so that it can keep it).
    """

    key: str
    version: str
    title: str
    nation: str
    review_by: date
    source: str
    slots: Mapping[str, Slot]
    paces: Mapping[str, Pace]
    tracks: Mapping[str, Track]
    stages: Mapping[str, Stage]
    boards: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = (Subject.CHILD, Subject.ADULT)
    example: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    welsh: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    forums: Mapping[str, str] = field(default_factory=dict)
    sittings: tuple[date, ...] = ()
    routes: tuple[Route, ...] = ()
    caps: Mapping[str, Cap] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    forms: tuple[Form, ...] = ()

    @property
    def first_stage(self) -> Stage:
        """Where a concern enters, unless it is routed or the raiser chooses otherwise."""
        return self.stages[next(iter(self.tracks.values())).entries[0]]

    @cached_property
    def raiser(self) -> Slot:
        """The slot of the person who raised the concern (the loader sees to it that there is one)."""
        return next(slot for slot in self.slots.values() if slot.is_raiser)

    @cached_property
    def parties(self) -> int:
        """How many challenged agencies it has places for: 1, unless slots are a second's or a third's."""
        return 1 + max(slot.party for slot in self.slots.values())

    @cached_property
    def conditional(self) -> tuple[Slot, ...]:
        """The slots that not every case has a place for."""
        return tuple(slot for slot in self.slots.values() if slot.when or slot.party)

    def ending(self, route: Route) -> Route:
        """A route as it ends: into its track, or elsewhere where the track is opted out of."""
        track = self.tracks.get(route.to) if route.to is not None else None
        if track is None or track.elsewhere is None:
            return route
        return Route(route.when, None, track.elsewhere, track.because, track.reason)

    def endings(self) -> tuple[Route, ...]:
        """How each route ends, in the order of the file; without routes everything goes one way."""
        routes = self.routes or (Route({}, to=next(iter(self.tracks))),)
        return tuple(self.ending(route) for route in routes)

    def only_if_named(self, clock: Clock) -> bool:
        """Whether a clock asks further challenged agencies alone: it runs only where one was named."""
        return all(self.slots[slot].also for slot in clock.waits_for)

    @cached_property
    def office(self) -> str | None:
        """The slot of the board office, which owes what nobody else could be asked for (None: `lint` asks
        for one)."""
        office = (s.id for s in self.slots.values() if s.side is Side.BOARD and s.tier is Tier.OFFICE)
        return next(office, None)

    def pace_for(self, urgency: Urgency) -> Pace:
        """The pace that an urgency chooses; every urgency is in exactly one (the loader sees to it)."""
        return next(p for p in self.paces.values() if urgency in p.urgencies)

    def clock(self, stage: str, clock: str) -> Clock | None:
        """A clock that may run in a stage: one of its own, or a cap over it."""
        cap = self.caps.get(clock)
        return cap.clock if cap else self.stages[stage].clock(clock)

    def clocks_of(self, stage: str) -> tuple[Clock, ...]:
        """Every clock that may run in a stage: its own, and the caps over it."""
        return (*self.stages[stage].clocks, *(cap.clock for cap in self.caps_over(stage)))

    def climbing(self, stage: str) -> frozenset[str]:
        """The clocks that move a case up from a stage when nobody answers."""
        return frozenset(c.id for c in self.clocks_of(stage) if c.on_expiry is Expiry.CLIMB)

    def caps_over(self, stage: str) -> tuple[Cap, ...]:
        """The caps that run while a case is in this stage."""
        return tuple(cap for cap in self.caps.values() if stage in cap.stages)
