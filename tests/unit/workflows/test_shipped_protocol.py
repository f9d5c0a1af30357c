"""What the shipped file says is what the protocol has."""

from collections.abc import Callable
from datetime import date

from workflows.amount import Amount
from workflows.protocol import Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Expiry, Phase, Side, Tier, Unit, Urgency

Broken = Callable[[str, str], str]


class TestTheShippedFile:
    def test_says_who_it_is(self, protocol: Protocol) -> None:
        assert (protocol.key, protocol.version, protocol.nation) == ("four-stage", "2026.1", "ENG")
        assert protocol.review_by == date(2027, 11, 1)

    def test_has_four_stages_and_an_end(self, protocol: Protocol) -> None:
        assert [s.phase for s in protocol.stages.values()] == [
            Phase.MANAGER,
            Phase.SENIOR,
            Phase.ARBITRATION,
            Phase.PROVISIONAL,
            Phase.CLOSED,
        ]
        assert protocol.first_stage.id == "manager_review"

    def test_reaches_the_post_that_matches_the_challenged_role(self, protocol: Protocol) -> None:
        manager = protocol.slots["challenged_manager"]
        assert (manager.side, manager.tier, manager.line) == (
            Side.CHALLENGED,
            Tier.MANAGER,
            "challenged_role",
        )

    def test_keeps_every_word_of_a_clock(self, protocol: Protocol) -> None:
        clock = protocol.stages["manager_review"].clock("information")
        assert clock is not None
        assert clock.waits_for == ("raiser", "raising_lead")
        assert clock.budgets == {
            "standard": Amount(2, Unit.WORKING_DAYS),
            "urgent": Amount(1, Unit.WORKING_DAYS),
        }
        assert (clock.on_expiry, clock.repeat) == (Expiry.REPEAT, Amount(1, Unit.WORKING_DAYS))
        assert clock.starts_on == frozenset({Trigger.ASK_INFORMATION})
        assert clock.stopped_by == frozenset({Trigger.TELL_CHANGE})
        assert clock.reminders == {}

    def test_keeps_every_word_of_a_move(self, protocol: Protocol) -> None:
        move = protocol.stages["manager_review"].move(Trigger.AGREE_SETTLEMENT)
        assert move is not None
        assert move.to == ("follow_up",)
        assert move.by == frozenset({"raiser", "challenged_manager"})
        assert move.conditions == ("proposal_from_other_side", "outcome_given")

    def test_chooses_a_pace_for_every_urgency(self, protocol: Protocol) -> None:
        chosen = {urgency: protocol.pace_for(urgency).id for urgency in Urgency}
        assert chosen == {
            Urgency.TODAY: "urgent",
            Urgency.NEXT_DAYS: "standard",
            Urgency.NOT_URGENT: "standard",
            Urgency.NOT_SURE: "standard",
        }

    def test_promises_no_more_time_where_it_is_urgent(self, protocol: Protocol) -> None:
        for stage in protocol.stages.values():
            for clock in stage.clocks:
                standard, urgent = clock.budgets["standard"], clock.budgets["urgent"]
                assert (urgent.unit, urgent.count <= standard.count) == (standard.unit, True)

    def test_lets_clocks_run_out_where_no_move_says_so(self, protocol: Protocol) -> None:
        silent = protocol.stages["board_arbitration"].move(Trigger.TIME_OUT)
        assert silent is not None
        assert (silent.to, silent.by) == ((), frozenset())
        assert protocol.stages["closed"].move(Trigger.TIME_OUT) is None
