"""Every job, and how long it may sleep at most, in ticks."""

from collections.abc import Callable
from dataclasses import dataclass

from escalation.config import Settings
from escalation.jobs import (
    audit_the_clock,
    deliver_mail,
    forget_codes,
    lapse_accounts,
    lapse_deadlines,
    lapse_erasures,
    ping_outside,
    remind,
    remind_of_newcomers,
    review_access,
    review_glass,
    seal_record,
    send_digests,
    verify_record,
)
from escalation.jobs.result import Result


@dataclass(frozen=True, slots=True)
class Job:
    """A job by name. `ticks` is how many safety ticks it may sleep when nothing wakes it sooner."""

    name: str
    run: Callable[[Settings], Result]
    ticks: int = 1


JOBS = (
    Job("lapse_deadlines", lapse_deadlines.run),
    Job("remind", remind.run),
    Job("lapse_accounts", lapse_accounts.run, ticks=8),
    Job("review_access", review_access.run, ticks=8),
    Job("send_digests", send_digests.run, ticks=4),
    Job("review_glass", review_glass.run, ticks=4),
    Job("lapse_erasures", lapse_erasures.run, ticks=4),
    Job("remind_of_newcomers", remind_of_newcomers.run, ticks=4),
    Job("forget_codes", forget_codes.run, ticks=4),
    Job("seal_record", seal_record.run, ticks=4),
    Job("verify_record", verify_record.run, ticks=4),
    Job("deliver_mail", deliver_mail.run),
    Job("audit_the_clock", audit_the_clock.run, ticks=4),
    Job("ping_outside", ping_outside.run, ticks=4),
)
