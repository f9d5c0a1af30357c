"""The diary: plays a history through the real services, and writes down what was done."""

from contextlib import suppress

from escalation.errors import NotFound
from escalation.reporting import measures
from escalation.reporting.figures import BoardMeasures
from escalation.services import concerns, moves
from escalation.services.submissions import new_key
from tests.support import northtown
from tests.support.diary.keeping import Book
from tests.support.diary.page import Challenge
from tests.support.diary.times import ARBITRATION, CLOSED, FOLLOW_UP, REVIEW, TIMES, UP
from tests.support.diary.town import CHAIR, LEAD, MANAGER, OFFICE, RAISER, ROLE, SURGERY
from tests.support.movable_clock import MovableClock
from workflows import commands as c
from workflows.vocabulary import Urgency


class Diary(Book):
    """What the people of Northtown do. Each thing is done in the service and written into the book."""

    def __init__(self, clock: MovableClock, *, twice: bool) -> None:
        super().__init__(clock)
        self.twice = twice
        """Whether the same may be asked twice in a stage: a second question, a wrong door."""
        self.partnership = northtown.lay_out(shut=True)
        self.ids = northtown.accounts()
        self.agencies = northtown.agencies(self.ids[RAISER[SURGERY]], self.partnership)

    def raises(self, by: str, to: str, *, urgent: bool = False) -> Challenge:
        """Somebody of an agency raises a concern about another."""
        urgency = Urgency.TODAY if urgent else Urgency.NOT_SURE
        command = c.RaiseConcern(person_reference="T", decision="d", risk="r", request="q", urgency=urgency)
        new = concerns.NewConcern(self.partnership, self.agencies[to], ROLE[to], command)
        case = concerns.raise_concern(self.ids[RAISER[by]], new, new_key()).public_id
        one = Challenge(len(self.challenges), case, by, to, to, urgent)
        self.challenges.append(one)
        self.write(one, "raised")
        self.enters(one, REVIEW)
        return one

    def does(self, who: str, one: Challenge, command: c.Command) -> None:
        """Somebody makes a move through the service."""
        moves.make_move(one.case, self.ids[who], command, new_key())

    def gives_view(self, one: Challenge, *, supports: bool) -> None:
        """The raiser's lead supports the challenge or does not."""
        self.does(LEAD[one.by], one, c.Support() if supports else c.DeclineSupport(reasons="r"))
        one.viewed = True
        one.running.pop("view", None)
        if not supports:
            self.write(one, "lead declined")

    def replies(self, one: Challenge, who: str, *, changes: bool) -> None:
        """Somebody of the other side changes the decision or keeps it."""
        keep = c.KeepDecision(reasons="r", would_change_mind="w")
        self.does(who, one, c.ChangeDecision(reasons="r") if changes else keep)
        if changes:
            self.write(one, "changed")
        one.replied = True
        if one.stage == ARBITRATION:
            return
        for name in ("reply", "position"):
            one.running.pop(name, None)
        if "answer" not in one.running:
            self.asks(one, "answer")

    def asks_information(self, one: Challenge, who: str) -> None:
        """Somebody of the other side asks the raiser for more."""
        self.does(who, one, c.AskInformation(reasons="r"))
        if "information" not in one.running:
            self.asks(one, "information")

    def tells(self, one: Challenge, *, risk_rose: bool) -> None:
        """The raiser tells what has changed; if the risk rose, times that run may only become shorter."""
        self.does(RAISER[one.by], one, c.TellChange(what_changed="w", risk_rose=risk_rose))
        one.running.pop("information", None)
        if risk_rose:
            one.urgent = True
            for name, promise in one.running.items():
                promise.due = min(promise.due, self.ends(one, name, TIMES[name].urgent))

    def passes_on(self, one: Challenge, to: str) -> None:
        """The manager says that it came to the wrong door, and passes it on to another agency."""
        who = self.ids[MANAGER[one.to]]
        command = moves.pass_on_to(one.case, who, self.agencies[to], "r")
        with suppress(NotFound):  # it is passed on, and whoever did so has no part in it any more
            moves.make_move(one.case, who, command, new_key())
        one.to = to
        for name in ("reply", "information", "answer"):
            one.running.pop(name, None)
        one.passed_on, one.replied = True, False
        self.asks(one, "reply")

    def escalates(self, one: Challenge) -> None:
        """The raiser moves it up."""
        self.does(RAISER[one.by], one, c.Escalate(reasons="r"))
        self.write(one, "moved up", "chosen")
        self.enters(one, UP[one.stage])

    def withdraws(self, one: Challenge, *, freely: bool) -> None:
        """The raiser takes it back."""
        self.does(RAISER[one.by], one, c.Withdraw(reasons="r", freely=freely))
        self.write(one, "withdrawn", "freely" if freely else "not freely")
        self.enters(one, CLOSED)

    def accepts(self, one: Challenge) -> None:
        """The raiser accepts the reply."""
        self.does(RAISER[one.by], one, c.AgreeSettlement(outcome="o"))
        self.enters(one, FOLLOW_UP)

    def settles(self, one: Challenge, who: str) -> None:
        """The raiser proposes an outcome, and somebody of the other side agrees."""
        self.does(RAISER[one.by], one, c.ProposeSettlement(outcome="o"))
        self.does(who, one, c.AgreeSettlement())
        self.enters(one, FOLLOW_UP)

    def decides(self, one: Challenge, changed: c.Changed) -> None:
        """The independent chair decides."""
        self.does(CHAIR, one, c.RecordDecision(
            decision="d", reasons="r", alternatives="a", dissent="n", changed=changed, outcome="o"))  # fmt: skip
        if changed is not c.Changed.NO:
            self.write(one, "changed")
        self.enters(one, FOLLOW_UP)

    def follows_up(self, one: Challenge, safer: c.Safer) -> None:
        """The raiser says whether the person is safer."""
        self.does(RAISER[one.by], one, c.AnswerFollowUp(safer=safer, how_known="h"))
        self.write(one, "followed up", safer)
        self.enters(one, CLOSED)

    def measured(self, period: str) -> BoardMeasures:
        """What the measures say now to the board's office."""
        return measures.board_measures(self.ids[OFFICE], self.partnership, period)
