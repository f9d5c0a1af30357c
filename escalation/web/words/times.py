"""Times as people say them, and how they were counted."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from escalation.services.views import DeadlineView
from workflows import amount


def day(when: datetime | date, zone: str = "Europe/London", *, year: bool = False) -> str:
    """For example: Wednesday 25 November, with the year when asked for."""
    local = when.astimezone(ZoneInfo(zone)) if isinstance(when, datetime) else when
    return f"{local:%A} {local.day} {local:%B}{f' {local.year}' if year else ''}"


def clock_time(when: datetime, zone: str) -> str:
    """For example: 5pm, 9:12am."""
    local = when.astimezone(ZoneInfo(zone))
    minutes = f":{local.minute:02d}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{local:%p}".lower()


def moment(when: datetime, zone: str) -> str:
    """For example: Wednesday 25 November 2026 at 5pm."""
    return f"{day(when, zone, year=True)} at {clock_time(when, zone)}"


def short_moment(when: datetime, zone: str) -> str:
    """For example: Friday 20 November, 9:12am."""
    return f"{day(when, zone)}, {clock_time(when, zone)}"


def working_days(count: int) -> str:
    """For example: 1 working day, 2 working days."""
    return f"{count} working day{'' if count == 1 else 's'}"


def time_left(deadline: DeadlineView) -> str:
    """How much is left, in words."""
    if deadline.days_left < 0:
        return f"past its time by {working_days(-deadline.days_left)}"
    if deadline.days_left == 0:
        return f"due today at {clock_time(deadline.due, deadline.zone)}"
    return f"{working_days(deadline.days_left)} left"


def budget(words: str) -> str:
    """`5 working_days` as people say it."""
    return amount.parse(words).in_words


def the_sum(deadline: DeadlineView) -> str:
    """How the date was counted, so that anybody can check it."""
    counted = _counted(deadline)
    return f"{counted} {_PAST_TERMS.format(deadline.agency)}" if deadline.past_terms else counted


_PAST_TERMS = "No term of {} is known for that day yet, so every weekday was counted: the board office can bring its dates up to date."


def _counted(deadline: DeadlineView) -> str:
    told = _told(deadline)
    until = moment(deadline.due, deadline.zone)
    if len(deadline.days) > 1:
        days = ", ".join(f"{d:%a} {d.day} {d:%b}" for d in deadline.days)
        return f"{budget(deadline.budget)}, told {told}; the first is the day after: {days}. It ends when {deadline.agency} closes: {until}."
    return f"{budget(deadline.budget)} from {told}: {until}."


def closed_until(deadline: DeadlineView) -> str | None:
    """That whoever is asked is not at work now, and when they are again; None while they are."""
    if deadline.opens is None:
        return None
    return f"{deadline.agency} is closed until {moment(deadline.opens, deadline.zone)}."


def _told(deadline: DeadlineView) -> str:
    """When somebody was told, and from which day that counts when it is not the same day."""
    told, first = short_moment(deadline.base, deadline.zone), deadline.counts_from
    if first == deadline.base.astimezone(ZoneInfo(deadline.zone)).date():
        return told
    return f"{told}, outside working hours, so it counts as told on {first:%a} {first.day} {first:%b}"
