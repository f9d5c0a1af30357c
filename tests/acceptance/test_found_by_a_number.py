"""A case is found again by a number, by whoever may read it there anyhow, and by nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.audit_commands import lines_of
from escalation.reporting import lookups
from escalation.services import concerns, number_search
from escalation.services.submissions import new_key
from tests.acceptance.conftest import Visitor
from tests.support import beyond
from tests.support.northtown import accounts, agencies
from tests.support.offices import appointed
from workflows.commands import RaiseConcern

Visit = Callable[[str], Visitor]
OWN, NHS = "TOD-17", "999 012 3454"
NOTHING = "No case of yours carries this number"


@pytest.fixture
def raised(app: Flask, northtown: str) -> str:
    """A case with an agency's own number, and one with an NHS number that came in by another door; gives the
    public id of the first."""
    with app.app_context():
        gp = accounts()["amara.lewis"]
        hospital = agencies(gp, northtown)["Northtown Hospitals"]
        made = [
            concerns.raise_concern(
                gp,
                concerns.NewConcern(
                    northtown,
                    hospital,
                    "doctor",
                    RaiseConcern(person_reference=number, decision="d", risk="r", request="q"),
                ),
                new_key(),
            ).public_id
            for number in (OWN, NHS)
        ]
    return made[0]


def looks(visitor: Visitor, number: str, kind: str = "local", expect: int = 200) -> str:
    """Sends the form; gives what is in the page's own part."""
    page = visitor.sends("/find", {"kind": kind, "number": number}, expect)
    return page.split("<main")[1].split("</main")[0]


def searched(app: Flask) -> list[tuple[int, str, int]]:
    """What is on record of searches: account, kind, how many were found."""
    with app.app_context(), beyond.engine().connect() as connection:
        rows = connection.execute(text("SELECT account_id, kind, found FROM number_search ORDER BY id"))
        return [tuple(row) for row in rows]


def test_both_sides_find_it_however_it_is_written(app: Flask, visit: Visit, raised: str) -> None:
    gp = visit("amara.lewis")
    assert "/find" in gp.opens("/work")
    for written in (OWN, "tod 17", " Tod-17 "):
        page = looks(gp, written)
        assert "1 case carries this number" in page
        assert f"/cases/{raised}" in page
    assert "1 case carries this number" in looks(gp, "9990123454", "nhs")
    assert f"/cases/{raised}" in looks(visit("sam.okafor"), OWN)
    ids = accounts_of(app)
    assert searched(app) == [
        *[(ids["amara.lewis"], "local", 1)] * 3,
        (ids["amara.lewis"], "nhs", 1),
        (ids["sam.okafor"], "local", 1),
    ]


def accounts_of(app: Flask) -> dict[str, int]:
    with app.app_context():
        return accounts()


def test_no_such_number_and_one_of_somebody_elses_case_are_answered_alike(
    app: Flask, visit: Visit, raised: str
) -> None:
    stranger = visit("leah.brooks")
    theirs, nobodys = looks(stranger, OWN), looks(stranger, "TOD-18")
    assert NOTHING in theirs
    assert without_typed(theirs, OWN) == without_typed(nobodys, "TOD-18")
    assert [found for _, _, found in searched(app)] == [0, 0]


def without_typed(page: str, number: str) -> str:
    """The page without what was typed and without what is random each time."""
    lines = page.replace(number, "").splitlines()
    return "\n".join(line for line in lines if "hidden" not in line)


def test_the_office_to_which_it_is_masked_learns_nothing_by_asking(
    app: Flask, visit: Visit, raised: str
) -> None:
    office = visit("kate.rowan")
    assert "/find" in office.opens(f"/board/{partnership_of(app)}")
    assert "TOD-17" not in office.opens(f"/cases/{raised}")
    theirs, nobodys = looks(office, OWN), looks(office, "TOD-18")
    assert NOTHING in theirs
    assert without_typed(theirs, OWN) == without_typed(nobodys, "TOD-18")


def partnership_of(app: Flask) -> str:
    with app.app_context(), beyond.engine().connect() as connection:
        return str(connection.execute(text("SELECT public_id FROM partnership")).scalar_one())


def test_who_stands_aside_or_has_left_finds_nothing_any_more(app: Flask, visit: Visit, raised: str) -> None:
    manager = visit("sam.okafor")
    assert NOTHING not in looks(manager, OWN)
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(
            text(
                "INSERT INTO recusal (partnership_id, case_id, account_id, event_seq) "
                'SELECT partnership_id, id, :who, 1 FROM "case"'
            ),
            {"who": accounts()["sam.okafor"]},
        )
    assert NOTHING in looks(manager, OWN)


def test_a_case_whose_texts_were_destroyed_is_not_found(app: Flask, visit: Visit, raised: str) -> None:
    gp = visit("amara.lewis")
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(
            text(
                "UPDATE case_key SET wrapped = NULL, destroyed_at = made_at WHERE case_id = "
                '(SELECT id FROM "case" WHERE public_id = :it)'
            ),
            {"it": raised},
        )
    assert NOTHING in looks(gp, OWN)
    assert NOTHING not in looks(gp, NHS, "nhs"), "the other case is there still"


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        ("nhs", "999 012 3455", "one of its digits must be wrong"),
        ("nhs", "999 012 345", "An NHS number has 10 digits"),
        ("nhs", "TOD-17", "An NHS number has 10 digits"),
        ("nhs", "٩٩٩٠١٢٣٤٥٤", "An NHS number has 10 digits"),
        ("local", "", "Enter the number to look for"),
        ("local", " - / ", "Enter the number to look for"),
        ("local", "9" * 10_000, "The number must be 40 characters or fewer"),
        ("local", "a\x00b", "must not hold characters that cannot be shown"),
        ("", "TOD-17", "Select which kind of number it is"),
        ("other", "TOD-17", "Select which kind of number it is"),
    ],
)
def test_what_cannot_be_a_number_is_refused_in_words_and_kept(
    app: Flask, visit: Visit, raised: str, kind: str, number: str, said: str
) -> None:
    page = looks(visit("amara.lewis"), number, kind, expect=422)
    assert said in page
    assert "There is a problem" in page
    assert number in page or "\x00" in number
    assert searched(app) == [], "nothing was looked for"


def test_nobody_looks_for_more_than_thirty_in_an_hour_or_many_at_once(
    app: Flask, visit: Visit, raised: str
) -> None:
    gp = visit("amara.lewis")
    with app.app_context():
        for number in range(number_search.PER_HOUR):
            number_search.search(accounts()["amara.lewis"], f"TOD-{number}")
    page = looks(gp, OWN, expect=429)
    assert "30 numbers within an hour. Try again in 2 minutes" in page
    assert OWN in page
    assert gp.page is not None
    assert gp.page.headers["Retry-After"] == "120"
    assert len(searched(app)) == number_search.PER_HOUR
    back(app, timedelta(minutes=2))
    assert NOTHING not in looks(gp, OWN)
    looks(gp, OWN, expect=429)
    assert NOTHING not in looks(visit("sam.okafor"), OWN), "others are not held back"


def back(app: Flask, time: timedelta) -> None:
    """As if the last search had been so much longer ago."""
    with app.app_context(), beyond.engine().begin() as connection:
        past = "datetime(since, :by)" if beyond.engine().dialect.name == "sqlite" else "since - :by"
        by = f"-{time.total_seconds()} seconds" if "datetime" in past else time
        since = "strftime('%Y-%m-%dT%H:%M:%f', since, :by) || '000Z'" if "datetime" in past else past
        connection.execute(
            text(f"UPDATE attempts SET since = {since} WHERE what = 'number_search'"), {"by": by}
        )


def test_the_number_is_in_no_address_and_is_not_kept(app: Flask, visit: Visit, raised: str) -> None:
    gp = visit("amara.lewis")
    looks(gp, "ZEBRA-4711")
    assert gp.page is not None
    assert gp.page.request.path == "/find"
    assert not gp.page.request.query_string
    assert gp.page.headers["Cache-Control"] == "no-store"
    gp.opens(f"/find?number={OWN}&kind=local")
    assert NOTHING not in gp.page.text
    assert len(searched(app)) == 1, "an address looks for nothing"
    with app.app_context(), beyond.engine().connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM number_search")).all())
        assert "4711" not in kept
        assert "4711" not in str(connection.execute(text("SELECT * FROM read_log")).all())
    client = app.test_client()
    refused = client.post("/find", data={"kind": "local", "number": OWN})
    assert refused.status_code in (302, 303, 400), "without a session and a token nothing is looked for"
    assert len(searched(app)) == 1


def test_the_privacy_officer_sees_who_looked_and_not_for_what(
    app: Flask, visit: Visit, northtown: str, raised: str
) -> None:
    with app.app_context():
        appointed("pia.privacy", "privacy_officer")
    looks(visit("leah.brooks"), OWN)
    looks(visit("amara.lewis"), OWN)
    looks(visit("amara.lewis"), NHS, "nhs")
    page = visit("pia.privacy").opens(f"/board/{northtown}/lookups")
    section = page.split("Looked for by a number")[1].split("Opened at night")[0]
    assert "Dr Amara Lewis" in section
    assert "2 times, 1 by an NHS number, 0 found nothing" in section
    assert "1 time, 0 by an NHS number, 1 found nothing" in section
    assert "TOD" not in section
    assert "999" not in section
    with app.app_context():
        said = lines_of(lookups.report_for_operator(None))
    assert any("2 times, 1 NHS numbers, 0 found nothing" in line for line in said)
