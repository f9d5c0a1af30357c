"""What must come first, meetings, what goes to another place: told under a procedure that has all of it."""

from dataclasses import replace

import pytest

from tests.support import richer
from tests.unit.workflows.story import (
    CALENDARS,
    CHAIR,
    CHALLENGED_HEAD,
    GP,
    HOSPITAL,
    LATER,
    LEAD,
    MANAGER,
    PRACTICE,
    WEDNESDAY,
    Story,
    concern,
)
from workflows import commands as c
from workflows.case import Actor, Decision, Elsewhere, Refusal
from workflows.events import EventKind
from workflows.gates import GATE_WORDS
from workflows.loader import loads
from workflows.machine import begin, possibilities
from workflows.protocol import Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Anchor, Closer, Gate, Reason, Side, Within

SECOND = Gate.SECOND_PERSON_AGREES
CONFIRM = c.Confirm(gate=SECOND, how="by telephone")
BOTH_LEADS = Actor(2, frozenset({"raising_lead", "raiser"}), frozenset({PRACTICE}))


@pytest.fixture(scope="module")
def everything() -> Protocol:
    """The default with everything that a procedure can ask for."""
    return loads(richer.body(), richer.NAME)


@pytest.fixture
def rich(everything: Protocol) -> Story:
    """A concern raised under it."""
    return Story.raised(everything)


def raised(protocol: Protocol, command: c.RaiseConcern, within: Within = Within.BETWEEN) -> object:
    """What comes of a concern."""
    return begin(
        protocol,
        command,
        calendars=CALENDARS,
        empty_slots=frozenset(),
        party_agencies=frozenset({PRACTICE, HOSPITAL}),
        party_people=frozenset({1}),
        now=WEDNESDAY,
        within=within,
    )


class TestAConcernBegins:
    @pytest.mark.parametrize("enter", [None, "manager_review", "senior_challenge"])
    def test_where_the_track_lets_it(self, everything: Protocol, enter: str | None) -> None:
        begun = raised(everything, replace(concern(), enter=enter))
        assert isinstance(begun, Decision)
        assert begun.after.stage == enter or (enter, begun.after.stage) == (None, "manager_review")
        assert begun.events[0].codes["track"] == "main"

    @pytest.mark.parametrize("enter", ["board_arbitration", "opinion", "nowhere"])
    def test_nowhere_else(self, everything: Protocol, enter: str) -> None:
        refused = raised(everything, replace(concern(), enter=enter))
        assert refused == Refusal("not_an_entry", "This procedure cannot begin at that stage.")

    def test_elsewhere_inside_one_agency(self, everything: Protocol) -> None:
        gone = raised(everything, concern(), Within.AGENCY)
        assert isinstance(gone, Elsewhere)
        assert (gone.code, gone.route, gone.destination) == (
            "elsewhere",
            0,
            "Your own agency's procedure",
        )
        assert gone.reason == ("This goes to: Your own agency's procedure. One agency settles it by itself.")
        assert gone.why is Reason.OTHER_PROCEDURE
        assert (gone.facts.within, gone.facts.topic, gone.facts.forum) == (Within.AGENCY, "", "")
        told = raised(everything, replace(concern(), topic="staff", forum="panel"), Within.AGENCY)
        assert isinstance(told, Elsewhere)
        assert (told.facts.topic, told.facts.forum) == ("staff", "panel")

    def test_remembering_when_it_was_raised_and_when_it_arose(self, everything: Protocol) -> None:
        begun = raised(everything, replace(concern(), concern_at=LATER))
        assert isinstance(begun, Decision)
        assert begun.after.terms.anchors == {Anchor.RAISED: WEDNESDAY, Anchor.CONCERN: LATER}
        plain = raised(everything, concern())
        assert isinstance(plain, Decision)
        assert plain.after.terms.anchors == {Anchor.RAISED: WEDNESDAY}

    def test_with_a_pace_and_an_urgency_on_record(self, everything: Protocol) -> None:
        begun = raised(everything, concern())
        assert isinstance(begun, Decision)
        assert begun.events[0].codes == {"track": "main", "pace": "standard", "urgency": "not_sure"}


class TestASecondPersonAgrees:
    def test_before_a_stage_is_gone_over(self, rich: Story) -> None:
        refused = rich.asked(GP, c.Skip(reasons="-"))
        assert refused == Refusal("gate_closed", GATE_WORDS[SECOND])
        rich.does(LEAD, CONFIRM)
        assert rich.codes(EventKind.GATE_OPENED) == {"gate": "second_person_agrees"}
        rich.does(GP, c.Skip(reasons="-"))
        assert (rich.case.stage, rich.codes(EventKind.MOVED_UP)["cause"]) == ("board_arbitration", "skipped")

    def test_and_is_not_the_one_who_asks(self, rich: Story) -> None:
        rich.does(BOTH_LEADS, CONFIRM)
        assert rich.is_refused(BOTH_LEADS, c.Skip(reasons="-")) == "gate_closed"
        rich.does(GP, c.Skip(reasons="-"))

    def test_to_one_move_only(self, rich: Story) -> None:
        rich.does(LEAD, CONFIRM)
        rich.does(GP, c.Skip(reasons="-"))
        assert SECOND not in rich.case.terms.gates

    def test_who_may_do_so_alone(self, rich: Story) -> None:
        assert rich.is_refused(MANAGER, CONFIRM) == "not_yours"
        assert rich.is_refused(LEAD, c.Confirm(gate=Gate.FAMILY_TOLD, how="-")) == "not_yours"
        possible = {p.trigger: p.refusal for p in possibilities(rich.protocol, rich.case, LEAD)}
        assert possible[Trigger.CONFIRM] is None


class TestAMeeting:
    def test_is_called_and_held_as_the_stage_knows_it(self, rich: Story) -> None:
        rich.does(LEAD, c.Convene(meeting=c.Id("talk"), when=LATER))
        assert rich.codes(EventKind.MEETING_CALLED) == {"meeting": "talk", "when": LATER.isoformat()}
        rich.does(LEAD, c.HoldMeeting(meeting=c.Id("talk"), minutes="-"))
        assert rich.codes(EventKind.MEETING_HELD) == {"meeting": "talk"}
        assert rich.case.terms.gates == {Gate.MEETING_HELD: LEAD.account}

    def test_that_the_stage_does_not_know_is_refused(self, rich: Story) -> None:
        assert rich.is_refused(LEAD, c.Convene(meeting=c.Id("panel"), when=LATER)) == "no_such_meeting"
        assert rich.is_refused(LEAD, c.HoldMeeting(meeting=c.Id("panel"), minutes="-")) == "no_such_meeting"


class TestATrackBeside:
    def test_is_opened_and_the_case_goes_on(self, rich: Story) -> None:
        before = rich.case
        rich.does(GP, c.OpenBeside(track=c.Id("opinion"), reasons="-"))
        assert rich.codes(EventKind.BESIDE_OPENED) == {"track": "opinion"}
        assert (rich.last.beside, rich.case) == (("opinion",), before)

    @pytest.mark.parametrize("track", ["main", "nowhere"])
    def test_is_one_that_may_be_opened(self, rich: Story, track: str) -> None:
        refused = rich.asked(GP, c.OpenBeside(track=c.Id(track), reasons="-"))
        assert refused == Refusal("no_such_track", "There is no such track to open.")

    def test_is_not_one_that_the_area_has_opted_out_of(self, rich: Story) -> None:
        tracks = rich.protocol.tracks
        gone = replace(tracks["opinion"], elsewhere="The hospital")
        rich.protocol = replace(rich.protocol, tracks={**tracks, "opinion": gone})
        assert rich.is_refused(GP, c.OpenBeside(track=c.Id("opinion"), reasons="-")) == "no_such_track"


class TestWhereItGoes:
    @pytest.fixture
    def heads(self, rich: Story) -> Story:
        """The same concern with the heads of service."""
        rich.does(GP, Trigger.ESCALATE)
        return rich

    def test_is_chosen_where_there_are_several(self, heads: Story) -> None:
        assert heads.is_refused(CHALLENGED_HEAD, c.ChooseForum(reasons="-")) == "choose_where"
        assert heads.is_refused(CHALLENGED_HEAD, c.ChooseForum(reasons="-", to=c.Id("closed"))) == (
            "choose_where"
        )
        heads.does(CHALLENGED_HEAD, c.ChooseForum(reasons="-", to=c.Id("board_arbitration")))
        assert heads.case.stage == "board_arbitration"

    def test_needs_no_choice_where_there_is_one(self, heads: Story) -> None:
        possible = {p.trigger: p.refusal for p in possibilities(heads.protocol, heads.case, CHALLENGED_HEAD)}
        assert (possible[Trigger.RETURN_DOWN], possible[Trigger.CHOOSE_FORUM]) == (None, None)
        heads.does(CHALLENGED_HEAD, c.ReturnDown(reasons="-"))
        assert heads.case.stage == "manager_review"
        assert heads.codes(EventKind.RETURNED) == {"from": "senior_challenge", "to": "manager_review"}

    def test_is_not_chosen_against_the_procedure(self, heads: Story) -> None:
        elsewhere = c.ReturnDown(reasons="-", to=c.Id("board_arbitration"))
        assert heads.is_refused(CHALLENGED_HEAD, elsewhere) == "choose_where"
        heads.does(CHALLENGED_HEAD, c.ReturnDown(reasons="-", to=c.Id("manager_review")))

    def test_may_be_another_process_which_ends_it_here(self, heads: Story) -> None:
        heads.does(CHALLENGED_HEAD, Trigger.ESCALATE)
        heads.does(CHAIR, c.HandOver(reasons="-"))
        assert heads.happened() == ["handed_over", "closed"]
        assert heads.codes(EventKind.CLOSED) == {"cause": "handed_over"}


class TestWhatProtectsThePersonMeanwhile:
    def test_is_told_when_nobody_answers_and_the_case_moves_up(self, rich: Story) -> None:
        rich.times_out("reply")
        assert rich.happened() == ["deadline_lapsed", "protected_meanwhile", "moved_up"]

    def test_is_not_told_when_a_time_passes_that_moves_nothing(self, rich: Story) -> None:
        rich.times_out("view")
        assert rich.happened() == ["deadline_lapsed"]


class TestACap:
    def test_runs_on_from_stage_to_stage_and_moves_the_case_at_its_end(self, rich: Story) -> None:
        cap = rich.clock("cap:whole")
        rich.does(GP, Trigger.ESCALATE)
        assert rich.clock("cap:whole") == cap
        assert rich.case.rungs["cap:whole"] == 1
        rich.times_out("cap:whole")
        assert rich.case.stage == "board_arbitration"
        assert rich.codes(EventKind.DEADLINE_LAPSED)["waits_for"] == "business_manager"

    def test_ends_outside_its_stages(self, rich: Story) -> None:
        rich.does(LEAD, CONFIRM)
        rich.does(GP, c.Skip(reasons="-"))
        assert "cap:whole" not in rich.running()
        assert rich.ended()["cap:whole"] == "stopped"

    def test_is_not_owed_to_a_wrong_door(self, rich: Story) -> None:
        rich.does(MANAGER, Trigger.READDRESS)
        assert rich.ended() == {"reply": "stopped"}
        assert rich.clock("cap:whole").rung == 1


class TestWhoSaysThatItIsSettled:
    @pytest.mark.parametrize(
        ("closes", "gp", "manager"),
        [
            (Closer.BOTH, None, None),
            (Closer.RAISER, None, "whoever raised it"),
            (Closer.DECIDER, "whoever decides here", "whoever decides here"),
        ],
    )
    def test_is_whom_the_stage_names(
        self, rich: Story, closes: Closer, gp: str | None, manager: str | None
    ) -> None:
        stages = rich.protocol.stages
        stage = replace(stages["manager_review"], closes=closes)
        rich.protocol = replace(rich.protocol, stages={**stages, stage.id: stage})
        for proposes, agrees, who in ((MANAGER, GP, gp), (GP, MANAGER, manager)):
            rich.does(proposes, c.ProposeSettlement(outcome="-"))
            answer = rich.asked(agrees, c.AgreeSettlement())
            if who is None:
                assert isinstance(answer, Decision)
            else:
                words = f"In this stage it is for {who} to say that it is settled."
                assert answer == Refusal("not_closer", words)


class TestWhoIsAsked:
    def test_is_the_office_where_somebody_must_be_and_nobody_else_is_there(
        self, everything: Protocol
    ) -> None:
        story = Story.raised(everything, empty=frozenset({"challenged_manager", "raising_lead"}))
        owed = {started.clock: started.waits_for for started in story.last.started}
        assert owed == {"reply": "business_manager", "cap:whole": "business_manager"}

    def test_is_nobody_where_silence_would_only_be_recorded(self, everything: Protocol) -> None:
        stage = everything.stages["manager_review"]
        clocks = tuple(
            replace(clock, starts_on=frozenset({Trigger.KEEP_DECISION})) if clock.id == "view" else clock
            for clock in stage.clocks
        )
        asked_late = replace(
            everything, stages={**everything.stages, stage.id: replace(stage, clocks=clocks)}
        )
        story = Story.raised(asked_late, empty=frozenset({"raising_lead"}))
        story.does(MANAGER, Trigger.KEEP_DECISION)
        assert story.running() == {"answer", "cap:whole"}
        there = Story.raised(asked_late)
        there.does(MANAGER, Trigger.KEEP_DECISION)
        assert there.running() == {"view", "answer", "cap:whole"}

    def test_on_a_held_clock_is_somebody_else_after_the_first_silence(self, everything: Protocol) -> None:
        begun = begin(
            everything,
            concern(),
            calendars=CALENDARS,
            empty_slots=frozenset(),
            party_agencies=frozenset({PRACTICE, HOSPITAL}),
            party_people=frozenset({1}),
            now=WEDNESDAY,
            beside="opinion",
        )
        assert isinstance(begun, Decision)
        held = Story(everything, WEDNESDAY, begun)
        assert (held.case.stage, held.last.started[0].waits_for) == ("opinion", "challenged_manager")
        held.times_out("opinion")
        again = held.last.started[0]
        assert (again.rung, again.waits_for, again.side) == (2, "business_manager", Side.BOARD)
        held.times_out("opinion")
        assert held.last.started[0].waits_for == "business_manager"
