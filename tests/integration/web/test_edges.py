"""Edges of the door for people: odd addresses, odd keys, a case of another partnership, a rise in risk."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from escalation.demo import data
from escalation.errors import NotFound
from escalation.extensions import db
from escalation.services import cases, concerns, drafts, people, places, setting_up
from escalation.services.submissions import new_key
from escalation.services.views import CaseView
from escalation.web.sign_in import password_hash
from tests.support.movable_clock import MovableClock
from workflows import commands as c
from workflows.loader import shipped

PASSWORD = "a password of northtown"
MONDAY = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
"""A week without a bank holiday lies ahead, and the clocks do not change in it."""
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Visitor:
    """Somebody with a browser that runs no script."""

    client: FlaskClient
    hidden: dict[str, str] = field(default_factory=dict)

    def opens(self, path: str) -> TestResponse:
        """Asks for a page, and keeps the hidden fields of its forms."""
        page = self.client.get(path, follow_redirects=True)
        self.hidden = {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}
        return page

    def sends(self, path: str, answers: Mapping[str, str]) -> TestResponse:
        """Sends the form of the page at `path` as it is now."""
        self.opens(path)
        return self.client.post(path, data={**self.hidden, **answers}, follow_redirects=True)


@dataclass
class Town:
    """Northtown and its GP, who has raised a concern and has a browser."""

    app: Flask
    clock: MovableClock
    partnership: str
    gp: int
    case: str
    visitor: Visitor

    def seen(self) -> CaseView:
        """The case as its raiser sees it now."""
        with self.app.app_context():
            return cases.as_seen(self.case, self.gp)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.app.app_context(), db.engine.connect() as connection:
            return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def a_concern(asker: int, partnership: str, follows: str | None = None) -> concerns.NewConcern:
    """A concern about the hospital of a partnership."""
    choices = places.agencies_to_challenge(asker, partnership)
    to = next(a.public_id for a in choices if a.kind == "hospital")
    command = c.RaiseConcern(person_reference="T", decision="d", risk="r", request="q")
    return concerns.NewConcern(partnership, to, "doctor", command, follows=follows)


@pytest.fixture
def town(app: Flask, clock: MovableClock) -> Town:
    clock.move(to=MONDAY)
    with app.app_context():
        partnership = data.load(password_hash(PASSWORD), history=False)
        gp = data.accounts()["amara.lewis"][0]
        case = concerns.raise_concern(gp, a_concern(gp, partnership), new_key()).public_id
    visitor = Visitor(app.test_client())
    visitor.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": PASSWORD})
    return Town(app, clock, partnership, gp, case, visitor)


# ------------------------------------------------------------------------------ addresses


ADDRESSES = (
    "/%00",
    "/c/NC-%00",
    "/cases/%00",
    "/cases/{case}%00",
    "/cases/{case}/%00",
    "/cases/%00/history",
    "/cases/%00/receipt",
    "/cases/%00/tell_change",
    "/raise/%00/1",
    "/raise/%00/check",
    "/raise/%00/danger",
    "/raise/sent/%00",
    "/board/%00/measures",
    "/static/%00",
    "/static/service.css%00",
    "/password/reset/%00",
    "/api/v1/cases/%00",
    "/api/v1/partnerships/%00/agencies",
)


def test_an_address_with_a_nul_in_it_is_404_like_any_other_that_leads_nowhere(
    town: Town, subtests: pytest.Subtests
) -> None:
    for address in ADDRESSES:
        with subtests.test(address):
            assert town.visitor.client.get(address.format(case=town.case)).status_code == 404


def test_a_case_with_a_nul_looks_like_any_case_that_is_not_there(town: Town) -> None:
    def without_tokens(page: str) -> str:
        return "\n".join(line for line in page.splitlines() if "nonce" not in line and "csrf" not in line)

    odd, unknown = (town.visitor.opens(f"/cases/{which}").text for which in ("%00", "A" * 22))
    assert without_tokens(odd) == without_tokens(unknown)


def test_a_form_that_is_sent_to_an_address_with_a_nul_changes_nothing(town: Town) -> None:
    town.visitor.opens(f"/cases/{town.case}/tell_change")
    before = town.count("event")
    answers = {**town.visitor.hidden, "what_changed": "news", "risk_rose": "no"}
    for path in (f"/cases/{town.case}%00/tell_change", "/cases/%00/own", "/raise/%00/discard"):
        assert town.visitor.client.post(path, data=answers).status_code == 404
    assert town.count("event") == before


@pytest.mark.parametrize(
    ("path", "field"), [("/raise", "partnership"), ("/sign-in", "email"), ("/password/reset", "email")]
)
def test_a_nul_in_a_field_that_is_looked_up_is_no_fault_of_ours(town: Town, path: str, field: str) -> None:
    visitor = town.visitor if path == "/raise" else Visitor(town.app.test_client())
    assert visitor.sends(path, {field: "nul\x00@x.invalid", "password": PASSWORD}).status_code < 500


# ------------------------------------------------------------------------------ keys of forms


def tells(town: Town, key: str) -> TestResponse:
    """The GP adds the same piece of news, under a key of her own choice."""
    news = {"what_changed": "The father is back", "risk_rose": "no", "submission": key}
    return town.visitor.sends(f"/cases/{town.case}/tell_change", news)


def news_of(town: Town) -> int:
    return len(town.seen().news)


def test_a_key_of_64_characters_makes_two_sendings_one(town: Town) -> None:
    for _ in range(2):
        assert tells(town, "k" * 64).status_code == 200
    assert news_of(town) == 1


NO_KEYS: Mapping[str, str] = {
    "of 65 characters": "k" * 65,
    "of 100,000 characters": "k" * 100_000,
    "empty": "",
    "of two words": "two words",
    "with a NUL": "k\x00",
    "with an accent": "clé",
    "with a quote": "k" * 63 + "'",
}


def test_a_key_that_cannot_be_one_counts_as_none(town: Town, subtests: pytest.Subtests) -> None:
    for name, key in NO_KEYS.items():
        with subtests.test(name):
            before = news_of(town)
            for sendings in (1, 2):
                assert tells(town, key).status_code == 200
                assert news_of(town) == before + sendings


def test_a_key_with_a_line_end_behind_it_counts_as_none(town: Town) -> None:
    for sendings in (1, 2):
        assert tells(town, "k" * 64 + "\n").status_code == 200
        assert news_of(town) == sendings


# ------------------------------------------------------------------------------ earlier cases


def second_partnership(town: Town) -> str:
    """Southtown, in which the same GP works too; gives its public id."""
    rows = (
        "agency,kind,tier,line,title,name,email",
        "Southtown Clinic,general_practice,practitioner,,GP,Dr Amara Lewis,amara.lewis@demo.invalid",
        "Southtown Hospital,hospital,manager,doctor,Clinical lead,Dr Una Moss,una.moss@demo.invalid",
        "Southtown Hospital,hospital,head,,Medical director,Dr Vic Hale,vic.hale@demo.invalid",
    )
    with town.app.app_context():
        made = setting_up.set_up(
            setting_up.NewPartnership(
                name="Southtown Safeguarding Partnership",
                service_name="Professional challenge",
                reference_prefix="SC",
                nation="ENG",
                zone="Europe/London",
                duty_phone="020 7946 0020",
                office_phone="020 7946 0021",
                office_hours="weekdays 9am to 5pm",
                office_address="office@south.invalid",
                administrator_name="Sol Reed",
                administrator_email="sol.reed@demo.invalid",
                protocol=shipped()[data.PROTOCOL].read_text(encoding="utf-8"),
            )
        )
        people.import_people("\n".join(rows), made.partnership)
    return made.partnership


def followed(town: Town, case: str) -> str | None:
    """The public id of the case that a case follows."""
    query = text(
        'SELECT earlier.public_id FROM "case" AS later JOIN "case" AS earlier ON earlier.id = later.follows_id '
        "WHERE later.public_id = :case"
    )
    with town.app.app_context(), db.engine.connect() as connection:
        return connection.execute(query, {"case": case}).scalar_one_or_none()


def test_a_concern_may_follow_an_earlier_case_of_the_same_partnership(town: Town) -> None:
    with town.app.app_context():
        concern = a_concern(town.gp, town.partnership, follows=town.case)
        later = concerns.raise_concern(town.gp, concern, new_key()).public_id
    assert followed(town, later) == town.case


def test_a_case_of_another_partnership_cannot_be_followed(town: Town) -> None:
    elsewhere, key = second_partnership(town), new_key()
    kept = ("case", "event", "submission", "outbox")
    before = [town.count(table) for table in kept]
    with town.app.app_context():
        assert elsewhere in {p.public_id for p in places.may_raise_in(town.gp)}
        with pytest.raises(NotFound):
            concerns.raise_concern(town.gp, a_concern(town.gp, elsewhere, follows=town.case), key)
        assert [town.count(table) for table in kept] == before
        raised = concerns.raise_concern(town.gp, a_concern(town.gp, elsewhere), key)
    assert followed(town, raised.public_id) is None, "the refused sending did not use its key up"


def test_a_case_that_is_not_mine_cannot_be_followed_and_looks_like_one_that_is_not_there(town: Town) -> None:
    with town.app.app_context():
        stranger = data.accounts()["leah.brooks"][0]
        for case in (town.case, "A" * 22):
            concern = a_concern(stranger, town.partnership, follows=case)
            with pytest.raises(NotFound):
                concerns.raise_concern(stranger, concern, new_key())
    assert town.count("case") == 1


def answers_of(town: Town, partnership: str) -> dict[str, str]:
    """Everything that the five questions ask for."""
    with town.app.app_context():
        agency = a_concern(town.gp, partnership).challenged_agency
    asked = {"person_reference": "TOD-17", "decision": "d", "risk": "r", "request": "q"}
    return {**asked, "agency": agency, "role": "doctor"}


def test_a_draft_that_follows_a_case_of_another_partnership_cannot_be_sent(town: Town) -> None:
    elsewhere = second_partnership(town)
    answers = answers_of(town, elsewhere)
    with town.app.app_context():
        draft = drafts.start(town.gp, elsewhere).public_id
        drafts.save(town.gp, draft, {**answers, "follows": town.case})
    assert town.visitor.sends(f"/raise/{draft}/check", {}).status_code == 404
    assert town.count("case") == 1
    assert "TOD-17" in town.visitor.opens(f"/raise/{draft}/1").text, "what was typed is kept"


def test_no_field_that_somebody_adds_to_a_form_lets_a_case_be_followed(town: Town) -> None:
    added = {"follows": town.case, "earlier": town.case}
    elsewhere = second_partnership(town)
    start = town.visitor.sends("/raise", {"partnership": elsewhere, **added}).request.path
    draft = start.rsplit("/", 1)[0]
    for number in range(1, 6):
        town.visitor.sends(f"{draft}/{number}", {**answers_of(town, elsewhere), **added})
    town.visitor.sends(f"{draft}/check", added)
    with town.app.app_context(), db.engine.connect() as connection:
        following = connection.execute(text('SELECT count(*) FROM "case" WHERE follows_id IS NOT NULL'))
        assert following.scalar_one() == 0


# ------------------------------------------------------------------------------ a rise in risk


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
        "5 working days, told Monday 1 March, 10am: Tue 2 Mar, Wed 3 Mar, Thu 4 Mar"
    )
    assert before[REPLY].endswith("Monday 8 March 2027 at 5pm.")
    assert before[VIEW].endswith("Wednesday 3 March 2027 at 6:30pm.")

    town.clock.move(to=MONDAY.replace(hour=15))
    page = rises(town)
    after = sums(town)
    assert after[REPLY] == "1 working day from Monday 1 March, 3pm: Tuesday 2 March 2027 at 5pm."
    assert after[VIEW] == "1 working day from Monday 1 March, 3pm: Tuesday 2 March 2027 at 6:30pm."
    assert "1 working day left, until Tuesday 2 March 2027 at 5pm" in re.sub(r"<.*?>", "", page)
    assert "urgent track" in page
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
