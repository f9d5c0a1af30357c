"""The shape of a problem document, for the API's own description of itself."""

from marshmallow import Schema, fields

from escalation.schemas.case import CaseSchema


class ProblemSchema(Schema):
    """RFC 9457, with `errors` by field, `code` for machines, and `case` as it is now."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    code = fields.String()
    case = fields.Nested(CaseSchema)
