"""The closed lists of words that a protocol file may use. A file can never bring code of its own."""

from enum import StrEnum


class Phase(StrEnum):
    """The closed list of phases. Stages are a board's own; permissions and measures stand on phases."""

    DRAFT = "draft"
    INFORMAL = "informal"
    MANAGER = "manager"
    SENIOR = "senior"
    ARBITRATION = "arbitration"
    PROVISIONAL = "provisional"
    CLOSED = "closed"


class Side(StrEnum):
    """Who a slot, a clock or a word belongs to."""

    RAISING = "raising"
    CHALLENGED = "challenged"
    BOARD = "board"


class Tier(StrEnum):
    """How high in its agency a post stands. The directory finds a post by agency, tier and line."""

    PRACTITIONER = "practitioner"
    LEAD = "lead"
    NAMED = "named"
    """A named professional: health's own line beside management."""
    DESIGNATED = "designated"
    MANAGER = "manager"
    SENIOR_MANAGER = "senior_manager"
    HEAD = "head"
    DIRECTOR = "director"
    OFFICE = "office"
    CHAIR = "chair"
    PANEL = "panel"


class AgencyKind(StrEnum):
    """The closed list of kinds of agency, for routes, borrowed posts, measures and words."""

    GENERAL_PRACTICE = "general_practice"
    HOSPITAL = "hospital"
    HEALTH_VISITING = "health_visiting"
    INTEGRATED_CARE_BOARD = "integrated_care_board"
    SOCIAL_CARE = "social_care"
    POLICE = "police"
    SCHOOL = "school"
    HOUSING = "housing"
    PROBATION = "probation"
    AMBULANCE = "ambulance"
    VOLUNTARY = "voluntary"
    CARE_PROVIDER = "care_provider"
    COURT_SERVICE = "court_service"
    BOARD = "board"
    OTHER = "other"


FURTHER = ("also", "third")
"""Whose a slot is that is not the first challenged agency's: the second's, the third's."""


class Subject(StrEnum):
    """Whom a case is about. An issue has no case behind it: partner against partner, a theme."""

    CHILD = "child"
    ADULT = "adult"
    ISSUE = "issue"


class Within(StrEnum):
    """Whether the disagreement is inside one agency or between two."""

    AGENCY = "agency"
    BETWEEN = "between"


class Reason(StrEnum):
    """Why a concern is not for this process. The words for people stand in the file, beside the code."""

    OWN_AGENCY = "own_agency"
    COMPLAINT = "complaint"
    CONDUCT = "conduct"
    WHISTLEBLOWING = "whistleblowing"
    ELIGIBILITY = "eligibility"
    """Who is entitled to what, and who pays."""
    APPEAL = "appeal"
    """The person's or the family's own."""
    NEW_CONCERN = "new_concern"
    """A new referral about somebody, and no disagreement yet."""
    OTHER_PROCEDURE = "other_procedure"


class Urgency(StrEnum):
    """How soon the raiser thinks something may happen. `NOT_SURE` is a real answer."""

    TODAY = "today"
    NEXT_DAYS = "next_days"
    NOT_URGENT = "not_urgent"
    NOT_SURE = "not_sure"


class Unit(StrEnum):
    """Units of a clock. Seconds exist for rehearsals; `lint` refuses them in a published file."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    WEEKS = "weeks"
    SAME_WORKING_DAY = "same_working_day"
    NEXT_SITTING = "next_sitting"


class ClockKind(StrEnum):
    """What a clock asks for."""

    ACKNOWLEDGE = "acknowledge"
    ACT = "act"
    ANSWER = "answer"
    MEET = "meet"
    MINUTE = "minute"
    DECIDE = "decide"
    NOTIFY = "notify"
    PLAN = "plan"


class Anchor(StrEnum):
    """The moment from which a clock counts."""

    ENTRY = "entry"
    RAISED = "raised"
    CONCERN = "concern"
    """When the disagreement arose, as the raiser gave it (entry when they did not)."""


class Expiry(StrEnum):
    """What silence does when a clock runs out."""

    CLIMB = "climb"
    """The case goes to the stage that the `time_out` move of this stage names."""
    REPEAT = "repeat"
    """The lapse is recorded, people are told, and the clock starts again with its `repeat` budget."""
    RECORD = "record"
    """The lapse is recorded and the case goes on without it."""
    UNSATISFACTORY = "unsatisfactory"
    """Silence counts as "decision kept": the raising side may go on from there."""
    HOLD = "hold"
    """As repeat, and from then on it waits for the people whom the clock names in `hold_for`."""


class Authority(StrEnum):
    """What the people of a stage may do about the decision."""

    DECIDES = "decides"
    MEDIATES = "mediates"
    INFORMED = "informed"
    STATUTORY = "statutory"


class Closer(StrEnum):
    """Who may say that it is settled."""

    RAISER = "raiser"
    BOTH = "both"
    DECIDER = "decider"


class Outcome(StrEnum):
    """How a stage may end."""

    AGREED = "agreed"
    AGREED_WITH_PLAN = "agreed_with_plan"
    STANDS_DISSENT_KEPT = "stands_dissent_kept"
    UP = "up"
    DIVERTED = "diverted"
    WITHDRAWN = "withdrawn"
    EXIT_COURT = "exit_court"


class Gate(StrEnum):
    """What must have happened before a move. A gate that was opened stays open for the case."""

    MANAGER_VALIDATES = "manager_validates"
    LEAD_CONSULTED = "lead_consulted"
    EVIDENCE_ATTACHED = "evidence_attached"
    DISCUSSION_RECORDED = "discussion_recorded"
    PERSON_VIEW_OR_REASON = "person_view_or_reason"
    SECOND_OPINION_INDEPENDENT = "second_opinion_independent"
    FAMILY_TOLD = "family_told"
    LESSONS_RECORDED = "lessons_recorded"
    SECOND_PERSON_AGREES = "second_person_agrees"
    """Spent by the move that needed it."""
    PLAN_RECORDED = "plan_recorded"
    MEETING_HELD = "meeting_held"


class Word(StrEnum):
    """The words of the service that a board may say in its own way on pages. `stages`, `challenges` and
    `outcomes` are the plurals; where only the singular is given, the plural has an s."""

    STAGE = "stage"
    STAGES = "stages"
    CHALLENGE = "challenge"
    CHALLENGES = "challenges"
    OUTCOME = "outcome"
    OUTCOMES = "outcomes"
    RAISER = "raiser"
    LEAD = "lead"
    HEADS = "heads"
    CHAIR = "chair"
    OFFICE = "office"


class Readers(StrEnum):
    """Who may read what is written in a field of a form."""

    EVERYBODY = "everybody"
    """Whoever takes part in the case."""
    RAISING_SIDE = "raising_side"
    """The raising side, which writes it among itself, and the board."""
    BOARD = "board"
    """The raiser and the board."""


class Occasion(StrEnum):
    """What a notice is sent upon."""

    ENTERED = "entered"
    CLIMBED = "climbed"
    SILENCE = "silence"
    SETTLED = "settled"
    CLOSED = "closed"
    ANSWERED = "answered"
    """The challenged side changed or kept its decision. Silence that counts as an answer is silence."""
    DECIDED = "decided"
    EXTENDED = "extended"
    REMINDED = "reminded"
