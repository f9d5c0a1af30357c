"""A case says from which it was raised and what was opened beside it, to those who take part in both."""

from collections.abc import Callable

from flask import Flask

from tests.acceptance.conftest import Visit
from tests.acceptance.test_raising_again import followed_up
from tests.acceptance.test_what_the_procedure_asks import to_the_check_page
from tests.support import richer
from tests.support.movable_clock import TimePasses


def test_a_concern_that_was_raised_anew_and_the_one_before_lead_to_one_another(
    visit: Visit, time_passes: TimePasses
) -> None:
    case = followed_up(visit, time_passes, "no")
    gp = visit("amara.lewis")
    assert "Tied to this" not in gp.opens(case)
    gp.presses(f"/raise/from/{case.rsplit('/', 1)[1]}", {})
    gp.sends(gp.path, {"urgency": "today"})
    new = "/cases/" + gp.path.rsplit("/", 1)[1]
    old_page, new_page = gp.opens(case), gp.opens(new)
    assert f'A new concern was raised from this: <a class="govuk-link" href="{new}">' in old_page
    assert f'Raised from <a class="govuk-link" href="{case}">' in new_page


def test_what_was_opened_beside_is_shown_on_both_pages_and_only_to_who_takes_part(
    app: Flask, northtown: str, visit: Visit, time_passes: Callable[..., None]
) -> None:
    with app.app_context():
        richer.publish(northtown)
    gp = visit("amara.lewis")
    gp.sends(to_the_check_page(gp), {"urgency": "not_sure"})
    case = "/cases/" + gp.path.rsplit("/", 1)[1]
    gp.sends_checked(f"{case}/open_beside", {"track": "opinion", "reasons": "Another doctor looks"})
    page = gp.opens(case)
    assert "Opened beside this:" in page
    assert "A second doctor looks" in page
    beside = page.split("Opened beside this:")[1].split('href="')[1].split('"')[0]
    assert f'Opened beside <a class="govuk-link" href="{case}">' in gp.opens(beside)
    # The head of service joins the case itself when it moves up, and has no part in what is beside it.
    gp.sends_checked(f"{case}/escalate", {"reasons": "Now"})
    head = visit("margaret.osei")
    head.opens(beside, expect=404)
    assert "Opened beside" not in head.opens(case)
