"""Who may do what: one table, role x relation to the case x action x phase. What is not in it is denied.

A protocol file says who makes a move; this table is the ceiling that no file can raise. Role and
relation come from the seat that a person has, so a board may name its slots as it likes. Somebody may
have several standings in a case: what any of them allows is allowed, unless they stand aside.

The rules are those of section 5 of the reliability brief; `docs/permissions.md` tells them in words.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from workflows.protocol import Protocol, Slot
from workflows.triggers import Trigger
from workflows.vocabulary import Phase, Side, Tier


class Role(StrEnum):
    """The office from which somebody acts: the tier of their post, or what they are appointed to."""

    ANONYMOUS = "anonymous"
    PRACTITIONER = "practitioner"
    MANAGER = "manager"
    LEAD = "lead"
    """An agency's safeguarding lead, a named or a designated professional."""
    SENIOR = "senior"
    COORDINATOR = "coordinator"
    """The board's office."""
    CHAIR = "chair"
    """The independent chair, the arbiter, or the panel that arbitrates."""
    BOARD_MEMBER = "board_member"
    ADMINISTRATOR = "administrator"
    PRIVACY_OFFICER = "privacy_officer"
    INSPECTOR = "inspector"
    SYSTEM = "system"


class Relation(StrEnum):
    """How a person stands to one case. Who has none is answered as if there were no such case."""

    RAISER = "raiser"
    RAISER_LINE = "raiser_line"
    """Seated on the raising side, above the raiser."""
    RAISING_PARTICIPANT = "raising_participant"
    """Seated on the raising side, from another agency."""
    CHALLENGED = "challenged"
    CHALLENGED_LINE = "challenged_line"
    EXPERT = "expert"
    """Asked for an opinion, and of neither side."""
    BOARD = "board"
    RECUSED = "recused"
    NONE = "none"
    ELSEWHERE = "elsewhere"
    """Signed in, and only of other partnerships."""


class Standing(NamedTuple):
    """One way in which a person stands to a case."""

    role: Role
    relation: Relation


class Act(StrEnum):
    """What is done with a draft or to the record of a case, and what is read of it."""

    CREATE_DRAFT = "create_draft"
    EDIT_DRAFT = "edit_draft"
    DISCARD_DRAFT = "discard_draft"
    SUBMIT = "submit"
    COUNT_DRAFTS = "count_drafts"
    """How many drafts there are, and how old; never whose, and nothing of them."""
    READ_SUMMARY = "read_summary"
    READ_IDENTIFIERS = "read_identifiers"
    UNMASK_IDENTIFIERS = "unmask_identifiers"
    """Who does not see identifiers and household at once may, for a reason that is recorded."""
    READ_HOUSEHOLD = "read_household"
    READ_RAISER = "read_raiser"
    READ_QUIET_RAISER = "read_quiet_raiser"
    """The name of somebody who raised it through their safeguarding lead."""
    RELEASE_RAISER = "release_raiser"
    READ_NARRATIVE = "read_narrative"
    READ_LEADERSHIP_NOTES = "read_leadership_notes"
    """What the raiser's own side wrote among itself: the lead's view and reasons."""
    READ_DECISION = "read_decision"
    READ_PRIVATE = "read_private"
    """Whether it was safe to raise, and whether a withdrawal was free."""
    READ_RECORD = "read_record"
    READ_FULL_RECORD = "read_full_record"
    OPEN_NEXT = "open_next"
    """A new concern from this case, because the person is not safer."""
    EXPORT_CASE = "export_case"
    BREAK_GLASS = "break_glass"
    REVIEW_BREAK_GLASS = "review_break_glass"
    HOLD_CONTENT = "hold_content"
    """Forbid that content is destroyed, or allow it again."""
    DESTROY_CONTENT = "destroy_content"
    """Ask for it, or agree to it: it takes two (see `services.erasure`)."""


class BoardAct(StrEnum):
    """What is done in a partnership, and not to one case."""

    RAISE_CONCERN = "raise_concern"
    READ_WORKLIST = "read_worklist"
    READ_MEASURES = "read_measures"
    READ_ALL_MEASURES = "read_all_measures"
    READ_SUPPRESSED_MEASURES = "read_suppressed_measures"
    """Those of the whole partnership, with small numbers hidden."""
    READ_DIRECTORY = "read_directory"
    READ_PROCEDURES = "read_procedures"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_MAIL_DOMAINS = "manage_mail_domains"
    SIGN_ACCESS_REVIEW = "sign_access_review"
    READ_LOOKUPS = "read_lookups"
    MANAGE_APPOINTMENTS = "manage_appointments"
    READ_ERASURES = "read_erasures"
    """Which requests there are to destroy content, and which holds: codes and references only."""
    VERIFY_RECORD = "verify_record"


Action = Trigger | Act
ARCHIVED = "archived"
"""The phase after the last: closed, and past its retention."""

_R, _L, _P = Role, Relation, Phase
_Cells = frozenset[Standing]


def _cells(relation: Relation, *roles: Role) -> _Cells:
    return frozenset(Standing(role, relation) for role in roles)


_LEADERS = (_R.LEAD, _R.MANAGER, _R.SENIOR)
_PROFESSIONALS = (_R.PRACTITIONER, *_LEADERS)

_RAISER = _cells(_L.RAISER, *_PROFESSIONALS)
_RAISER_LINE = _cells(_L.RAISER_LINE, *_LEADERS)
_PARTICIPANT = _cells(_L.RAISING_PARTICIPANT, *_PROFESSIONALS)
_PARTICIPANT_LEADERS = _cells(_L.RAISING_PARTICIPANT, *_LEADERS)
_RAISING_LEADERS = _RAISER_LINE | _PARTICIPANT_LEADERS
_RAISING_PARTIES = _RAISER | _RAISING_LEADERS
_RAISING = _RAISING_PARTIES | _PARTICIPANT
_CHALLENGED_PERSON = _cells(_L.CHALLENGED, *_PROFESSIONALS)
_CHALLENGED_LINE = _cells(_L.CHALLENGED_LINE, *_LEADERS)
_CHALLENGED = _CHALLENGED_PERSON | _CHALLENGED_LINE
_PARTIES = _RAISING_PARTIES | _CHALLENGED
_EXPERT = _cells(_L.EXPERT, *_PROFESSIONALS)
_DESIGNATED = _cells(_L.EXPERT, _R.LEAD)
"""A designated professional of neither side, who leads a track for a medical opinion."""
_OFFICE = _cells(_L.BOARD, _R.COORDINATOR)
_CHAIR = _cells(_L.BOARD, _R.CHAIR)
_BOARD = _OFFICE | _CHAIR
_SEATED = _RAISING | _CHALLENGED | _EXPERT | _BOARD
_PRIVACY = _cells(_L.NONE, _R.PRIVACY_OFFICER)
_UNSEATED_BOARD = _cells(_L.NONE, _R.COORDINATOR, _R.CHAIR)

_DRAFT = frozenset({_P.DRAFT})
_LOW = frozenset({_P.INFORMAL, _P.MANAGER})
_MIDDLE = frozenset({_P.MANAGER, _P.SENIOR})
_BELOW_BOARD = _LOW | {_P.SENIOR}
_SENIOR = frozenset({_P.SENIOR})
_ARBITRATION = frozenset({_P.ARBITRATION})
_UPPER = _SENIOR | _ARBITRATION
_OPEN = _BELOW_BOARD | _ARBITRATION
_FOLLOW_UP = frozenset({_P.PROVISIONAL})
_RUNNING = _OPEN | _FOLLOW_UP
_CLOSED = frozenset({_P.CLOSED})
_EVER = _RUNNING | _CLOSED
_ARCHIVED = frozenset({ARCHIVED})

_Grant = tuple[_Cells, frozenset[Phase] | frozenset[str]]
_A, _T = Act, Trigger

TABLE: Mapping[Action, tuple[_Grant, ...]] = {
    _A.CREATE_DRAFT: ((_RAISER, _DRAFT),),
    _A.EDIT_DRAFT: ((_RAISER, _DRAFT),),
    _A.DISCARD_DRAFT: ((_RAISER, _DRAFT),),
    _A.SUBMIT: ((_RAISER, _DRAFT),),
    _A.COUNT_DRAFTS: ((_BOARD | _UNSEATED_BOARD, _DRAFT),),
    _A.READ_SUMMARY: ((_SEATED | _PRIVACY, _EVER), (_BOARD | _PRIVACY, _ARCHIVED)),
    _A.READ_IDENTIFIERS: ((_RAISING | _CHALLENGED | _CHAIR, _EVER),),
    _A.UNMASK_IDENTIFIERS: ((_OFFICE | _PRIVACY, _EVER), (_EXPERT, _RUNNING)),
    _A.READ_HOUSEHOLD: ((_RAISING | _CHALLENGED | _BOARD | _PRIVACY, _EVER),),
    _A.READ_RAISER: ((_RAISING | _CHALLENGED | _BOARD | _PRIVACY, _EVER),),
    _A.READ_QUIET_RAISER: (
        (_RAISER | _RAISER_LINE | _BOARD | _PRIVACY | _cells(_L.RAISING_PARTICIPANT, _R.LEAD), _EVER),
    ),
    _A.RELEASE_RAISER: ((_BOARD | _PRIVACY, _RUNNING),),
    _A.READ_NARRATIVE: ((_RAISING | _CHALLENGED | _BOARD | _PRIVACY, _EVER), (_EXPERT, _RUNNING)),
    _A.READ_LEADERSHIP_NOTES: ((_RAISING_PARTIES | _PRIVACY, _EVER),),
    _A.READ_DECISION: ((_RAISING | _CHALLENGED | _BOARD | _PRIVACY, _EVER),),
    _A.READ_PRIVATE: ((_RAISER | _BOARD, _EVER),),
    _A.READ_RECORD: ((_RAISING | _CHALLENGED | _BOARD | _PRIVACY, _EVER),),
    _A.READ_FULL_RECORD: ((_BOARD | _PRIVACY, _EVER),),
    _A.OPEN_NEXT: ((_RAISING, _FOLLOW_UP | _CLOSED),),
    _A.EXPORT_CASE: ((_BOARD | _PRIVACY, _EVER),),
    _A.BREAK_GLASS: ((_cells(_L.NONE, _R.LEAD, _R.COORDINATOR, _R.PRIVACY_OFFICER), _EVER),),
    _A.REVIEW_BREAK_GLASS: ((_PRIVACY, _EVER | _ARCHIVED),),
    _A.HOLD_CONTENT: ((_OFFICE | _PRIVACY, _EVER | _ARCHIVED),),
    _A.DESTROY_CONTENT: ((_OFFICE | _PRIVACY, _CLOSED | _ARCHIVED),),
    _T.SUPPORT: ((_RAISING_LEADERS, _OPEN),),
    _T.DECLINE_SUPPORT: ((_RAISING_LEADERS, _OPEN),),
    _T.ACKNOWLEDGE: ((_RAISING_LEADERS | _CHALLENGED | _EXPERT | _BOARD, _RUNNING),),
    _T.CHANGE_DECISION: ((_CHALLENGED, _OPEN),),
    # Above the second stage somebody else must look again at a decision, not only who made it.
    _T.KEEP_DECISION: ((_CHALLENGED_LINE, _OPEN), (_CHALLENGED_PERSON, _LOW)),
    _T.ASK_INFORMATION: (
        (_CHALLENGED_LINE, _BELOW_BOARD),
        (_CHALLENGED_PERSON, _LOW),
        (_BOARD, _ARBITRATION),
    ),
    _T.TELL_CHANGE: ((_SEATED, _RUNNING),),
    _T.SAY_SAFETY: ((_SEATED, _RUNNING),),
    _T.READDRESS: (
        (_OFFICE, _OPEN),
        (_CHALLENGED_LINE, _BELOW_BOARD),
        (_CHALLENGED_PERSON, _LOW),
        (_cells(_L.CHALLENGED_LINE, _R.MANAGER), _ARBITRATION),
    ),
    _T.PROPOSE_SETTLEMENT: ((_PARTIES | _BOARD, _OPEN),),
    _T.AGREE_SETTLEMENT: ((_PARTIES, _OPEN),),
    _T.DECLINE_SETTLEMENT: ((_PARTIES, _OPEN),),
    _T.ESCALATE: (
        (_RAISING_PARTIES | _BOARD, _OPEN),
        (_CHALLENGED, _BELOW_BOARD),
        (_CHALLENGED_LINE | _DESIGNATED, _ARBITRATION),
    ),
    _T.WITHDRAW: ((_RAISER, _OPEN),),
    # At the board nobody decides their own case, unless the law says who decides. Below it heads and
    # directors may, where the board's protocol says so; a person who decides by law, too.
    _T.RECORD_DECISION: (
        (_CHAIR, _UPPER),
        (_OFFICE, _SENIOR),
        (_cells(_L.RAISER_LINE, _R.SENIOR), _SENIOR),
        (_cells(_L.CHALLENGED_LINE, _R.MANAGER), _SENIOR),
        (_cells(_L.CHALLENGED, _R.PRACTITIONER), _SENIOR),
        (_cells(_L.CHALLENGED_LINE, _R.SENIOR), _UPPER),
    ),
    _T.RECUSE: ((_RAISER_LINE | _PARTICIPANT | _CHALLENGED_LINE | _EXPERT | _BOARD, _OPEN),),
    _T.ANSWER_FOLLOW_UP: ((_RAISING_PARTIES, _FOLLOW_UP),),
    _T.SKIP: ((_RAISING_PARTIES | _CHALLENGED_LINE | _BOARD, _BELOW_BOARD),),
    _T.RETURN_DOWN: ((_RAISING_LEADERS, _MIDDLE), (_BOARD, _MIDDLE | _ARBITRATION)),
    _T.CHOOSE_FORUM: (
        (_BOARD | _DESIGNATED, _UPPER),
        (_cells(_L.RAISER_LINE, _R.LEAD, _R.SENIOR) | _cells(_L.CHALLENGED_LINE, _R.SENIOR), _SENIOR),
    ),
    # It leads to the question whether the person is safer, never to a closed case.
    _T.HAND_OVER: (
        (_BOARD, _RUNNING),
        (_cells(_L.RAISER_LINE, _R.LEAD, _R.SENIOR) | _cells(_L.CHALLENGED_LINE, _R.LEAD, _R.SENIOR), _UPPER),
    ),
    _T.CONFIRM: ((_SEATED, _RUNNING),),
    _T.CONVENE: ((_PARTIES | _BOARD | _DESIGNATED, _RUNNING),),
    _T.HOLD_MEETING: ((_PARTIES | _BOARD | _DESIGNATED, _RUNNING),),
    _T.RECORD_PLAN: ((_PARTIES | _BOARD, _RUNNING),),
    _T.RECORD_DISSENT: ((_RAISING | _CHALLENGED | _CHAIR, _RUNNING),),
    # Only an earlier end can be set, so nobody delays by it.
    _T.SET_TIME: ((_PARTIES | _BOARD | _DESIGNATED, _OPEN),),
    _T.PROPOSE_TIME: ((_PARTIES | _BOARD, _OPEN),),
    _T.AGREE_TIME: ((_PARTIES, _OPEN),),
    _T.EXTEND: ((_RAISING_LEADERS | _BOARD, _RUNNING), (_DESIGNATED, _OPEN)),
    _T.PAUSE: ((_RAISING_LEADERS, _BELOW_BOARD), (_BOARD, _OPEN)),
    _T.RESUME: ((_RAISING_PARTIES | _BOARD, _OPEN),),
    _T.OPEN_BESIDE: ((_PARTIES | _BOARD | _DESIGNATED, _RUNNING),),
    _T.TIME_OUT: ((_cells(_L.NONE, _R.SYSTEM), _RUNNING),),
}
"""RAISE is missing on purpose: raising needs a post in an agency (see `BOARD_TABLE`), not a case."""

THROUGH_GLASS = frozenset(
    {_A.READ_SUMMARY, _A.READ_IDENTIFIERS, _A.READ_HOUSEHOLD, _A.READ_NARRATIVE, _A.READ_DECISION}
)
"""What somebody may read who opened a case without a seat: the matter, and never who raised it in
confidence, what one side wrote among itself, or what was told to the board alone."""

_SIGNED_IN = frozenset(
    {*_PROFESSIONALS, _R.COORDINATOR, _R.CHAIR, _R.BOARD_MEMBER, _R.ADMINISTRATOR, _R.PRIVACY_OFFICER,
     _R.INSPECTOR}
)  # fmt: skip
BOARD_TABLE: Mapping[BoardAct, frozenset[Role]] = {
    BoardAct.RAISE_CONCERN: frozenset(_PROFESSIONALS),
    BoardAct.READ_WORKLIST: frozenset({_R.COORDINATOR, _R.CHAIR}),
    BoardAct.READ_MEASURES: _SIGNED_IN - {_R.ADMINISTRATOR, _R.PRIVACY_OFFICER},
    BoardAct.READ_ALL_MEASURES: frozenset({_R.COORDINATOR, _R.CHAIR}),
    BoardAct.READ_SUPPRESSED_MEASURES: frozenset({_R.BOARD_MEMBER, _R.INSPECTOR}),
    BoardAct.READ_DIRECTORY: frozenset({_R.COORDINATOR, _R.CHAIR, _R.ADMINISTRATOR}),
    BoardAct.READ_PROCEDURES: _SIGNED_IN,
    BoardAct.MANAGE_PEOPLE: frozenset({_R.ADMINISTRATOR}),
    BoardAct.MANAGE_MAIL_DOMAINS: frozenset({_R.COORDINATOR, _R.ADMINISTRATOR}),
    BoardAct.SIGN_ACCESS_REVIEW: frozenset({_R.MANAGER, _R.SENIOR, _R.COORDINATOR}),
    BoardAct.READ_LOOKUPS: frozenset({_R.PRIVACY_OFFICER}),
    BoardAct.MANAGE_APPOINTMENTS: frozenset({_R.ADMINISTRATOR}),
    BoardAct.READ_ERASURES: frozenset({_R.COORDINATOR, _R.CHAIR, _R.PRIVACY_OFFICER}),
    BoardAct.VERIFY_RECORD: frozenset(
        {_R.COORDINATOR, _R.CHAIR, _R.ADMINISTRATOR, _R.PRIVACY_OFFICER, _R.INSPECTOR, _R.SYSTEM}
    ),
}

_ROLE_OF_TIER: Mapping[Tier, Role] = {
    Tier.PRACTITIONER: _R.PRACTITIONER,
    Tier.LEAD: _R.LEAD,
    Tier.NAMED: _R.LEAD,
    Tier.DESIGNATED: _R.LEAD,
    Tier.MANAGER: _R.MANAGER,
    Tier.SENIOR_MANAGER: _R.MANAGER,
    Tier.HEAD: _R.SENIOR,
    Tier.DIRECTOR: _R.SENIOR,
    Tier.OFFICE: _R.COORDINATOR,
    Tier.CHAIR: _R.CHAIR,
    Tier.PANEL: _R.CHAIR,
}


def standing_of(protocol: Protocol, slot: str) -> Standing:
    """How somebody stands to a case who sits in a slot of its protocol."""
    found = protocol.slots[slot]
    return Standing(_role_of(found), _relation_of(found))


def permitted(standings: Iterable[Standing], action: Action, phase: str) -> bool:
    """True if any of these standings may do this in this phase (of `Phase`, or ARCHIVED)."""
    have = frozenset(standings)
    return any(phase in when and not who.isdisjoint(have) for who, when in TABLE.get(action, ()))


def role_of_tier(tier: Tier) -> Role:
    """The office from which somebody acts who holds a post of this tier."""
    return _ROLE_OF_TIER[tier]


def permitted_in_board(roles: Iterable[Role], act: BoardAct) -> bool:
    """True if any of these roles in a partnership may do this there."""
    return not BOARD_TABLE[act].isdisjoint(roles)


def _relation_of(slot: Slot) -> Relation:
    if slot.side is Side.BOARD:
        return Relation.EXPERT if _ROLE_OF_TIER[slot.tier] in _ADVISERS else Relation.BOARD
    if slot.side is Side.CHALLENGED:
        return Relation.CHALLENGED if slot.tier is Tier.PRACTITIONER else Relation.CHALLENGED_LINE
    if slot.is_raiser:
        return Relation.RAISER
    return Relation.RAISER_LINE if slot.kind is None else Relation.RAISING_PARTICIPANT


_ADVISERS = frozenset({Role.PRACTITIONER, Role.LEAD})
"""Who sits for the board and is neither its office nor its chair: somebody who is asked for an opinion."""


def _role_of(slot: Slot) -> Role:
    """Whoever decides for the board is an arbiter to it, whatever their post is called."""
    role = _ROLE_OF_TIER[slot.tier]
    return Role.CHAIR if slot.side is Side.BOARD and role in (Role.MANAGER, Role.SENIOR) else role
