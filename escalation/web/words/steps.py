"""The stages of a case, each with one line of where it stands."""

from collections.abc import Mapping

from escalation.services.views import StepView
from escalation.web.words.times import day
from workflows.vocabulary import Phase


def step_note(step: StepView, zone: str) -> str:
    """One line under a stage."""
    if step.state == "here":
        why = ", by itself: nobody answered" if step.cause == "silence" else ""
        since = f" since {day(step.entered_at, zone)}" if step.entered_at else ""
        return f"Here{since}{why}"
    if step.state == "done":
        return f"Done, entered {day(step.entered_at, zone)}" if step.entered_at else "Done"
    return "Not needed" if step.state == "skipped" else _AHEAD.get(step.phase, "Only if needed")


_AHEAD: Mapping[Phase, str] = {Phase.PROVISIONAL: "Once it is settled or decided", Phase.CLOSED: "At the end"}
