"""A member of the board and an inspector see the measures with small numbers hidden; and no way to a case."""

from collections.abc import Callable

from flask import Flask

from escalation.services import concerns
from escalation.services.submissions import new_key
from tests.acceptance.conftest import Visitor
from tests.support.movable_clock import MovableClock
from tests.support.northtown import accounts, agencies, concern_to_hospital
from tests.support.offices import appointed
from workflows.commands import RaiseConcern

Visit = Callable[[str], Visitor]


def test_they_see_the_whole_and_nothing_small(
    app: Flask, visit: Visit, northtown: str, clock: MovableClock
) -> None:
    with app.app_context():
        for office in ("board_member", "inspector"):
            appointed(office, office)
        gp, ward = accounts()["amara.lewis"], accounts()["nadia.khan"]
        for _ in range(9):
            concerns.raise_concern(gp, concern_to_hospital(gp, northtown), new_key())
        command = RaiseConcern(person_reference="T-2", decision="d", risk="r", request="q")
        police = agencies(ward, northtown)["Northtown Police"]
        for _ in range(2):
            new = concerns.NewConcern(northtown, police, "police", command)
            concerns.raise_concern(ward, new, new_key())
    address = f"/board/{northtown}/measures"
    month_to_come = visit("board_member").opens(address)
    assert "Fewer than 5 challenges were raised" in month_to_come, "this month is not over"
    clock.move(days=31)
    for name in ("board_member", "inspector"):
        visitor = visit(name)
        assert f'href="{address}"' in visitor.opens("/account")
        page = main(visitor.opens(address))
        assert "11 challenges were raised" in page
        assert "fewer than 5" in page
        assert ">2<" not in page
        assert ">9<" not in page, "11 less 9 would tell"
        assert "/cases/" not in page
        assert "measures.csv" not in page
        assert main(visitor.opens(f"{address}?period=all")) == page, "there is one period"
        visitor.opens(f"{address}.csv", 403)
        visitor.opens(f"{address}.json", 403)
        visitor.opens(f"/board/{northtown}", 403)
    office = visit("kate.rowan").opens(f"{address}?period=all")
    assert "small numbers are not hidden" in office
    assert "Nothing of the record is sealed yet" in office
    for name in ("amara.lewis", "sam.okafor"):
        visit(name).opens(address, 403)


def main(page: str) -> str:
    """The page's own part."""
    return page.split("<main")[1].split("</main")[0]
