"""Steps that are still ahead, what somebody owns, and written answers in the order of their forms."""

from dataclasses import replace
from datetime import timedelta

import pytest

from escalation.services.views import EventView, StepState, WrittenView
from escalation.web import words
from escalation.web.forms import FORMS, Form
from tests.unit.web.views_by_hand import LONDON, TOLD, a_case, a_step, an_event
from workflows.events import EventKind
from workflows.vocabulary import Phase, Side


def test_the_last_stages_are_not_only_if_needed() -> None:
    ahead = a_step(StepState.AHEAD, None, None)
    assert words.step_note(replace(ahead, phase=Phase.CLOSED), LONDON) == "At the end"
    assert words.step_note(replace(ahead, phase=Phase.PROVISIONAL), LONDON) == "Once it is settled or decided"


def test_owning_lasts_for_its_stage_and_is_the_readers_own() -> None:
    here = a_step(StepState.HERE, at=TOLD)
    mine = an_event(EventKind.OWNED, by_me=True, at=TOLD + timedelta(hours=16))
    assert words.owned(a_case(steps=(here,), events=(mine,))) == (
        "Yours since Thursday 19 November, 9:51am. The clock keeps running until there is a position."
    )
    below = replace(mine, at=TOLD - timedelta(days=1))
    for event in (below, replace(mine, by_me=False), replace(mine, kind=EventKind.DECISION_KEPT)):
        assert words.owned(a_case(steps=(here,), events=(event,))) is None


def test_what_was_written_is_shown_in_the_order_of_the_form_and_safety_only_when_asked_for() -> None:
    def wrote(*names: str) -> EventView:
        written = tuple(WrittenView(n, f"the {n}", "A", "B", Side.BOARD, TOLD) for n in names)
        return an_event(EventKind.BOARD_DECIDED, written=written)

    decided = wrote("safety", "outcome", "dissent", "reasons", "surprise", "decision")
    texts = ["the decision", "the reasons", "the dissent", "the outcome"]
    assert [text for _, text in words.parts(decided)] == [*texts, "the surprise"]
    assert [text for _, text in words.parts(decided, everything=True)] == [
        *texts,
        "the safety",
        "the surprise",
    ]


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_written_answers_have_the_order_in_which_each_form_asks_for_them(form: Form) -> None:
    known = list(words.FIELD_LABELS)
    asked = [known.index(ask.name) for ask in form.asks if ask.name in known]
    assert asked == sorted(asked)
