"""The values of the post room. All frozen; none holds more of a case than may leave by e-mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from workflows.vocabulary import Side


class Via(StrEnum):
    """How somebody comes to be told for a post."""

    HOLDER = "holder"
    DEPUTY = "deputy"
    VACANT = "vacant"
    OFFICE = "office"
    """The board office is told, because nobody could be told for the post."""
    SELF = "self"
    """A mail about the person's own account."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account that may be told. `address_ok` is False when a mail to it came back."""

    account: int
    address_ok: bool = True


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits in a slot of a case today, and whether as holder or deputy, or nobody."""

    slot: str
    side: Side
    title: str
    agency: str
    people: tuple[Person, ...]
    via: Via


@dataclass(frozen=True, slots=True)
class Owed:
    """A mail that is owed to one person about one event: ids and codes only."""

    name: str
    account: int
    slot: str
    via: Via
    dedupe_key: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A mail of the catalogue that nobody was left to get, and why. It is counted, never lost."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a partnership stands, in figures: cases, deadlines, mails, people and posts, and no name.

    `running` cases; deadlines `overdue` now and `lapsed` within a day; mails `waiting` for long and
    `failed` within a week; people `unreachable` by mail; `vacant` posts; `drafts` older than a day; access
    `reviews` past their time;
    `watched` is when the clocks were last found in order.
    """

    running: int
    overdue: int
    lapsed: int
    waiting: int
    failed: int
    unreachable: int
    vacant: int
    drafts: int
    watched: datetime | None
    reviews: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFacts:
    """The newest seal of a partnership's record: its number, what it covers, its root in groups of four
    letters, and the line by which a verification knows it."""

    n: int
    at: datetime
    cases: int
    events: int
    reads: int
    root: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that may be said in a mail. `due` is an aware instant; `zone` says how to write it.

    `waited_role` is the role that the clock waits for, `next_holder` the role that the case goes to by
    itself. Account mails have a `set_up_link` and no reference.
    """

    service_name: str
    partnership_name: str
    zone: str
    office_phone: str
    office_hours: str
    office_address: str
    link: str
    role: str = ""
    reference: str | None = None
    stage: str | None = None
    stage_welsh: str = ""
    """The name of the stage in Welsh, where the procedure has it."""
    words: Mapping[str, str] = field(default_factory=dict)
    """The board's own words, those that name nobody."""
    due: datetime | None = None
    next_holder: str | None = None
    waited_role: str | None = None
    urgent: bool = False
    marking: str = ""
    """Fixed words that the protocol puts in front of the subject."""
    via: str = Via.HOLDER
    set_up_link: str | None = None
    code: str = ""
    """A one-time code, only in the mail that brings it."""
    standing: Standing | None = None
    """Only in the board office's daily mail."""
    seal: SealFacts | None = None
    """Only in the weekly mail that brings it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person, ready to leave."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    sender: str
    sender_name: str
    reply_to: str
    headers: Mapping[str, str] = field(default_factory=dict)
