"""Everything that can be written or done has words."""

from collections.abc import Iterable
from dataclasses import fields

import pytest

from escalation.web import words
from tests.unit.web.views_by_hand import NOT_OUR_WORDS
from workflows import commands
from workflows.case import LeadView
from workflows.triggers import Trigger


def _written_fields() -> Iterable[str]:
    """The names of all written answers; a time-out is the clock's and nobody writes it."""
    for command in (*commands.Command.__subclasses__(), *commands.Going.__subclasses__()):
        if getattr(command, "trigger", None) not in (None, Trigger.TIME_OUT):
            yield from (f.name for f in fields(command) if f.type in (str, str | None))


def test_everything_that_can_be_written_has_a_label() -> None:
    for name in set(_written_fields()):
        assert words.label(name) != name, name
    assert words.label("outcome") == "Outcome for the child or adult"
    assert words.label("would_change_mind") == "What new fact would change this view"
    assert words.label("unheard_of") == "unheard_of"


def test_everything_that_a_person_may_do_has_words_and_what_only_time_does_has_none() -> None:
    assert set(words.TRIGGER_LINKS) == set(Trigger) - {Trigger.RAISE, Trigger.TIME_OUT}
    for said in words.TRIGGER_LINKS.values():
        assert said[0].isupper()
        assert not NOT_OUR_WORDS.search(said)
    assert len(set(words.TRIGGER_LINKS.values())) == len(words.TRIGGER_LINKS)
    assert words.TRIGGER_LINKS[Trigger.READDRESS] == "This is not ours: pass it on"


@pytest.mark.parametrize(
    ("view", "said"),
    [(LeadView.NONE, "has not given a view yet"), (LeadView.SUPPORTS, "supports it"),
     (LeadView.DECLINES, "does not support it")],
)  # fmt: skip
def test_a_lead_supports_it_or_does_not_or_has_not_said(view: LeadView, said: str) -> None:
    assert words.lead_view(view) == said
