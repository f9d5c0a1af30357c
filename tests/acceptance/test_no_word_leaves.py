"""A canary word in every free field there is; then every byte of every mail is decoded and searched."""

from collections.abc import Callable
from dataclasses import fields

import pytest
from flask import Flask

from escalation.config import Settings
from escalation.errors import NotFound
from escalation.jobs import scheduler
from escalation.services import cases, concerns, moves
from escalation.services.submissions import new_key
from tests.support import northtown
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import MovableClock
from workflows import commands as c

CANARY = "zebra-canary"
RICHER = frozenset(
    {
        *("Going", "Confirm", "Convene", "HoldMeeting", "RecordPlan", "RecordDissent", "SetTime"),
        *("ProposeTime", "AgreeTime", "Extend", "Pause", "Resume", "OpenBeside"),
    }
)
"""What the default procedure does not ask for: `test_richer_procedure` sings it."""


def sung(command: type[c.Command], **codes: object) -> c.Command:
    """The command with the canary in every field that takes prose."""
    prose = {f.name: f"{CANARY}-{f.name}" for f in fields(command) if f.type in (str, str | None)}
    return command(**{**prose, **codes})


def test_a_canary_in_every_free_field_is_in_no_mail(
    app: Flask, settings: Settings, clock: MovableClock, mail_sink: MailSink
) -> None:
    with app.app_context():
        partnership, ids = northtown.lay_out(shut=True), northtown.accounts()
        agencies = northtown.agencies(ids["amara.lewis"], partnership)
        used: set[type[c.Command]] = set()

        def raised() -> str:
            command = sung(c.RaiseConcern)
            used.add(c.RaiseConcern)
            new = concerns.NewConcern(partnership, agencies["Northtown Hospitals"], "doctor", command)
            return concerns.raise_concern(ids["amara.lewis"], new, new_key()).public_id

        def do(case: str, who: str, kind: type[c.Command], **codes: object) -> None:
            used.add(kind)
            moves.make_move(case, ids[who], sung(kind, **codes), new_key())

        _first_case(raised(), do)
        _second_case(raised(), do, lambda **by: (clock.move(**by), scheduler.run_once(app, settings)))
        third = raised()
        used.add(c.Readdress)
        passed_on = moves.pass_on_to(
            third, ids["sam.okafor"], agencies["Northtown Police"], f"{CANARY}-reasons", f"{CANARY}-safety"
        )
        moves.make_move(third, ids["sam.okafor"], passed_on, new_key())
        with pytest.raises(NotFound):  # it is done, and with it the manager's own part
            cases.require_part(third, ids["sam.okafor"])
        do(third, "amara.lewis", c.Withdraw, freely=False)
        scheduler.run_once(app, settings)

    every = {kind.__name__ for kind in c.Command.__subclasses__()} - {"TimeOut"}
    assert {kind.__name__ for kind in used} == every - RICHER, "a command that takes words was left out"
    assert len(mail_sink.mails) > 40
    for mail in mail_sink.mails:
        said = decoded(mail).lower()
        assert CANARY not in said
        assert not any(
            name.lower() in said for name in ("Northtown Hospitals", "Riverside Surgery", "Dr Sam")
        )


def _first_case(case: str, do: Callable[..., None]) -> None:
    do(case, "priya.nair", c.Support)
    do(case, "sam.okafor", c.Acknowledge)
    do(case, "sam.okafor", c.AskInformation)
    do(case, "amara.lewis", c.TellChange, risk_rose=True)
    do(case, "amara.lewis", c.SaySafety)
    do(case, "sam.okafor", c.ProposeSettlement)
    do(case, "amara.lewis", c.DeclineSettlement)
    do(case, "sam.okafor", c.ChangeDecision)
    do(case, "amara.lewis", c.AgreeSettlement)
    do(case, "amara.lewis", c.AnswerFollowUp, safer=c.Safer.YES, safe_to_raise=c.SafeToRaise.YES)


def _second_case(case: str, do: Callable[..., None], passes: Callable[..., object]) -> None:
    do(case, "priya.nair", c.DeclineSupport)
    do(case, "sam.okafor", c.KeepDecision)
    do(case, "amara.lewis", c.Escalate)
    passes(days=9)
    do(case, "alan.meredith", c.Recuse)
    do(case, "ruth.calloway", c.RecordDecision, changed=c.Changed.PARTLY)
