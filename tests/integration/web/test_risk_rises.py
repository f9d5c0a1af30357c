"""A rise in risk makes the time that runs shorter, never longer, and the page counts its sum anew."""

import re
from datetime import UTC, datetime
from html import unescape

from tests.integration.web.conftest import MONDAY, Town


def sums(town: Town) -> dict[str, str]:
    """The sums on the case page, by the name of the clock."""
    page = unescape(town.visitor.opens(f"/cases/{town.case}").text)
    _, _, part = page.partition("How the time is counted")
    found = re.findall(r"<li><strong>(.*?)</strong> \(.*?\): (.*?)</li>", part)
    return dict(found)


def rises(town: Town) -> str:
    """The GP says that the risk has risen; gives the page that comes then."""
    news = {"what_changed": "He was seen at the school", "risk_rose": "yes"}
    return unescape(town.visitor.sends(f"/cases/{town.case}/tell_change", news).text)


REPLY, VIEW = "Reply of the challenged side", "View of the raiser's lead"


def test_a_rise_in_risk_times_the_clocks_again_and_the_sum_is_counted_anew(town: Town) -> None:
    before = sums(town)
    assert before[REPLY].startswith(
        "5 working days, told Monday 1 March, 10am; the first is the day after: Tue 2 Mar, Wed 3 Mar, Thu 4 Mar"
    )
    assert before[REPLY].endswith("Monday 8 March 2027 at 5pm.")
    assert before[VIEW].endswith("Wednesday 3 March 2027 at 6:30pm.")

    town.clock.move(to=MONDAY.replace(hour=15))
    page = rises(town)
    after = sums(town)
    assert after[REPLY] == "1 working day from Monday 1 March, 3pm: Tuesday 2 March 2027 at 5pm."
    assert after[VIEW] == "1 working day from Monday 1 March, 3pm: Tuesday 2 March 2027 at 6:30pm."
    assert "1 working day left, until Tuesday 2 March 2027 at 5pm" in re.sub(r"<.*?>", "", page)
    assert "urgent pace" in page
    due = {d.clock: d.due for d in town.seen().running}
    assert due["reply"] == datetime(2027, 3, 2, 17, 0, tzinfo=UTC)


def test_a_rise_in_risk_makes_no_clock_longer_and_leaves_its_sum_alone(town: Town) -> None:
    before = sums(town)
    town.clock.move(to=datetime(2027, 3, 3, 15, 0, tzinfo=UTC))
    rises(town)
    after = sums(town)
    assert after[REPLY] == "1 working day from Wednesday 3 March, 3pm: Thursday 4 March 2027 at 5pm."
    assert after[VIEW] == before[VIEW], "one day from now would be later than what runs"


def test_a_second_rise_in_risk_gives_nobody_more_time(town: Town) -> None:
    rises(town)
    first = sums(town)
    town.clock.move(to=datetime(2027, 3, 2, 9, 30, tzinfo=UTC))
    rises(town)
    assert sums(town) == first


def test_news_without_a_rise_in_risk_leaves_the_clocks_alone(town: Town) -> None:
    before = sums(town)
    town.clock.move(to=MONDAY.replace(hour=15))
    town.visitor.sends(f"/cases/{town.case}/tell_change", {"what_changed": "A note", "risk_rose": "no"})
    assert sums(town) == before
    assert town.seen().pace == "standard"
