"""The board's figures, counted by hand from a short history that is played through the real services."""

from collections.abc import Iterator

import pytest
from flask import Flask

from escalation.errors import NotAllowed
from escalation.reporting import exports, measures
from escalation.reporting.figures import BoardMeasures
from escalation.services import concerns, lapses, moves, places
from escalation.services.submissions import new_key
from tests.support import northtown as town
from tests.support.movable_clock import MovableClock
from workflows import commands as c


class Northtown:
    """The partnership and its people, by the part of their address before the @."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.partnership = town.lay_out(shut=True)
        self.ids = town.accounts()

    def raises(self, who: str, agency: str, role: str = "doctor") -> str:
        to = next(
            a.public_id
            for a in places.agencies_to_challenge(self.ids[who], self.partnership)
            if a.name == agency
        )
        command = c.RaiseConcern(person_reference="T", decision="d", risk="r", request="q")
        new = concerns.NewConcern(self.partnership, to, role, command)
        return concerns.raise_concern(self.ids[who], new, new_key()).public_id

    def does(self, who: str, case: str, command: c.Command) -> None:
        moves.make_move(case, self.ids[who], command, new_key())

    def later(self, days: int) -> None:
        self.clock.move(days=days)
        lapses.lapse_overdue()

    def measured(self) -> BoardMeasures:
        return measures.board_measures(self.ids["kate.rowan"], self.partnership)


@pytest.fixture
def northtown(app: Flask, clock: MovableClock) -> Iterator[Northtown]:
    with app.app_context():
        yield Northtown(clock)


def test_an_empty_period_is_no_proof_that_all_is_well(northtown: Northtown) -> None:
    m = northtown.measured()
    assert m.headline == "No challenge was raised. That is not proof that all is well."
    assert len(m.silent) == len(m.agencies) == 6


def test_the_figures_are_those_counted_by_hand(northtown: Northtown) -> None:
    changed = northtown.raises("amara.lewis", "Northtown Hospitals")
    northtown.does("priya.nair", changed, c.DeclineSupport(reasons="no"))
    northtown.does("sam.okafor", changed, c.ChangeDecision(reasons="new"))
    northtown.does("amara.lewis", changed, c.AgreeSettlement(outcome="safe"))
    northtown.does("amara.lewis", changed, c.AnswerFollowUp(safer=c.Safer.PARTLY, how_known="seen"))

    withdrawn = northtown.raises("nadia.khan", "Northtown Hospitals")
    northtown.does("nadia.khan", withdrawn, c.Escalate(reasons="now"))
    northtown.does("nadia.khan", withdrawn, c.Withdraw(reasons="afraid", freely=False))

    silent = northtown.raises("amara.lewis", "Northtown Housing", "housing")
    northtown.later(9)
    northtown.later(7)
    northtown.does("alan.meredith", silent, c.RecordDecision(
        decision="d", reasons="r", alternatives="a", dissent="n", changed=c.Changed.NO, outcome="o"))  # fmt: skip

    northtown.raises("bea.lindqvist", "Northtown Police", "police")

    m = northtown.measured()
    assert (m.raised, m.finished, m.changed, m.open_now) == (4, 3, 1, 2)
    assert (m.by_silence, m.chosen, m.declines) == (2, 1, 1)
    assert (m.withdrawn, m.not_freely) == (1, 1)
    assert {r.label: r.count for r in m.stages.rows} == {
        "Manager review": 2,
        "Senior challenge": 1,
        "Board arbitration": 1,
    }
    assert {r.label: r.count for r in m.pairs.rows}["Riverside Surgery to Northtown Hospitals"] == 1
    assert {a.agency: (a.raised, a.received) for a in m.agencies}["Northtown Hospitals"] == (0, 2)
    assert set(m.silent) == {"Northtown Hospitals", "Northtown Children's Social Care", "Northtown Police"}
    assert {r.label: r.count for r in m.outcomes.rows} == {"Partly safer": 1}
    lapsed = {t.stage: (t.lapsed, t.ran) for t in m.times}
    assert lapsed["Senior challenge"] == (1, 2)


def test_only_the_board_sees_them(northtown: Northtown) -> None:
    with pytest.raises(NotAllowed):
        measures.board_measures(northtown.ids["amara.lewis"], northtown.partnership)


def test_the_file_holds_the_same_figures_and_runs_no_formula(northtown: Northtown) -> None:
    northtown.raises("amara.lewis", "Northtown Hospitals")
    lines = exports.as_csv(northtown.measured()).splitlines()
    assert "raised,,1," in lines
    for cell in ("=1+1", "+1", "-1", "@x", "\tx", ' "=x'):
        assert exports.plain(cell).startswith("'")
