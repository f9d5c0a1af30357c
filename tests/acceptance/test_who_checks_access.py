"""The quarterly look at who has access: opened, told, signed line by line by somebody else, and chased."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.acceptance.conftest import Visitor
from tests.support import beyond
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import MovableClock, TimePasses
from tests.support.offices import appointed

Visit = Callable[[str], Visitor]
QUARTER = datetime(2027, 1, 4, 9, tzinfo=UTC)
HOSPITAL = "Northtown Hospitals"
ENDED = "Dr Ines Moreau"


@pytest.fixture
def opened(app: Flask, northtown: str, clock: MovableClock, time_passes: TimePasses) -> str:
    """A new quarter has begun, and the jobs have run. Gives the address of the lists."""
    clock.move(to=QUARTER)
    time_passes(minutes=1)
    return f"/board/{northtown}/access"


def list_of(visitor: Visitor, lists: str, agency: str = HOSPITAL) -> str:
    """Opens the list of one agency; gives its address."""
    found = re.search(rf'href="({lists}/[^"]+)">{agency}</a>', visitor.opens(lists))
    assert found, visitor.page and visitor.page.text
    visitor.opens(found[1])
    return found[1]


def lines(visitor: Visitor) -> dict[str, str]:
    """The lines that can be answered on the page, by the name of the person."""
    assert visitor.page
    parts = re.findall(r'<fieldset[^>]* id="(line-\w+)".*?<legend[^>]*>([^<]+)<', visitor.page.text, re.S)
    return {name: key for key, name in parts}


def rows(app: Flask, query: str) -> list[Any]:
    with app.app_context(), beyond.engine().connect() as connection:
        return list(connection.execute(text(query)))


def test_nothing_is_opened_in_the_quarter_in_which_people_came(
    app: Flask, northtown: str, time_passes: TimePasses
) -> None:
    time_passes(minutes=1)
    assert rows(app, "SELECT * FROM access_review") == []


def test_a_new_quarter_opens_one_list_for_each_agency_and_asks_who_answers_for_it(
    app: Flask, opened: str, mail_sink: MailSink, time_passes: TimePasses
) -> None:
    agencies = rows(app, "SELECT count(*) FROM membership")[0][0]
    assert rows(app, "SELECT DISTINCT quarter FROM access_review") == [("2027-Q1",)]
    assert rows(app, "SELECT count(*) FROM access_review") == [(agencies,)]
    due = rows(app, "SELECT DISTINCT due_at FROM access_review")
    assert str(due[0][0]).startswith("2027-02-01"), "20 working days, and 1 January was a bank holiday before"
    for address in ("sam.okafor@demo.invalid", "kate.rowan@demo.invalid"):
        (mail,) = [m for m in mail_sink.to(address) if "check who has access" in decoded(m)]
        assert opened in decoded(mail)
    assert mail_sink.to("amara.lewis@demo.invalid") == (), "a practitioner answers for nobody"
    time_passes(hours=1)
    assert rows(app, "SELECT count(*) FROM access_review") == [(agencies,)]
    assert (
        len([m for m in mail_sink.to("kate.rowan@demo.invalid") if "check who has access" in decoded(m)]) == 1
    )


def test_a_manager_signs_for_their_staff_and_not_for_themselves(
    app: Flask, visit: Visit, opened: str
) -> None:
    manager = visit("sam.okafor")
    address = list_of(manager, opened)
    asked = lines(manager)
    assert "Dr Sam Okafor" not in asked
    assert manager.page
    assert "Your own: the board office signs this" in manager.page.text
    said = dict.fromkeys(asked.values(), "right") | {asked[ENDED]: "ends"}
    gone, going = visit("kate.rowan"), asked.pop(ENDED)
    part = {key: value for key, value in said.items() if key != going}
    assert "still right or ends" in manager.presses(address, part, expect=422)
    assert "Signed" in manager.presses(address, said)
    assert rows(app, "SELECT active FROM account WHERE name = 'Dr Ines Moreau'")[0][0] in (0, False)
    assert rows(app, "SELECT count(*) FROM access_review WHERE signed_at IS NOT NULL") == [(0,)]
    office = gone
    assert list_of(office, opened) == address
    left = lines(office)
    assert set(left) == {"Dr Sam Okafor"}, "one line is left, and it is the manager's own"
    assert ENDED not in (office.page.text if office.page else "")
    office.presses(address, {left["Dr Sam Okafor"]: "right"})
    (row,) = rows(app, "SELECT body, signed_by_id FROM access_review WHERE signed_at IS NOT NULL")
    kept = json.loads(row.body)["lines"]
    assert {line["said"] for line in kept} == {"right", "ends"}
    assert "Okafor" not in row.body, "ids and posts, no names"
    assert "says Kate Rowan" in office.opens(address)


def test_who_is_ended_in_a_list_is_out_at_once(app: Flask, visit: Visit, opened: str) -> None:
    deputy, manager = visit("ines.moreau"), visit("sam.okafor")
    address = list_of(manager, opened)
    asked = lines(manager)
    manager.presses(address, dict.fromkeys(asked.values(), "right") | {asked[ENDED]: "ends"})
    deputy.opens("/work")
    assert deputy.path == "/sign-in"


def test_who_answers_for_no_agency_finds_no_list_and_nobody_signs_for_another(
    visit: Visit, opened: str
) -> None:
    visit("amara.lewis").opens(opened, 403)
    office, tenancy = visit("kate.rowan"), visit("des.conroy")
    hospital = list_of(office, opened)
    assert HOSPITAL not in tenancy.opens(opened)
    tenancy.opens(hospital, 404)
    tenancy.opens("/account")
    tenancy.presses(hospital, {}, expect=404)


def test_the_only_one_of_an_office_cannot_sign_themselves_and_the_list_says_so(
    app: Flask, visit: Visit, opened: str
) -> None:
    with app.app_context():
        appointed("ida.inspector", "inspector")
    for row in rows(
        app, "SELECT account_id FROM holding JOIN post ON post.id = post_id WHERE tier = 'office'"
    )[1:]:
        with app.app_context(), beyond.engine().begin() as connection:
            connection.execute(
                text("UPDATE holding SET to_at = from_at WHERE account_id = :it"), {"it": row[0]}
            )
    office = visit("kate.rowan")
    address = list_of(office, opened, "Northtown Safeguarding Partnership board office")
    assert office.page
    assert "Nobody else may sign this one" in office.page.text
    asked = lines(office)
    assert "Ida Inspector" in asked, "who is appointed stands on the board's list"
    office.presses(address, dict.fromkeys(asked.values(), "right") | {asked["Ida Inspector"]: "ends"})
    (row,) = rows(app, "SELECT body FROM access_review WHERE signed_at IS NOT NULL")
    assert [line["said"] for line in json.loads(row.body)["lines"]].count("nobody") == 2, (
        "her post, and that she is the administrator"
    )
    assert rows(app, "SELECT count(*) FROM appointment WHERE office = 'inspector' AND to_at IS NULL") == [
        (0,)
    ]


def test_a_list_with_nobody_but_the_one_who_signs_can_be_closed_and_says_so(
    app: Flask, visit: Visit, opened: str
) -> None:
    board = "SELECT post.id FROM post JOIN agency ON agency.id = agency_id WHERE kind = 'board' AND tier <> 'office'"
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(text(f"UPDATE holding SET to_at = from_at WHERE post_id IN ({board})"))
    office = visit("kate.rowan")
    address = list_of(office, opened, "Northtown Safeguarding Partnership board office")
    assert lines(office) == {}
    assert "Signed" in office.presses(address, {})
    (row,) = rows(app, "SELECT body FROM access_review WHERE signed_at IS NOT NULL")
    assert {line["said"] for line in json.loads(row.body)["lines"]} == {"nobody"}


def test_a_list_that_nobody_signs_is_reminded_of_and_then_stands_on_the_worklist_and_in_the_digest(
    app: Flask, visit: Visit, opened: str, northtown: str, time_passes: TimePasses, mail_sink: MailSink
) -> None:
    board = f"/board/{northtown}"
    assert "past their time" not in visit("kate.rowan").opens(board)
    time_passes(days=22)
    asked = [m for m in mail_sink.to("sam.okafor@demo.invalid") if "check who has access" in decoded(m)]
    assert len(asked) == 2
    time_passes(days=8)
    assert re.search(r"\d+ access reviews are past their time", visit("kate.rowan").opens(board))
    digests = [m for m in mail_sink.to("kate.rowan@demo.invalid") if "How things stand" in decoded(m)]
    assert re.search(r"Access reviews that are past their time: [1-9]", decoded(digests[-1]))


def test_a_list_that_nobody_signed_is_made_up_for_by_the_next_one(
    visit: Visit, opened: str, northtown: str, time_passes: TimePasses
) -> None:
    time_passes(days=90)
    late = re.compile(r"(\d+) access reviews are past their time")
    before = late.search(visit("kate.rowan").opens(f"/board/{northtown}"))
    manager = visit("sam.okafor")
    assert "nobody signed 2027-Q1:" in manager.opens(opened)
    list_of(manager, opened)
    signs = dict.fromkeys(lines(manager).values(), "right")
    manager.presses(str(manager.path), signs)
    office = visit("kate.rowan")
    list_of(office, opened)
    office.presses(str(office.path), dict.fromkeys(lines(office).values(), "right"))
    after = late.search(visit("kate.rowan").opens(f"/board/{northtown}"))
    assert before
    assert after
    assert int(after[1]) == int(before[1]) - 1


def test_a_list_sent_twice_counts_once_and_a_signed_one_is_refused(
    app: Flask, visit: Visit, opened: str
) -> None:
    manager = visit("sam.okafor")
    address = list_of(manager, opened)
    said = dict.fromkeys(lines(manager).values(), "right")
    manager.presses(address, {**said, "submission": "k" * 24})
    manager.opens(address)
    assert "Signed" in manager.presses(address, {**said, "submission": "k" * 24})
    office = visit("kate.rowan")
    list_of(office, opened)
    rest = dict.fromkeys(lines(office).values(), "right")
    office.presses(address, rest)
    office.opens(address)
    assert "signed already" in office.presses(address, rest, expect=409)
