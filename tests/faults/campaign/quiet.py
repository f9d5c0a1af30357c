"""The quiet end: nobody is killed any more, the mail server behaves, and what is left over is done."""

from datetime import timedelta

from sqlalchemy import text

from escalation.config import Settings
from escalation.jobs import audit_the_clock, deliver_mail, lapse_deadlines, remind
from escalation.services import moving_clock
from escalation.services.unit import reading

PASSES = 8
LONGEST_PUT_OFF = timedelta(minutes=80)
"""A mail that was put off is tried again within an hour and a quarter."""
_LEFT = text("SELECT (SELECT count(*) FROM outbox WHERE state = 'owed')")


def come_to_rest(settings: Settings) -> None:
    """Runs the jobs, and moves the clock past what was leased and put off, until no mail is owed."""
    for number in range(PASSES):
        lapse_deadlines.run(settings)
        remind.run(settings)
        deliver_mail.run(settings)
        audit_the_clock.run(settings)
        with reading() as unit:
            left = unit.session.execute(_LEFT).scalar_one()
        if not left or number == PASSES - 1:
            return
        moving_clock.move(LONGEST_PUT_OFF)
