"""The words of the pages: times, states and events as sentences. Pure functions of views.

Neutral on purpose: people see things differently, nobody wins; red and alarm are for danger alone.

Where a sentence has a word that a board may say in its own way, it takes the board's words (`own`) and
puts them in (see `workflows.own_words`); without any the service's words stand.
"""

from escalation.web.words.door import at_the_door, proved_by
from escalation.web.words.happened import by_silence, happened
from escalation.web.words.lists import receipt, work_state
from escalation.web.words.moves import TRIGGER_LINKS, move_link
from escalation.web.words.people import MARKS, post_and_people, standing
from escalation.web.words.state import (
    holder,
    if_nobody,
    lead_view,
    moves_up_to,
    owned,
    relation,
    role,
    state,
    tie,
    title_of,
    unread_tonight,
)
from escalation.web.words.steps import step_note
from escalation.web.words.times import (
    budget,
    clock_time,
    closed_until,
    day,
    moment,
    short_moment,
    the_sum,
    time_left,
    working_days,
)
from escalation.web.words.written import FIELD_LABELS, label, parts
from workflows.own_words import said, word

__all__ = [
    "FIELD_LABELS",
    "MARKS",
    "TRIGGER_LINKS",
    "at_the_door",
    "budget",
    "by_silence",
    "clock_time",
    "closed_until",
    "day",
    "happened",
    "holder",
    "if_nobody",
    "label",
    "lead_view",
    "moment",
    "move_link",
    "moves_up_to",
    "owned",
    "parts",
    "post_and_people",
    "proved_by",
    "receipt",
    "relation",
    "role",
    "said",
    "short_moment",
    "standing",
    "state",
    "step_note",
    "the_sum",
    "tie",
    "time_left",
    "title_of",
    "unread_tonight",
    "word",
    "work_state",
    "working_days",
]
