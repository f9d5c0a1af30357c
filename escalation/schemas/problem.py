"""The shape of a problem document, for the API's own description of itself."""

from marshmallow import Schema, fields

from escalation.schemas.case import CaseSchema
from workflows.vocabulary import Reason


class ElsewhereSchema(Schema):
    """Where a concern went instead, why, and the code by which it is counted."""

    public_id = fields.String(required=True)
    destination = fields.String(required=True)
    because = fields.String(required=True)
    reason = fields.Enum(Reason, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)


class ProblemSchema(Schema):
    """RFC 9457: `errors` by field, `code` for machines, `case` as it is now, `elsewhere` if not ours."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    code = fields.String()
    case = fields.Nested(CaseSchema)
    elsewhere = fields.Nested(ElsewhereSchema)
