"""Hours by weekday, terms and closures in the file of people: read as meant, refused by line when wrong."""

from datetime import date, time

import pytest

from escalation.errors import InvalidInput
from escalation.services.agency_time import columns_of
from escalation.services.people_file import Line, read
from workflows import opening_hours

HEAD = "agency,kind,tier,title,hours,terms,closures"


def lines(hours: str = "", terms: str = "", closures: str = "") -> list[Line]:
    return read(f"{HEAD}\nHill School,school,lead,Designated lead,{hours},{terms},{closures}\n")


def refused(**columns: str) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        lines(**columns)
    assert list(error.value.errors) == ["line 2"]
    return error.value.errors["line 2"]


def test_a_closed_afternoon_a_saturday_and_a_day_that_nobody_works() -> None:
    week = opening_hours.week("wed 09:00-12:30 Sat 09:00-12:00 fri closed")
    assert week.weekdays == {0, 1, 2, 3, 5}
    assert week.hours == ((2, time(9), time(12, 30)), (5, time(9), time(12)))


def test_what_is_kept_reads_as_what_was_written() -> None:
    [line] = lines(
        "wed 09:00-12:30 fri closed",
        "2027-01-05..2027-03-26 2026-09-02..2026-12-18",
        "2026-11-02 2026-10-26..2026-10-27",
    )
    assert columns_of(line) == {
        "hours": "wed 09:00-12:30",
        "weekdays": "0123",
        "terms": "2026-09-02..2026-12-18 2027-01-05..2027-03-26",
        "closures": "2026-10-26 2026-10-27 2026-11-02",
    }
    assert opening_hours.terms(columns_of(line)["terms"])[0] == (date(2026, 9, 2), date(2026, 12, 18))


def test_what_is_left_out_changes_nothing_and_none_takes_away() -> None:
    assert columns_of(lines()[0]) == {}
    nothing = {"hours": "", "weekdays": "01234", "terms": "", "closures": ""}
    assert columns_of(lines("none", "none", "none")[0]) == nothing


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("wed 9:00-12:30", "hours: '9:00-12:30' are not the hours of a day"),
        ("wed 12:30-09:00", "hours: 12:30-09:00 closes before it opens"),
        ("wed 09:00-09:00", "closes before it opens"),
        ("wednesday 09:00-12:30", "hours: 'wednesday' is not a weekday; known are mon"),
        ("wed", "hours: hours are a weekday and its times"),
        ("wed 09:00-12:30 wed 10:00-11:00", "hours: wed has hours twice"),
        ("wed 09:00-24:00", "not the hours of a day"),
        ("mon closed tue closed wed closed thu closed fri closed", "works on one day of the week at least"),
    ],
)
def test_hours_that_cannot_be_are_refused_by_line(hours: str, words: str) -> None:
    assert words in refused(hours=hours)[0]


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ("2026-09-02", "terms: '2026-09-02' is not a term; write its first and last day"),
        ("2026-12-18..2026-09-02", "ends before it begins"),
        ("2026-09-02..2027-09-03", "longer than a year"),
        ("2026-09-02..2026-12-18 2026-12-18..2027-03-01", "begins before the one before it ends"),
        ("2026-02-29..2026-03-30", "terms: '2026-02-29' is not a date"),
        ("20260902..20261218", "is not a date such as 2026-09-02"),
        ("2026-09-02...2026-12-18", "is not a date"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_line(terms: str, words: str) -> None:
    assert words in refused(terms=terms)[0]


def test_closures_that_cannot_be_are_refused_by_line() -> None:
    assert refused(closures="24/12/2026") == ["closures: '24/12/2026' is not a date such as 2026-09-02"]


def test_a_long_list_of_closures_is_no_mistake() -> None:
    days = " ".join(f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in (3, 4))
    assert len(opening_hours.closures(lines(closures=days)[0].closures)) == 24
    assert "longer than 2000" in refused(closures=days * 10)[0]


def test_two_lines_that_contradict_one_another_are_refused() -> None:
    rows = "Hill School,school,lead,Lead,wed closed,,\nHill School,school,head,Head,thu closed,,\n"
    with pytest.raises(InvalidInput) as error:
        read(f"{HEAD}\n{rows}")
    assert "this agency's hours is 'thu closed' here and 'wed closed' in line 2" in str(error.value.errors)
