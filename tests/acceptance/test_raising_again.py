"""A follow-up that says no: a new concern is offered, filled in and linked to the one before."""

from flask import Flask
from sqlalchemy import text

from tests.acceptance.conftest import Visit
from tests.acceptance.raised import raise_concern
from tests.support import beyond
from tests.support.movable_clock import TimePasses

OFFER = "Raise a new concern from this one"


def followed_up(visit: Visit, time_passes: TimePasses, safer: str) -> str:
    """A challenge whose reply was accepted and whose follow-up was answered; gives its path."""
    gp, manager = visit("amara.lewis"), visit("sam.okafor")
    case = raise_concern(gp)
    manager.sends_checked(f"{case}/position", {"choice": "change_decision", "reasons": "We will look again."})
    gp.sends_checked(f"{case}/agree_settlement", {"outcome": "A second opinion is booked."})
    assert OFFER not in gp.opens(case)
    time_passes(days=25)
    answers = {"safer": safer, "how_known": "I saw him", "still_open": "The opinion", "safe_to_raise": "yes"}
    gp.sends_checked(f"{case}/answer_follow_up", answers)
    return case


def _rows(app: Flask, query: str) -> list[tuple[object, ...]]:
    with app.app_context(), beyond.engine().connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_person_who_is_not_safer_is_raised_again_without_typing_it_twice(
    app: Flask, visit: Visit, time_passes: TimePasses
) -> None:
    case = followed_up(visit, time_passes, "no")
    gp = visit("amara.lewis")
    assert OFFER in gp.opens(case)
    anew = f"/raise/from/{case.rsplit('/', 1)[1]}"
    checked = gp.presses(anew, {})
    for carried in (
        "TOD-17",
        "Northtown Hospitals, doctor",
        "Called accidental",
        "A sibling has told school",
    ):
        assert carried in checked
    assert "At its follow-up the person was not safer. Still open: The opinion" in checked
    assert "With the grandmother" not in checked, "who keeps them safe tonight is asked anew"
    assert f'href="{case}">an earlier challenge' in checked

    sent = gp.sends(gp.path, {"attempts": "It was settled, and nothing came", "urgency": "today"})
    assert "We have your concern" in sent
    (link,) = _rows(
        app, 'SELECT old.public_id FROM "case" AS new JOIN "case" AS old ON old.id = new.follows_id'
    )
    assert link == (case.rsplit("/", 1)[1],)


def test_two_presses_make_one_draft_and_keep_what_was_changed_in_it(
    app: Flask, visit: Visit, time_passes: TimePasses
) -> None:
    case = followed_up(visit, time_passes, "no")
    gp = visit("amara.lewis")
    anew = f"/raise/from/{case.rsplit('/', 1)[1]}"
    gp.opens(case)
    gp.presses(anew, {})
    draft = gp.path.rsplit("/", 1)[0]
    gp.sends(f"{draft}/5", {"request": "Another hospital looks at it"})
    gp.opens(case)
    assert "Another hospital looks at it" in gp.presses(anew, {})
    assert gp.path == f"{draft}/check"
    assert _rows(app, "SELECT count(*) FROM draft") == [(1,)]


def test_nothing_is_offered_when_the_person_is_partly_safer(visit: Visit, time_passes: TimePasses) -> None:
    case = followed_up(visit, time_passes, "partly")
    gp = visit("amara.lewis")
    assert OFFER not in gp.opens(case)
    gp.opens("/account")
    refused = gp.presses(f"/raise/from/{case.rsplit('/', 1)[1]}", {}, expect=409)
    assert "when its follow-up says that the person is not safer" in refused


def test_only_the_raising_side_may_raise_it_again(visit: Visit, time_passes: TimePasses) -> None:
    case = followed_up(visit, time_passes, "no")
    anew = f"/raise/from/{case.rsplit('/', 1)[1]}"
    for name, expect in (("sam.okafor", 409), ("kate.rowan", 409), ("leah.brooks", 404)):
        visitor = visit(name)
        if expect == 409:
            assert OFFER not in visitor.opens(case)
        visitor.opens("/account")
        visitor.presses(anew, {}, expect=expect)
    assert OFFER in visit("priya.nair").opens(case), "her lead may"
