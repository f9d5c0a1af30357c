"""Cases and lists of cases as JSON: exactly what the views let through, field by field.

Nothing is copied over by itself: a new field of a view is not told to machines until it stands here.
Instants are ISO 8601 in UTC.
"""

from typing import Any

from marshmallow import Schema, fields

from escalation.services.views import Standing, StepState, Tie
from notifications.message import Via
from workflows.case import DeadlineState, LeadView, Position
from workflows.events import EventKind
from workflows.triggers import Trigger
from workflows.vocabulary import Phase, Side


def _word(words: type[Any], **more: Any) -> fields.Enum[Any]:
    return fields.Enum(words, by_value=fields.String, **more)


class PartnershipSchema(Schema):
    """A partnership: its names and the numbers to call."""

    public_id = fields.String(required=True)
    name = fields.String(required=True)
    service_name = fields.String(required=True)
    duty_phone = fields.String(required=True)
    office_phone = fields.String(required=True)
    office_hours = fields.String(required=True)
    zone = fields.String(required=True)


class AgencySchema(Schema):
    """An agency that may be challenged."""

    public_id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)


class WrittenSchema(Schema):
    """Something a person wrote, and who. `label` and `form` are those of the procedure's own form, if any."""

    field = fields.String(required=True)
    label = fields.String(required=True)
    label_welsh = fields.String(required=True)
    form = fields.String(required=True)
    text = fields.String(required=True)
    author = fields.String(required=True)
    author_agency = fields.String(required=True)
    side = _word(Side, allow_none=True)
    at = fields.AwareDateTime(required=True)


class EventSchema(Schema):
    """One thing that happened. `actor` is empty for the clock; `codes` hold words from closed lists."""

    seq = fields.Integer(required=True)
    kind = _word(EventKind, required=True)
    at = fields.AwareDateTime(required=True)
    codes = fields.Dict(keys=fields.String(), required=True)
    actor = fields.String(required=True)
    actor_agency = fields.String(required=True)
    by_me = fields.Boolean(required=True)
    written = fields.List(fields.Nested(WrittenSchema), required=True)


class DeadlineSchema(Schema):
    """One deadline: whose it is, until when, and the working days that are counted."""

    clock = fields.String(required=True)
    title = fields.String(required=True)
    rung = fields.Integer(required=True)
    side = _word(Side, required=True)
    waits_for = fields.String(required=True)
    waits_for_title = fields.String(required=True)
    agency = fields.String(required=True)
    base = fields.AwareDateTime(required=True)
    due = fields.AwareDateTime(required=True)
    budget = fields.String(required=True)
    counts_from = fields.Date(required=True)
    days = fields.List(fields.Date(), required=True)
    days_left = fields.Integer(required=True)
    state = _word(DeadlineState, required=True)
    zone = fields.String(required=True)
    late_by = fields.Integer(required=True)


class SeatSchema(Schema):
    """One post that takes part, and how it stands."""

    slot = fields.String(required=True)
    title = fields.String(required=True)
    agency = fields.String(required=True)
    side = _word(Side, required=True)
    people = fields.List(fields.String(), required=True)
    via = _word(Via, required=True)
    standing = _word(Standing, required=True)
    at = fields.AwareDateTime(allow_none=True)
    mine = fields.Boolean(required=True)
    title_welsh = fields.String(required=True)


class StepSchema(Schema):
    """One stage on the way of the case."""

    stage = fields.String(required=True)
    name = fields.String(required=True)
    phase = _word(Phase, required=True)
    state = _word(StepState, required=True)
    entered_at = fields.AwareDateTime(allow_none=True)
    cause = fields.String(allow_none=True)


class AskedSchema(Schema):
    """One field of a form of the procedure. Its answer is sent under `name` beside the move's own."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    label_welsh = fields.String(required=True)
    hint = fields.String(required=True)
    required = fields.Boolean(required=True)


class FormSchema(Schema):
    """A form that the procedure asks for with a move."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.String(required=True)
    title_welsh = fields.String(required=True)
    fields_ = fields.List(fields.Nested(AskedSchema), required=True, attribute="fields", data_key="fields")


class TiedSchema(Schema):
    """Another case that you take part in and that this one is tied to."""

    public_id = fields.String(required=True)
    reference = fields.String(required=True)
    stage_name = fields.String(required=True)
    tie = _word(Tie, required=True)
    raised_at = fields.AwareDateTime(required=True)


class ActionSchema(Schema):
    """Something this person may do (`refusal` is null), or may not do yet and why."""

    trigger = _word(Trigger, required=True)
    refusal = fields.String(allow_none=True)
    choices = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    forms = fields.List(fields.Nested(FormSchema), required=True)


class SafetySchema(Schema):
    """Who keeps the person safe tonight, as somebody last said."""

    text = fields.String(required=True)
    author = fields.String(required=True)
    author_agency = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class ProposalSchema(Schema):
    """An open proposal to settle; `reply` when it is a reply that awaits acceptance."""

    side = _word(Side, required=True)
    mine = fields.Boolean(required=True)
    reply = fields.Boolean(required=True)
    outcome = fields.String(allow_none=True)


class CaseSchema(Schema):
    """A case as one person may see it. Send `version` back as `seen_version` with a move."""

    public_id = fields.String(required=True)
    reference = fields.String(required=True)
    version = fields.Integer(required=True)
    partnership = fields.Nested(PartnershipSchema, required=True)
    person_reference = fields.String(required=True)
    raised_at = fields.AwareDateTime(required=True)
    raiser = fields.String(required=True)
    raiser_role = fields.String(required=True)
    raising_agency = fields.String(required=True)
    challenged_agency = fields.String(required=True)
    also_challenged = fields.List(fields.String(), required=True)
    challenged_role = fields.String(required=True)
    urgency = fields.String(required=True)
    pace = fields.String(required=True)
    pace_name = fields.String(required=True)
    protocol = fields.String(required=True)
    stage = fields.String(required=True)
    stage_name = fields.String(required=True)
    phase = _word(Phase, required=True)
    my_side = _word(Side, allow_none=True)
    my_slots = fields.Function(lambda view: sorted(view.my_slots))
    my_titles = fields.List(fields.String(), required=True)
    is_raiser = fields.Boolean(required=True)
    position = _word(Position, required=True)
    lead_view = _word(LeadView, required=True)
    proposal = fields.Nested(ProposalSchema, allow_none=True)
    written = fields.Dict(keys=fields.String(), values=fields.Nested(WrittenSchema), required=True)
    replies = fields.List(fields.Nested(EventSchema), required=True)
    news = fields.List(fields.Nested(WrittenSchema), required=True)
    safety = fields.Nested(SafetySchema, allow_none=True)
    running = fields.List(fields.Nested(DeadlineSchema), required=True)
    main = fields.Nested(DeadlineSchema, allow_none=True)
    mine = fields.Nested(DeadlineSchema, allow_none=True)
    lapsed = fields.List(fields.Nested(DeadlineSchema), required=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)
    seats = fields.List(fields.Nested(SeatSchema), required=True)
    if_nobody = fields.String(allow_none=True)
    events = fields.List(fields.Nested(EventSchema), required=True)
    actions = fields.List(fields.Nested(ActionSchema), required=True)
    last_activity = fields.AwareDateTime(required=True)
    outcome = fields.String(allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    welsh = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    tied = fields.List(fields.Nested(TiedSchema), required=True)
    quiet = fields.Boolean(required=True)
    named_at = fields.AwareDateTime(allow_none=True)
    masked = fields.Boolean(required=True)


class WorkRowSchema(Schema):
    """One case in somebody's list."""

    public_id = fields.String(required=True)
    reference = fields.String(required=True)
    partnership = fields.String(required=True)
    raising_agency = fields.String(required=True)
    challenged_agency = fields.String(required=True)
    stage_name = fields.String(required=True)
    phase = _word(Phase, required=True)
    due = fields.AwareDateTime(allow_none=True)
    zone = fields.String(required=True)
    waits_for_title = fields.String(required=True)
    waits_for_agency = fields.String(required=True)
    waits_for_me = fields.Boolean(required=True)
    moved_by_silence = fields.Boolean(required=True)
    unheld = fields.Boolean(required=True)
    past_time = fields.Boolean(required=True)
    raised_by_me = fields.Boolean(required=True)


class MyWorkSchema(Schema):
    """A person's cases, what waits for them first."""

    waiting_for_me = fields.List(fields.Nested(WorkRowSchema), required=True)
    waiting_for_others = fields.List(fields.Nested(WorkRowSchema), required=True)
    finished = fields.List(fields.Nested(WorkRowSchema), required=True)
    may_raise = fields.Boolean(required=True)
