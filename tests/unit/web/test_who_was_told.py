"""How a page says who was told of a case and which way it came."""

import pytest

from escalation.services.views import Standing, StepState
from escalation.web import words
from tests.unit.web.views_by_hand import LONDON, a_seat, a_step


@pytest.mark.parametrize(
    ("standing", "said", "mark"),
    [
        (Standing.POSITION, "Gave a position, Wednesday 18 November", "tick"),
        (Standing.OWNED, "Owns it since Wednesday 18 November. No position yet", "half"),
        (Standing.OPENED, "Opened it, Wednesday 18 November. No position yet", "half"),
        (Standing.TOLD, "Told by e-mail, Wednesday 18 November. Not opened", "ring"),
        (Standing.UNREACHED, "Could not be told: the board office was told instead", "diamond"),
        (Standing.SILENT, "Did not answer: the time ended on Wednesday 18 November", "diamond"),
    ],
)
def test_each_standing_has_a_sentence_and_a_mark(standing: Standing, said: str, mark: str) -> None:
    assert words.standing(a_seat(standing=standing), LONDON) == said
    assert words.MARKS[standing] == mark


def test_whoever_takes_part_without_a_mail_is_not_said_to_have_had_one() -> None:
    assert words.standing(a_seat(at=None), LONDON) == "Takes part. Not opened"
    unreached = a_seat(standing=Standing.UNREACHED, at=None)
    assert words.standing(unreached, LONDON) == "Could not be told: the board office was told instead"


def test_a_stage_says_where_the_case_is_and_why_it_came_there() -> None:
    assert words.step_note(a_step(StepState.HERE), LONDON) == "Here since Wednesday 18 November"
    assert words.step_note(a_step(StepState.HERE, "chosen"), LONDON) == "Here since Wednesday 18 November"
    assert words.step_note(a_step(StepState.HERE, "silence"), LONDON) == (
        "Here since Wednesday 18 November, by itself: nobody answered"
    )
    assert words.step_note(a_step(StepState.HERE, None, None), LONDON) == "Here"


def test_stages_behind_and_ahead_are_done_not_needed_or_perhaps_needed() -> None:
    assert words.step_note(a_step(StepState.DONE), LONDON) == "Done, entered Wednesday 18 November"
    assert words.step_note(a_step(StepState.DONE, None, None), LONDON) == "Done"
    assert words.step_note(a_step(StepState.SKIPPED, None, None), LONDON) == "Not needed"
    assert words.step_note(a_step(StepState.AHEAD, None, None), LONDON) == "Only if needed"
