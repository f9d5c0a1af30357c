"""What people wrote: what each field is called, and in which order it is shown."""

from collections.abc import Mapping

from escalation.services.views import EventView
from workflows.own_words import NONE, said

FIELD_LABELS: Mapping[str, str] = {
    "person_reference": "Reference for the person",
    "decision": "Decision",
    "risk": "Why this might leave someone at risk",
    "request": "Asks for",
    "urgency": "How soon something may happen",
    "attempts": "Tried so far",
    "changed_lately": "Changed lately",
    "what_changed": "What has changed",
    "reasons": "Reasons",
    "would_change_mind": "What new fact would change this view",
    "alternatives": "Alternatives considered",
    "dissent": "Who sees it differently",
    "outcome": "{Outcome} for the child or adult",
    "actions": "Who acts, by when",
    "how_known": "How this is known",
    "still_open": "Still open",
    "how": "How this is known",
    "minutes": "What was said",
    "plan": "Plan",
    "safety": "Safety tonight",
}
"""In the order of the forms, which is the order in which they are shown."""


def parts(
    event: EventView, own: Mapping[str, str] = NONE, *, everything: bool = False
) -> tuple[tuple[str, str], ...]:
    """What was written with an event: labels and texts in the order of the form it came from.

    Who keeps the person safe, and what was filled in of the procedure's forms, is left out unless
    everything is asked for: it has a place of its own on the page.
    """
    known = list(FIELD_LABELS)
    shown = [w for w in event.written if everything or not (w.field == "safety" or w.form)]
    ordered = sorted(shown, key=lambda w: known.index(w.field) if w.field in known else len(known))
    return tuple((w.label or label(w.field, own), w.text) for w in ordered)


def label(name: str, own: Mapping[str, str] = NONE) -> str:
    """What a written field is called."""
    return said(FIELD_LABELS.get(name, name), own)
