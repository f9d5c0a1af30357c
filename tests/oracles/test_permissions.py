"""Every cell of the permission table, asked in one run, beside the table that was written by hand."""

import pytest

from escalation.security.permissions import (
    Act,
    BoardAct,
    Relation,
    Role,
    Standing,
    permitted,
    permitted_in_board,
    standing_of,
)
from tests.oracles import permissions as oracle
from workflows.loader import load, shipped
from workflows.triggers import Trigger

OF_BOARD, OF_CASE = oracle.read()
ALLOWED = {"on cases": 3155, "in partnerships": 48}
"""Pinned: who changes a right changes this number, and says so."""
ACTIONS: dict[str, Act | Trigger] = {str(a): a for a in (*Act, *Trigger) if a is not Trigger.RAISE}


def test_both_know_the_same_words() -> None:
    assert set(OF_CASE) == set(ACTIONS)
    assert set(OF_BOARD) == {str(act) for act in BoardAct}
    assert set(oracle.ROLES) == {str(role) for role in Role}
    assert set(oracle.RELATIONS) == {str(relation) for relation in Relation}


def test_every_cell_is_answered_as_it_was_written_by_hand() -> None:
    wrong = list[str]()
    allowed = asked = 0
    for name, role, relation, phase in oracle.cells(iter(sorted(ACTIONS))):
        answer = permitted([Standing(Role(role), Relation(relation))], ACTIONS[name], phase)
        asked, allowed = asked + 1, allowed + answer
        if answer != ((role, relation, phase) in OF_CASE[name]):
            verb = "may" if answer else "may not"
            wrong.append(f"{role} as {relation} {verb} {name} in {phase}")
    assert not wrong, f"{len(wrong)} of {asked} cells: " + "; ".join(wrong[:40])
    assert (asked, allowed) == (55680, ALLOWED["on cases"])


def test_every_right_in_a_partnership_is_as_it_was_written_by_hand() -> None:
    found = {str(act): {str(role) for role in Role if permitted_in_board([role], act)} for act in BoardAct}
    assert found == OF_BOARD
    assert sum(len(roles) for roles in found.values()) == ALLOWED["in partnerships"]


STRANGERS = (Relation.RECUSED, Relation.ELSEWHERE)


@pytest.mark.parametrize("relation", STRANGERS)
def test_who_stands_aside_or_is_of_another_partnership_has_no_right(relation: Relation) -> None:
    for role in Role:
        for action in ACTIONS.values():
            for phase in oracle.PHASES:
                assert not permitted([Standing(role, relation)], action, phase)


def test_a_second_standing_never_takes_a_right_away() -> None:
    seats = [Standing(role, relation) for role in Role for relation in Relation]
    for action in ACTIONS.values():
        for phase in oracle.PHASES:
            alone = [permitted([seat], action, phase) for seat in seats]
            assert permitted(seats, action, phase) is any(alone)


def test_what_is_archived_is_no_more_open_than_what_is_closed() -> None:
    for role in Role:
        for relation in Relation:
            seat = [Standing(role, relation)]
            for action in ACTIONS.values():
                assert permitted(seat, action, "closed") or not permitted(seat, action, "archived")


@pytest.mark.parametrize("key", sorted(shipped()))
def test_no_shipped_protocol_gives_more_than_the_table(key: str) -> None:
    protocol = load(shipped()[key])
    over = [
        f"{slot} {move.trigger} in {stage.id}"
        for stage in protocol.stages.values()
        for move in stage.moves
        for slot in move.by
        if not permitted([standing_of(protocol, slot)], move.trigger, stage.phase)
    ]
    assert not over
