"""Every mail of the service in one table: which event, which codes, who gets it.

The order of rows matters: a person who is in the audience of two rows of one event gets the first.
To add a mail, add a row here and a folder of that name under `templates/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workflows.events import Code, Event, EventKind
from workflows.vocabulary import Phase


class Audience(StrEnum):
    """Who is meant, in terms that hold for every protocol (slots are a protocol's own words)."""

    RAISER = "raiser"
    OWN_LEADERS = "own_leaders"
    """Everybody who takes part on the raising side except the raiser."""
    SEATED_RAISING = "seated_raising"
    """The seats on the raising side of the stage the case is in after the event, without the raiser."""
    SEATED_CHALLENGED = "seated_challenged"
    SEATED_BOARD = "seated_board"
    WAITED_FOR = "waited_for"
    """The slot that the event's `waits_for` names."""
    LEFT_BEHIND = "left_behind"
    """The slot that was silent when a case moved by itself."""
    NEXT_SEATED = "next_seated"
    """The seats of the stage that silence would lead to."""
    OWN_SIDE = "own_side"
    """Everybody who takes part on the actor's side."""
    OTHER_SIDE = "other_side"
    """Everybody who takes part on the other side of the two."""
    EVERYONE = "everyone"
    OFFICE = "office"
    NOTICED = "noticed"
    """The slots that the protocol's own notices name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail. `when` are codes the event must carry; `phases` the phases in which it is sent.

    A `receipt` goes to the person who acted, as proof; every other mail never does.
    """

    name: str
    event: EventKind | None
    audience: tuple[Audience, ...] = ()
    when: Mapping[str, Code] = field(default_factory=dict)
    phases: frozenset[Phase] = frozenset(Phase)
    receipt: bool = False

    def fits(self, event: Event, phase: Phase) -> bool:
        """True when this mail is about that event, in that phase."""
        codes = all(event.codes.get(key) == value for key, value in self.when.items())
        return self.event is event.kind and codes and phase in self.phases


_A, _E = Audience, EventKind
_SILENT = {"cause": "silence"}
_CHOSEN = {"cause": "chosen"}
_PROVISIONAL = frozenset({Phase.PROVISIONAL})
_BEFORE_SETTLED = frozenset(Phase) - _PROVISIONAL

NOTICE = Entry("notice", None, (_A.NOTICED,))
"""What the protocol itself wants people to know, whoever is not told by a mail of the table."""

CATALOGUE: tuple[Entry, ...] = (
    Entry("raised_receipt", _E.CONCERN_RAISED, (_A.RAISER,), receipt=True),
    Entry("reply_owed", _E.CONCERN_RAISED, (_A.SEATED_CHALLENGED,)),
    Entry("review_asked", _E.CONCERN_RAISED, (_A.SEATED_RAISING,)),
    Entry("raised_office", _E.CONCERN_RAISED, (_A.OFFICE,)),
    Entry("lead_supports", _E.LEAD_SUPPORTED, (_A.RAISER,)),
    Entry("lead_declines", _E.LEAD_DECLINED, (_A.RAISER,)),
    Entry("owned", _E.OWNED, (_A.RAISER,)),
    Entry("reply_given", _E.DECISION_CHANGED, (_A.OTHER_SIDE,)),
    Entry("reply_given", _E.DECISION_KEPT, (_A.OTHER_SIDE,)),
    Entry("information_asked", _E.INFORMATION_ASKED, (_A.OTHER_SIDE,)),
    Entry("risk_rose", _E.RISK_ROSE, (_A.EVERYONE,)),
    Entry("change_told", _E.CHANGE_TOLD, (_A.EVERYONE,)),
    Entry("readdressed", _E.READDRESSED, (_A.RAISER, _A.OWN_LEADERS, _A.OFFICE)),
    Entry("reply_owed", _E.READDRESSED, (_A.SEATED_CHALLENGED,)),
    Entry("settlement_proposed", _E.SETTLEMENT_PROPOSED, (_A.OTHER_SIDE,)),
    Entry("settlement_declined", _E.SETTLEMENT_DECLINED, (_A.OTHER_SIDE,)),
    Entry("moved_up_silent", _E.MOVED_UP, (_A.LEFT_BEHIND,), _SILENT),
    Entry("moved_up_raiser", _E.MOVED_UP, (_A.RAISER,), _SILENT),
    Entry("moved_up_office", _E.MOVED_UP, (_A.OFFICE,), _SILENT),
    Entry("moved_up_next", _E.MOVED_UP, (_A.SEATED_CHALLENGED, _A.SEATED_RAISING, _A.SEATED_BOARD)),
    Entry("moved_up_told", _E.MOVED_UP, (_A.EVERYONE,), _SILENT),
    Entry("moved_up_chosen", _E.MOVED_UP, (_A.EVERYONE,), _CHOSEN),
    Entry("moved_up_chosen", _E.MOVED_UP, (_A.EVERYONE,), {"cause": "skipped"}),
    Entry("lapsed", _E.DEADLINE_LAPSED, (_A.WAITED_FOR,), {"climbs": False}),
    Entry("lapsed_office", _E.DEADLINE_LAPSED, (_A.OFFICE,), {"climbs": False}),
    Entry("follow_up_due", _E.REMINDED, (_A.WAITED_FOR,), phases=_PROVISIONAL),
    Entry("reminder", _E.REMINDED, (_A.WAITED_FOR,), phases=_BEFORE_SETTLED),
    Entry("forewarned", _E.REMINDED, (_A.NEXT_SEATED,), {"climbs": True}, phases=_BEFORE_SETTLED),
    Entry("board_decided", _E.BOARD_DECIDED, (_A.EVERYONE,)),
    Entry("settled_for_now", _E.SETTLED_FOR_NOW, (_A.EVERYONE,), {"cause": "agreed"}),
    Entry("recused", _E.RECUSED, (_A.SEATED_BOARD, _A.OFFICE)),
    Entry("withdrawn", _E.WITHDRAWN, (_A.EVERYONE,)),
    Entry("course_changed", _E.RETURNED, (_A.EVERYONE,)),
    Entry("course_changed", _E.HANDED_OVER, (_A.EVERYONE,)),
    Entry("course_changed", _E.MEETING_CALLED, (_A.EVERYONE,)),
    Entry("course_changed", _E.BESIDE_OPENED, (_A.EVERYONE,)),
    Entry("time_changed", _E.TIME_SET, (_A.EVERYONE,)),
    Entry("time_proposed", _E.TIME_PROPOSED, (_A.OTHER_SIDE,)),
    Entry("time_changed", _E.TIME_AGREED, (_A.EVERYONE,)),
    Entry("time_changed", _E.EXTENDED, (_A.EVERYONE,)),
    Entry("time_changed", _E.PAUSED, (_A.EVERYONE,)),
    Entry("time_changed", _E.VERSION_CHANGED, (_A.EVERYONE,)),
    Entry("time_changed", _E.RESUMED, (_A.EVERYONE,)),
    Entry("taken_as_kept", _E.TAKEN_AS_KEPT, (_A.RAISER, _A.OWN_LEADERS, _A.OFFICE)),
    Entry("course_changed", _E.PROTECTED_MEANWHILE, (_A.EVERYONE,)),
    Entry("closed", _E.CLOSED, (_A.EVERYONE,), {"cause": "answered"}),
    Entry("mail_undeliverable", _E.MAIL_UNDELIVERABLE, (_A.WAITED_FOR, _A.OFFICE)),
    Entry("raiser_named", _E.RAISER_NAMED, (_A.RAISER,)),
    NOTICE,
    Entry("glass_broken", None),
    Entry("glass_overdue", None),
    Entry("erasure_asked", None),
    Entry("erasure_ended", None),
    Entry("content_destroyed", None),
    Entry("invitation", None),
    Entry("password_reset", None),
    Entry("password_changed", None),
    Entry("access_lapses", None),
    Entry("appointed", None),
    Entry("access_review_due", None),
    Entry("factor_changed", None),
    Entry("new_browser", None),
    Entry("one_time_code", None),
    Entry("newcomer_waits", None),
    Entry("admitted", None),
    Entry("not_admitted", None),
    Entry("digest", None),
    Entry("many_undeliverable", None),
    Entry("mails_put_off", None),
    Entry("record_sealed", None),
    Entry("record_broken", None),
)

WITHOUT_MAIL: Mapping[EventKind, str] = {
    EventKind.SAFETY_SAID: "stands on the page; the move it came with is told",
    EventKind.SETTLEMENT_AGREED: "the same moment is told as settled_for_now",
    EventKind.FOLLOW_UP_ANSWERED: "the same moment is told as closed",
    EventKind.GATE_OPENED: "stands on the page; nobody has to act on it",
    EventKind.MEETING_HELD: "stands on the page for everybody who was there",
    EventKind.PLAN_RECORDED: "stands on the page; the settlement that follows is told",
    EventKind.DISSENT_RECORDED: "stands on the page; it stops nothing",
    EventKind.GLASS_BROKEN: "told to privacy officers, leads and the office without a word about the case",
    EventKind.GLASS_REVIEWED: "stands on the page; who has to act on it is told when it is owed",
    EventKind.ERASURE_ASKED: "told to whoever may agree to it, without a word about the case",
    EventKind.ERASURE_ENDED: "told to who asked, without a word about the case",
    EventKind.CONTENT_DESTROYED: "told to office, chair and privacy officers, without a word about the case",
    EventKind.HOLD_SET: "stands on the page; it forbids something and asks for nothing",
    EventKind.HOLD_LIFTED: "stands on the page; what it allows needs two people who look",
    EventKind.POST_VACANT: "each mail for the post goes to the board office instead and says so",
}
"""Events that no mail tells of, each with its reason."""


_BY_EVENT: Mapping[EventKind, tuple[Entry, ...]] = {
    kind: tuple(entry for entry in CATALOGUE if entry.event is kind) for kind in EventKind
}


def entries_for(event: Event, phase: Phase) -> tuple[Entry, ...]:
    """The rows of the catalogue that an event in a phase asks for, in order."""
    return tuple(entry for entry in _BY_EVENT.get(event.kind, ()) if entry.fits(event, phase))


def mail_names() -> tuple[str, ...]:
    """Every mail's name once, in the order of the table."""
    return tuple(dict.fromkeys(entry.name for entry in CATALOGUE))
