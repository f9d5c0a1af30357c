"""Reading cases, and making moves on them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from escalation.api.admission import account, answers, idempotency_key, require_proof
from escalation.api.document import changes, reads, shape_of
from escalation.errors import InvalidInput, NotFound
from escalation.schemas.case import CaseSchema, MyWorkSchema
from escalation.schemas.forms import as_sent, both, filled_in, of_forms
from escalation.schemas.moves import MOVES, command_from, readdress_from, schema_of
from escalation.services import cases, forms, moves, submissions, work
from escalation.services.standing import DECISIONS
from escalation.services.views import CaseView, MyWork
from workflows.commands import Command
from workflows.triggers import Trigger

Filled = Callable[[], Mapping[str, str]]
_HIGHEST = 2**31 - 1
_SEEN = {"type": "integer", "minimum": 0, "maximum": _HIGHEST}
_SCHEMAS = {trigger: schema_of(trigger) for trigger in (*MOVES, Trigger.READDRESS)}
_BODY = {
    "oneOf": [
        shape_of(schema, {"trigger": {"const": str(trigger)}, "seen_version": _SEEN}, forms=True)
        for trigger, schema in _SCHEMAS.items()
    ]
}


def add_to(blueprint: Blueprint) -> None:
    """Adds the operations of this file."""

    @reads(blueprint, "/cases", MyWorkSchema(), fails=(401,))
    def my_work() -> MyWork:
        """Your cases, what waits for you first."""
        return work.my_work(account())

    @reads(blueprint, "/cases/<public_id>", CaseSchema(), fails=(401, 404))
    def read_case(public_id: str) -> CaseView:
        """A case as you may see it. The reading is recorded."""
        return cases.open_case(public_id, account())

    @changes(blueprint, "/cases/<public_id>/moves", CaseSchema(), body=_BODY)
    @blueprint.alt_response(204, success=True)  # type: ignore[untyped-decorator]  # flask-smorest has no types
    def make_move(public_id: str) -> CaseView | Response:
        """Make a move. `seen_version` is the version of the case that you read before you decided.

        204 instead of the case when the move is on record and has ended your own part in it.
        """
        key, given = idempotency_key(), answers()
        try:
            return _made(public_id, account(), given, key)
        except NotFound:
            # Whoever stands aside or passes a concern on may not see the case that they have just moved.
            if not submissions.is_on_record(account(), key, public_id):
                raise
            return Response(status=204)


def _made(public_id: str, asker: int, given: Mapping[str, Any], key: str) -> CaseView:
    trigger, seen = _trigger(given), _seen(given)
    if trigger in DECISIONS and not submissions.is_on_record(asker, key, public_id):
        require_proof()
    said = {name: answer for name, answer in given.items() if name not in ("trigger", "seen_version")}
    own = {name: answer for name, answer in said.items() if name not in of_forms(said)}

    def filled() -> Mapping[str, str]:
        # Sent again it says what it said the first time, whatever is asked for by now.
        if submissions.is_on_record(asker, key, public_id):
            return as_sent(said)
        return filled_in(forms.asked(public_id, asker, trigger), said)

    command = _command(public_id, asker, trigger, own, filled)
    moves.make_move(public_id, asker, command, key, seen_version=seen)
    return cases.as_seen(public_id, asker)


def _trigger(given: Mapping[str, Any]) -> Trigger:
    named = given.get("trigger")
    found = next((t for t in _SCHEMAS if str(t) == named), None)
    if found is None:
        known = ", ".join(str(t) for t in _SCHEMAS)
        raise InvalidInput({"trigger": [f"Name what you do: {known}"]})
    return found


def _seen(given: Mapping[str, Any]) -> int:
    seen = given.get("seen_version")
    if isinstance(seen, bool) or not isinstance(seen, int) or not 0 <= seen <= _HIGHEST:
        raise InvalidInput({"seen_version": ["Send the version of the case that you have read"]})
    return seen


def _command(public_id: str, asker: int, trigger: Trigger, own: Mapping[str, Any], filled: Filled) -> Command:
    if trigger is not Trigger.READDRESS:
        return command_from(trigger, own, filled)
    given, forms_ = both(lambda: readdress_from(own), filled)
    cases.as_seen(public_id, asker)  # a case that is not theirs is not there, before any agency is judged
    where = (given["agency"], given["reasons"], given["safety"])
    try:
        return moves.pass_on_to(public_id, asker, *where, forms_)
    except NotFound as error:
        raise InvalidInput({"agency": ["Name an agency of this partnership"]}) from error
