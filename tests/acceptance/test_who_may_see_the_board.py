"""The board's pages by office: who may, who is told that it is not for them, and who finds nothing."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.security.permissions import BoardAct, Role, permitted_in_board
from tests.acceptance.conftest import Visitor
from tests.support import beyond
from tests.support.offices import appointed, newcomer

Visit = Callable[[str], Visitor]
PAGES = {
    "": BoardAct.READ_WORKLIST,
    "/measures": BoardAct.READ_ALL_MEASURES,
    "/measures.csv": BoardAct.READ_ALL_MEASURES,
    "/measures.json": BoardAct.READ_ALL_MEASURES,
    "/directory": BoardAct.READ_DIRECTORY,
    "/procedures": BoardAct.READ_PROCEDURES,
}
POSTS = {"amara.lewis": Role.PRACTITIONER, "sam.okafor": Role.MANAGER, "kate.rowan": Role.COORDINATOR,
         "alan.meredith": Role.CHAIR}  # fmt: skip
APPOINTED = ("board_member", "administrator", "privacy_officer", "inspector")


def test_who_holds_a_post_sees_of_the_board_what_the_table_gives_them(visit: Visit, northtown: str) -> None:
    for name, role in POSTS.items():
        sees(visit(name), northtown, role)


def test_who_is_appointed_sees_of_the_board_what_the_table_gives_them(
    app: Flask, visit: Visit, northtown: str
) -> None:
    for office in APPOINTED:
        with app.app_context():
            appointed(office, office)
        sees(visit(office), northtown, Role(office))


def sees(visitor: Visitor, northtown: str, role: Role) -> None:
    for page in PAGES:
        allowed = opens(role, page)
        shown = visitor.opens(f"/board/{northtown}{page}", 200 if allowed else 403)
        assert allowed or "not for your role" in shown
    shown = visitor.opens("/account")
    for page in ("", "/measures", "/directory"):
        assert (f'href="/board/{northtown}{page}"' in shown) is opens(role, page)


def opens(role: Role, page: str) -> bool:
    """Whether a page opens for a role; that of the measures also for who sees them with small numbers hidden."""
    hidden = page == "/measures" and permitted_in_board({role}, BoardAct.READ_SUPPRESSED_MEASURES)
    return hidden or permitted_in_board({role}, PAGES[page])


def test_a_stranger_finds_nothing_and_cannot_tell_it_from_a_partnership_that_is_not_there(
    app: Flask, visit: Visit, northtown: str
) -> None:
    with app.app_context():
        newcomer("nobody.known")
        appointed("custodian", "custodian")
    for name in ("nobody.known", "custodian"):
        stranger = visit(name)
        for page in PAGES:
            here = stranger.opens(f"/board/{northtown}{page}", 404)
            elsewhere = stranger.opens(f"/board/{'x' * len(northtown)}{page}", 404)
            assert without_keys(here) == without_keys(elsewhere)


def without_keys(page: str) -> str:
    """The page's own part: what is around it holds values that are random each time."""
    return page.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("which", ["holding", "appointment"])
def test_an_office_that_has_ended_is_none(app: Flask, visit: Visit, northtown: str, which: str) -> None:
    name = "alan.meredith"
    if which == "appointment":
        with app.app_context():
            appointed(name := "once.admin", "administrator")
    visitor = visit(name)
    visitor.opens(f"/board/{northtown}/directory")
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(
            text(
                f"UPDATE {which} SET to_at = from_at WHERE account_id = "
                "(SELECT id FROM account WHERE email = :email)"
            ),
            {"email": f"{name}@demo.invalid"},
        )
    visitor.opens(f"/board/{northtown}/directory", 404)


def test_the_partnerships_own_cases_are_played_only_for_who_may_see_them(
    visit: Visit, northtown: str
) -> None:
    index = visit("amara.lewis").opens(f"/board/{northtown}/procedures")
    page = index.split(f"/board/{northtown}/procedures/")[1].split('"')[0]
    address = f"/board/{northtown}/procedures/{page}"
    for name, own in (("amara.lewis", False), ("kate.rowan", True)):
        visitor = visit(name)
        assert ("Our own cases" in visitor.opens(address)) is own
        visitor.opens(f"{address}/try?scenario=last-year", 200 if own else 403)
