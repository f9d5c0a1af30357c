"""A school closes in the holidays and a surgery on Wednesday afternoons: time is counted when they work."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.errors import InvalidInput
from escalation.services import concerns, health, people
from escalation.services.submissions import new_key
from tests.acceptance.conftest import Visitor
from tests.support import beyond, northtown
from tests.support.movable_clock import MovableClock
from workflows.calendar import PAST_TERMS
from workflows.commands import RaiseConcern

Visit = Callable[[str], Visitor]
HEAD = "agency,kind,tier,title,hours,terms,closures\n"
SCHOOL = "Hillside Primary School,school,head,Head teacher"
TERMS = "2026-09-02..2026-10-23 2026-11-02..2026-12-18 2027-01-05..2027-02-12 2027-02-22..2027-03-25"


@pytest.fixture(autouse=True)
def november(clock: MovableClock) -> None:
    """Whatever day it is, Northtown is laid out in November 2026."""
    clock.move(to=datetime.fromisoformat("2026-11-26T10:00+00:00"))


def imports(app: Flask, *lines: str, dry_run: bool = False) -> list[str]:
    with app.app_context():
        return people.import_people(HEAD + "\n".join(lines), dry_run=dry_run).notes


def at(clock: MovableClock, instant: str) -> None:
    clock.move(to=datetime.fromisoformat(instant))


def challenge_the_school(app: Flask, northtown_id: str) -> str:
    """A GP raises a concern about a teacher; gives the address of the case."""
    with app.app_context():
        gp = northtown.accounts()["amara.lewis"]
        school = northtown.agencies(gp, northtown_id)["Hillside Primary School"]
        command = RaiseConcern(person_reference="T-1", decision="d", risk="r", request="q")
        new = concerns.NewConcern(northtown_id, school, "teacher", command)
        return f"/cases/{concerns.raise_concern(gp, new, new_key()).public_id}"


def due(app: Flask) -> str:
    with app.app_context(), beyond.engine().connect() as connection:
        found = connection.execute(
            text("SELECT due_at, calendar_version FROM deadline WHERE clock = 'reply' AND state = 'open'")
        ).one()
        return f"{str(found.due_at)[:16].replace('T', ' ')} {found.calendar_version.endswith(PAST_TERMS)}"


def test_a_concern_raised_at_the_end_of_term_waits_for_the_next(
    app: Flask, visit: Visit, northtown: str, clock: MovableClock
) -> None:
    imports(app, f"{SCHOOL},wed 08:30-12:30,{TERMS},2027-01-06")
    at(clock, "2026-12-17T17:00+00:00")
    case = challenge_the_school(app, northtown)
    # Told on Thursday evening, so on Friday 18; term begins on Tuesday 5 January and Wednesday is closed.
    assert due(app) == "2027-01-12 16:00 False"
    page = visit("amara.lewis").opens(case)
    assert "Hillside Primary School is closed until Friday 18 December 2026 at 8:30am." in page
    assert "Tue 5 Jan, Thu 7 Jan, Fri 8 Jan, Mon 11 Jan, Tue 12 Jan" in page
    at(clock, "2026-12-29T11:00+00:00")
    page = visit("amara.lewis").opens(case)
    assert "Hillside Primary School is closed until Tuesday 5 January 2027 at 8:30am." in page
    at(clock, "2027-01-05T10:00+00:00")
    assert "is closed until" not in visit("amara.lewis").opens(case)


def test_a_closed_afternoon_ends_the_day(
    app: Flask, visit: Visit, northtown: str, clock: MovableClock
) -> None:
    imports(app, f"{SCHOOL},wed 08:30-12:30,,")
    at(clock, "2026-12-02T13:00+00:00")
    case = challenge_the_school(app, northtown)
    assert due(app) == "2026-12-10 16:00 False", "told on Wednesday afternoon, so on Thursday"
    page = visit("amara.lewis").opens(case)
    assert "closed until Thursday 3 December 2026 at 8:30am" in page
    assert "outside working hours, so it counts as told on Thu 3 Dec" in page


def test_past_the_last_known_term_every_weekday_counts_and_everybody_is_told(
    app: Flask, visit: Visit, northtown: str, clock: MovableClock
) -> None:
    imports(app, f"{SCHOOL},,{TERMS},")
    at(clock, "2027-03-24T10:00+00:00")
    case = challenge_the_school(app, northtown)
    # Thursday 25 is the last day of term, Friday and Monday are bank holidays.
    assert due(app) == "2027-04-02 15:00 True"
    assert "No term of Hillside Primary School is known for that day yet" in visit("amara.lewis").opens(case)
    with app.app_context():
        assert terms_are_well() == (True, "The terms of 1 agencies end within 60 days: import the next ones.")
        at(clock, "2027-03-26T10:00+00:00")
        assert terms_are_well() == (False, "The terms of 1 agencies are over: import the next ones.")
    assert "No term is known after 25 Mar 2027" in visit("kate.rowan").opens(f"/board/{northtown}/directory")
    said = imports(app, f"{SCHOOL},,2027-04-12..2027-07-21,")
    assert said[0] == "Hillside Primary School: terms are new"
    assert "no term is known before 2027-04-12; until then nobody works there" in "; ".join(said)


def terms_are_well() -> tuple[bool, str]:
    from datetime import timedelta

    [check] = [c for c in health.look(_head(), timedelta(days=1000)) if c.name == "terms"]
    return check.well, check.words


def _head() -> str:
    with beyond.engine().connect() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def test_the_board_reads_in_the_directory_when_each_agency_works(
    app: Flask, visit: Visit, northtown: str, clock: MovableClock
) -> None:
    at(clock, "2026-11-27T10:00+00:00")
    said = imports(app, f"{SCHOOL},wed 08:30-12:30 fri closed,{TERMS},2026-12-01 2026-11-01")
    assert said[:4] == [
        f"Hillside Primary School: {what} are new" for what in ("hours", "working days", "terms", "closures")
    ]
    page = visit("kate.rowan").opens(f"/board/{northtown}/directory")
    assert "Monday and Tuesday 8:30am to 4pm, Wednesday 8:30am to 12:30pm, Thursday 8:30am to 4pm" in page
    assert "2 Nov 2026 to 18 Dec 2026, 5 Jan 2027 to 12 Feb 2027" in page
    assert "23 Oct" not in page, "a term that is over is not shown"
    assert "1 Dec 2026</td>" in page
    assert "1 Nov 2026" not in page


def test_a_dry_run_changes_no_hours_and_a_file_without_them_leaves_them(
    app: Flask, visit: Visit, northtown: str
) -> None:
    imports(app, f"{SCHOOL},,,2030-01-02", dry_run=True)
    assert "2 Jan 2030" not in visit("kate.rowan").opens(f"/board/{northtown}/directory")
    imports(app, f"{SCHOOL},,,2030-01-02")
    assert imports(app, f"{SCHOOL},,,") == []
    assert "2 Jan 2030" in visit("kate.rowan").opens(f"/board/{northtown}/directory")


def test_an_agency_at_which_nobody_would_ever_work_is_refused(
    app: Flask, northtown: str, clock: MovableClock
) -> None:
    at(clock, "2026-11-27T10:00+00:00")
    with pytest.raises(InvalidInput) as refused:
        imports(app, f"{SCHOOL},,,2026-11-27..2027-11-26 2027-11-27..2028-11-20")
    assert "nobody works there" in refused.value.errors["line 2"][0]
