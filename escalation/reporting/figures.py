"""The figures of the board's page, as frozen values: what `measures` counts and pages and exports show."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until and without `end`, both dates in UTC."""

    key: str
    words: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a label, a count, of how many (0: not a share), and a remark."""

    label: str
    count: int
    of: int = 0
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One measure: a heading, a sentence, its lines, and how it is counted."""

    heading: str
    sentence: str
    rows: tuple[Row, ...]
    how: str
    most: int = 0


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency: how many it raised and received; raising none is shown, with its zero."""

    agency: str
    raised: int
    received: int


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long cases stood in a stage: in words, and how many deadlines ran out of those that ran."""

    stage: str
    words: str
    lapsed: int
    ran: int


@dataclass(frozen=True, slots=True)
class NewestSeal:
    """The newest seal of the record: its number, the root over what it covers, when it was made, and the line
    by which `escalation audit verify --anchors` knows it again."""

    n: int
    root: str
    at: datetime
    anchor: str


@dataclass(frozen=True, slots=True)
class BoardMeasures:
    """Everything on the board lead's page, for one period."""

    period: Period
    periods: tuple[Period, ...]
    headline: str
    sentence: str
    raised: int
    finished: int
    changed: int
    by_silence: int
    chosen: int
    open_now: int
    in_follow_up: int
    past_time: int
    declines: int
    withdrawn: int
    not_freely: int
    diverted: int
    """How many concerns were sent elsewhere; they are not among those raised."""
    stages: Table
    moves: Table
    pairs: Table
    outcomes: Table
    elsewhere: Table
    agencies: tuple[AgencyRow, ...]
    silent: tuple[str, ...]
    times: tuple[StageTime, ...]
    seal: NewestSeal | None = None
