"""When a clock runs out, compared with a count made in another way."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.workflows import slow_oracle
from workflows.amount import Amount
from workflows.calendar import NATIONS, WorkingCalendar
from workflows.deadlines import due_instant, remind_instant, spell_out, working_days_between
from workflows.vocabulary import Unit

LONDON = ZoneInfo("Europe/London")
ENGLAND = WorkingCalendar("ENG")
FIVE = Amount(5, Unit.WORKING_DAYS)


def london(text: str) -> datetime:
    """A wall time in London, written as on a letter."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def instants(first: int, last: int) -> st.SearchStrategy[datetime]:
    """Any instant from the beginning of the year `first` to the end of the year `last`."""
    begin, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    return st.timedeltas(timedelta(0), end - begin - timedelta.resolution).map(lambda passed: begin + passed)


def _agency(nation: str, week: set[int], opens: int, closes: int, off: set[date]) -> WorkingCalendar:
    return WorkingCalendar(
        nation,
        weekdays=frozenset(week),
        opens=time(opens),
        closes=time(closes, 30),
        closures=frozenset(off),
    )


agencies = st.builds(
    _agency,
    st.sampled_from(NATIONS),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(6, 11),
    st.integers(15, 22),
    st.sets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=20),
)
"""Any agency: its nation, its week, its hours and its own days off."""

amounts = st.builds(
    Amount,
    st.integers(1, 30),
    st.sampled_from(
        [Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.WEEKS, Unit.HOURS, Unit.MINUTES, Unit.SECONDS]
    ),
)


class TestBankHolidays:
    @pytest.mark.parametrize("nation", NATIONS)
    @pytest.mark.parametrize("week", [range(5), range(7)], ids=["weekdays", "all week"])
    def test_every_day_of_three_years_is_judged_as_by_hand(self, nation: str, week: range) -> None:
        calendar = WorkingCalendar(nation, weekdays=frozenset(week))
        by_hand = set(slow_oracle.working_days(nation, frozenset(week), frozenset()))
        first = date(2025, 1, 1)
        every = [first + timedelta(days=n) for n in range(3 * 365)]

        assert {day for day in every if calendar.is_working_day(day)} == by_hand

    def test_the_four_nations_do_not_rest_on_the_same_days(self) -> None:
        easter_monday, second_of_january, twelfth = date(2026, 4, 6), date(2026, 1, 2), date(2027, 7, 12)

        def rests(day: date) -> set[str]:
            return {nation for nation in NATIONS if not WorkingCalendar(nation).is_working_day(day)}

        assert rests(easter_monday) == {"ENG", "WLS", "NIR"}
        assert rests(second_of_january) == {"SCT"}
        assert rests(twelfth) == {"NIR"}


class TestNotice:
    @pytest.mark.parametrize(
        ("notice", "given_on"),
        [
            ("2026-11-18 03:00", "2026-11-18"),  # before anybody is in
            ("2026-11-18 16:59:59.999999", "2026-11-18"),
            ("2026-11-18 17:00", "2026-11-19"),  # at closing time nobody reads it
            ("2026-11-18 23:59", "2026-11-19"),
            ("2026-11-20 17:00", "2026-11-23"),  # Friday evening counts as Monday
            ("2026-11-21 10:00", "2026-11-23"),  # so does Saturday
            ("2026-12-24 17:30", "2026-12-29"),  # and Christmas Eve, after closing, as the 29th
        ],
    )
    def test_counts_from_the_day_on_which_somebody_works(self, notice: str, given_on: str) -> None:
        assert ENGLAND.day_of_notice(london(notice)) == date.fromisoformat(given_on)

    def test_the_agency_that_answers_has_its_own_day(self) -> None:
        scotland = replace(ENGLAND, nation="SCT")
        monday_in_june = london("2026-06-15 10:00")
        assert ENGLAND.day_of_notice(monday_in_june) == date(2026, 6, 15)
        assert scotland.day_of_notice(monday_in_june) == date(2026, 6, 16)


class TestDue:
    @pytest.mark.parametrize(
        ("notice", "amount", "due"),
        [
            ("2026-11-18 10:00", FIVE, "2026-11-25 17:00"),
            ("2026-11-18 17:51", FIVE, "2026-11-26 17:00"),
            ("2026-12-23 10:00", FIVE, "2027-01-04 17:00"),
            ("2026-03-26 10:00", FIVE, "2026-04-02 17:00"),  # over the night the clocks go forward
            ("2026-11-18 10:00", Amount(2, Unit.WEEKS), "2026-12-02 17:00"),
            ("2026-11-18 10:00", Amount(3, Unit.CALENDAR_DAYS), "2026-11-23 17:00"),  # not on a Saturday
            ("2026-11-18 17:30", Amount(2, Unit.CALENDAR_DAYS), "2026-11-23 17:00"),
            ("2026-11-20 16:00", Amount(24, Unit.HOURS), "2026-11-21 16:00"),
            ("2026-11-20 16:00", Amount(90, Unit.MINUTES), "2026-11-20 17:30"),
            ("2026-11-20 16:00", Amount(2, Unit.SECONDS), "2026-11-20 16:00:02"),
        ],
    )
    def test_is_as_on_the_wall_calendar(self, notice: str, amount: Amount, due: str) -> None:
        assert due_instant(amount, london(notice), ENGLAND) == london(due)

    def test_hours_are_elapsed_time_over_the_night_the_clocks_go_forward(self) -> None:
        saturday_noon = london("2026-03-28 12:00")
        assert due_instant(Amount(24, Unit.HOURS), saturday_noon, ENGLAND) == london("2026-03-29 13:00")

    def test_closing_time_stays_five_in_london_all_year(self) -> None:
        winter, summer = ENGLAND.closing(date(2026, 1, 15)), ENGLAND.closing(date(2026, 7, 15))
        assert (winter.hour, summer.hour) == (17, 16)

    @given(instants(2025, 2026), st.integers(1, 60), agencies)
    @example(datetime(2026, 12, 24, 17, tzinfo=UTC), 1, ENGLAND)
    @example(datetime(2026, 3, 27, 17, tzinfo=UTC), 1, ENGLAND)
    def test_working_days_end_where_the_slow_count_ends(
        self, notice: datetime, count: int, calendar: WorkingCalendar
    ) -> None:
        days = slow_oracle.working_days(calendar.nation, calendar.weekdays, calendar.closures)
        if len([d for d in days if d > notice.date()]) < count + 2:
            count = 1  # a one-day week runs out of the three years that are written down
        expected = slow_oracle.due(notice, count, days, calendar.closes)
        assert due_instant(Amount(count, Unit.WORKING_DAYS), notice, calendar) == expected

    @given(instants(2024, 2040), st.integers(1, 20), agencies)
    def test_falls_on_closing_time_in_london_whatever_the_clocks_do(
        self, notice: datetime, count: int, calendar: WorkingCalendar
    ) -> None:
        due = due_instant(Amount(count, Unit.WORKING_DAYS), notice, calendar)
        assert due == slow_oracle.london_to_utc(due.astimezone(LONDON).date(), calendar.closes)
        assert calendar.is_working_day(due.astimezone(LONDON).date())

    @given(instants(2024, 2040), st.timedeltas(timedelta(0), timedelta(days=12)), amounts, agencies)
    def test_is_never_earlier_for_a_later_notice(
        self, notice: datetime, later: timedelta, amount: Amount, calendar: WorkingCalendar
    ) -> None:
        assert due_instant(amount, notice, calendar) <= due_instant(amount, notice + later, calendar)

    @given(instants(2025, 2026), amounts, agencies, st.integers(0, 60))
    def test_is_never_earlier_for_one_day_off_more(
        self, notice: datetime, amount: Amount, calendar: WorkingCalendar, ahead: int
    ) -> None:
        off = notice.date() + timedelta(days=ahead)
        resting = replace(calendar, closures=calendar.closures | {off})
        assert due_instant(amount, notice, resting) >= due_instant(amount, notice, calendar)

    @given(instants(2024, 2040), amounts, agencies)
    def test_is_after_notice_and_in_utc(
        self, notice: datetime, amount: Amount, calendar: WorkingCalendar
    ) -> None:
        due = due_instant(amount, notice, calendar)
        assert due > notice
        assert due.tzinfo is UTC

    @given(instants(2024, 2040), st.integers(1, 30), agencies)
    def test_shows_its_sum_one_working_day_at_a_time(
        self, notice: datetime, count: int, calendar: WorkingCalendar
    ) -> None:
        amount = Amount(count, Unit.WORKING_DAYS)
        days = spell_out(amount, notice, calendar)
        assert len(days) == count
        assert list(days) == sorted(set(days))
        assert all(calendar.is_working_day(day) for day in days)
        assert calendar.closing(days[-1]) == due_instant(amount, notice, calendar)

    @given(instants(2024, 2040), amounts, agencies)
    def test_shows_last_the_day_on_which_it_is_due(
        self, notice: datetime, amount: Amount, calendar: WorkingCalendar
    ) -> None:
        due = due_instant(amount, notice, calendar).astimezone(LONDON)
        assert spell_out(amount, notice, calendar)[-1] == due.date()


class TestReminders:
    @pytest.mark.parametrize(
        ("due", "before", "reminder"),
        [
            ("2026-11-25 17:00", Amount(1, Unit.WORKING_DAYS), "2026-11-24 09:00"),
            ("2026-11-23 17:00", Amount(1, Unit.WORKING_DAYS), "2026-11-20 09:00"),
            ("2026-12-29 17:00", Amount(2, Unit.WORKING_DAYS), "2026-12-23 09:00"),
            ("2026-11-25 17:00", Amount(1, Unit.WEEKS), "2026-11-18 09:00"),
            ("2026-11-25 17:00", Amount(2, Unit.HOURS), "2026-11-25 15:00"),
            ("2026-03-30 17:00", Amount(1, Unit.WORKING_DAYS), "2026-03-27 09:00"),  # other clock, same nine
        ],
    )
    def test_come_when_the_agency_opens(self, due: str, before: Amount, reminder: str) -> None:
        long_ago = london("2026-01-05 10:00")
        assert remind_instant(london(due), before, long_ago, ENGLAND) == london(reminder)

    def test_are_left_out_when_the_time_for_them_has_passed(self) -> None:
        notice, due = london("2026-11-18 09:00"), london("2026-11-19 17:00")
        day_before = Amount(1, Unit.WORKING_DAYS)
        assert remind_instant(due, day_before, notice, ENGLAND) is None
        assert remind_instant(due, day_before, notice - timedelta(microseconds=1), ENGLAND) is not None

    def test_are_left_out_when_none_is_asked_for(self) -> None:
        assert remind_instant(london("2026-11-25 17:00"), None, london("2026-11-18 09:00"), ENGLAND) is None

    @given(instants(2024, 2040), amounts, st.integers(1, 5), agencies)
    def test_stand_between_notice_and_due_and_at_opening_time(
        self, notice: datetime, amount: Amount, days: int, calendar: WorkingCalendar
    ) -> None:
        due = due_instant(amount, notice, calendar)
        instant = remind_instant(due, Amount(days, Unit.WORKING_DAYS), notice, calendar)
        if instant is not None:
            local = instant.astimezone(LONDON)
            assert notice < instant < due
            assert local.time() == calendar.opens
            assert calendar.is_working_day(local.date())


class TestDaysLeft:
    @pytest.mark.parametrize(
        ("now", "left"),
        [
            ("2026-11-18 10:00", 5),
            ("2026-11-20 18:00", 3),
            ("2026-11-22 10:00", 3),  # Sunday: Monday, Tuesday and Wednesday are left
            ("2026-11-25 09:00", 0),  # due today
            ("2026-11-25 17:00", 0),  # at the very instant it is not late yet
            ("2026-11-25 17:01", -1),
            ("2026-11-26 09:00", -1),
            ("2026-11-28 09:00", -2),  # the weekend adds nothing
            ("2026-11-30 09:00", -3),
        ],
    )
    def test_are_counted_in_working_days_and_turn_negative_when_late(self, now: str, left: int) -> None:
        assert working_days_between(london(now), london("2026-11-25 17:00"), ENGLAND) == left

    @given(instants(2025, 2026), st.integers(1, 20), agencies)
    def test_are_the_whole_budget_on_the_day_of_notice(
        self, notice: datetime, count: int, calendar: WorkingCalendar
    ) -> None:
        due = due_instant(Amount(count, Unit.WORKING_DAYS), notice, calendar)
        opened = datetime.combine(calendar.day_of_notice(notice), calendar.opens, LONDON)
        assert working_days_between(opened, due, calendar) == count

    @given(instants(2025, 2026), st.timedeltas(timedelta(0), timedelta(days=40)), agencies)
    def test_never_grow_while_time_passes(
        self, now: datetime, passed: timedelta, calendar: WorkingCalendar
    ) -> None:
        due = due_instant(FIVE, datetime(2026, 6, 1, 9, tzinfo=UTC), calendar)
        before, after = (working_days_between(t, due, calendar) for t in (now, now + passed))
        assert after <= before


class TestBadCalendars:
    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"nation": "GB"}, "is no nation of ENG, WLS, SCT, NIR"),
            ({"weekdays": frozenset()}, "at least one working day"),
            ({"weekdays": frozenset({7})}, "Monday is 0 and Sunday 6"),
            ({"opens": time(17), "closes": time(17)}, "opens at 17:00:00 and closes at 17:00:00"),
            ({"opens": time(17), "closes": time(9)}, "opens at 17:00:00 and closes at 09:00:00"),
        ],
    )
    def test_are_refused_in_words(self, fields: dict[str, object], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            replace(ENGLAND, **fields)

    def test_a_year_of_closures_is_refused_and_does_not_count_for_ever(self) -> None:
        never = replace(ENGLAND, closures=frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(800)))
        with pytest.raises(ValueError, match="the calendar has run out"):
            due_instant(FIVE, london("2026-01-05 10:00"), never)


class TestVersion:
    def test_says_with_what_a_deadline_was_counted(self) -> None:
        assert ENGLAND.version.startswith("holidays ")
        assert ENGLAND.version.endswith("ENG 01234 09:00-17:00 -")

    @given(agencies, agencies)
    def test_differs_where_the_calendar_differs(self, one: WorkingCalendar, other: WorkingCalendar) -> None:
        assert (one.version == other.version) == (one == other)
