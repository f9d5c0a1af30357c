"""When something that the board has to answer is due: at the closing of one of its working days."""

from datetime import datetime
from itertools import islice

from escalation.services.case_file import CaseFile
from workflows.vocabulary import Side


def closing_after(file: CaseFile, now: datetime, days: int) -> datetime:
    """The closing of the board's working day that is so many after notice was given now."""
    calendar = file.calendars()[Side.BOARD]
    after = calendar.working_days_after(calendar.day_of_notice(now))
    return calendar.closing(next(islice(after, days - 1, None)))
