"""The privacy officer's report of look-ups: who opened what at night or did nothing with it; only they see it."""

from collections.abc import Callable

from flask import Flask

from escalation.audit_commands import lines_of
from escalation.reporting import lookups
from tests.acceptance.conftest import Visitor
from tests.acceptance.raised import raise_concern
from tests.support.movable_clock import MovableClock
from tests.support.offices import appointed

Visit = Callable[[str], Visitor]


def test_the_privacy_officer_sees_who_opened_what_and_nothing_of_it(
    app: Flask, visit: Visit, northtown: str, clock: MovableClock
) -> None:
    with app.app_context():
        appointed("pia.privacy", "privacy_officer")
    case = raise_concern(visit("amara.lewis"))
    clock.move(to=clock.now().replace(hour=23))
    visit("sam.okafor").opens(case)
    page = visit("pia.privacy").opens(f"/board/{northtown}/lookups")
    night, never = page.split("Opened at night")[1].split("Opened, and never acted on")
    assert "Dr Sam Okafor" in night
    assert "Dr Sam Okafor" in never
    assert "Dr Amara Lewis" not in never, "who raised it has acted"
    assert "Tom" not in page
    with app.app_context():
        said = lines_of(lookups.report_for_operator(None))
    assert any(line.startswith("never acted: account") for line in said)
    assert not any("Okafor" in line for line in said)


def test_nobody_else_sees_it_least_of_all_those_who_are_watched(
    app: Flask, visit: Visit, northtown: str
) -> None:
    with app.app_context():
        appointed("ada.admin", "administrator")
    for name in ("kate.rowan", "alan.meredith", "ada.admin", "sam.okafor"):
        visitor = visit(name)
        visitor.opens(f"/board/{northtown}/lookups", 403)
        assert "Look-ups" not in visitor.opens("/account")
