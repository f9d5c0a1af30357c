"""Raising a concern: five questions, and four more that are welcome."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from escalation.errors import InvalidInput
from escalation.schemas.fields import Choice, Instant, OwnReference, Written
from escalation.schemas.forms import both
from escalation.schemas.words import CHALLENGED_ROLES, LONG, REFERENCE, SHORT
from escalation.services.concerns import NewConcern
from workflows.commands import Id, RaiseConcern
from workflows.vocabulary import FURTHER, Subject, Urgency

NAMED = ("me", "lead")
"""Who is named to the other side: the raiser, or their safeguarding lead in their place."""


class ConcernSchema(Schema):
    """All answers. Labels and limits are those of the pages."""

    class Meta:
        unknown = RAISE

    person_reference = OwnReference("Reference", REFERENCE, ask="Enter your reference")
    agency = Written("Agency", 40, ask="Select an agency")
    role = Choice(tuple(CHALLENGED_ROLES), "Select a role, or not sure")
    decision = Written("What was decided, or not done", SHORT, ask="Enter what was decided or not done")
    risk = Written(
        "Why this might leave someone at risk", LONG, ask="Enter why this might leave someone at risk"
    )
    request = Written("What you ask for", SHORT, ask="Enter what you ask for")
    urgency = Choice(Urgency, "Select how soon something may happen", default=str(Urgency.NOT_SURE))
    named = Choice(NAMED, "Select who is named to them", default=NAMED[0])
    safety = Written("Who keeps this person safe tonight", SHORT)
    attempts = Written("What you have tried", SHORT)
    changed_lately = Written("What has changed lately", SHORT)
    # What the router of a procedure asks for; each procedure asks for some of them, or none.
    subject = Choice(Subject, "Select whom it is about", default=str(Subject.CHILD))
    topic = Written("What it is about", REFERENCE)
    forum = Written("Where it arose", REFERENCE)
    enter = Written("Where it should begin", REFERENCE)
    concern_at = Instant(None)
    protect_by = Instant(None)
    also = Written("Another agency", 40)
    third = Written("A third agency", 40)


QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("person_reference",),
    ("agency", "role"),
    ("decision",),
    ("risk",),
    ("request",),
)
"""The fields of each question, in order."""
ROUTING = ("subject", "topic", "forum", "enter", "concern_at", "protect_by", *FURTHER)
"""What a procedure may ask for beside: where a concern goes, to whom, and from when its times count."""
EXTRAS = ("urgency", "named", "safety", "attempts", "changed_lately", *ROUTING)


def check_answers(answers: Mapping[str, Any], only: tuple[str, ...]) -> dict[str, Any]:
    """The named answers, checked. Raises InvalidInput with messages by field."""
    try:
        return dict(ConcernSchema(only=only).load({k: v for k, v in answers.items() if k in only}))
    except ValidationError as error:
        raise InvalidInput(error.messages_dict) from error


def _id(text: str | None) -> Id | None:
    return Id(text) if text else None


def _loaded(answers: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(ConcernSchema().load(dict(answers)))
    except ValidationError as error:
        raise InvalidInput(error.messages_dict) from error


def concern_from(
    answers: Mapping[str, Any],
    partnership: str,
    *,
    draft: str | None = None,
    follows: str | None = None,
    filled: Callable[[], Mapping[str, str]] = dict,
) -> NewConcern:
    """A concern from all answers, with what was `filled` in of the procedure's forms.

    Raises InvalidInput with messages by field, also for unknown ones.
    """
    given, forms = both(lambda: _loaded(answers), filled)
    further = tuple(given[name] for name in FURTHER if given[name])
    if len({given["agency"], *further}) <= len(further):
        raise InvalidInput({FURTHER[0]: ["Name another agency than the one you have named already"]})
    return NewConcern(
        partnership=partnership,
        challenged_agency=given["agency"],
        challenged_role=given["role"],
        command=RaiseConcern(
            person_reference=given["person_reference"],
            decision=given["decision"],
            risk=given["risk"],
            request=given["request"],
            urgency=Urgency(given["urgency"]),
            safety=given["safety"],
            attempts=given["attempts"],
            changed_lately=given["changed_lately"],
            subject=Subject(given["subject"]),
            topic=_id(given["topic"]),
            forum=_id(given["forum"]),
            enter=_id(given["enter"]),
            concern_at=given["concern_at"],
            protect_by=given["protect_by"],
            forms=forms,
        ),
        draft=draft,
        follows=follows,
        further=further,
        quiet=given["named"] == "lead",
    )
