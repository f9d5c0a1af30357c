"""Help is for whoever cannot sign in, too: it names the office and how to reach it."""

from flask import Flask

from tests.integration.web.conftest import Town, Visitor
from tests.integration.web.test_earlier_cases import second_partnership

OFFICE = ('href="tel:02079460019"', 'href="mailto:board.office@demo.invalid"', "weekdays 9am to 5pm")


def test_who_is_signed_in_and_who_is_not_both_find_the_office(town: Town) -> None:
    for visitor in (town.visitor, Visitor(town.app.test_client())):
        page = visitor.opens("/help").text.partition("<main")[2]
        for part in OFFICE:
            assert part in page, part


def test_where_there_are_several_a_stranger_is_sent_to_none_of_them(town: Town) -> None:
    second_partnership(town)
    page = Visitor(town.app.test_client()).opens("/help").text
    assert "The board office of your partnership" in page
    assert "tel:0207946" not in page


def test_a_service_that_is_not_set_up_yet_has_a_help_page(app: Flask) -> None:
    assert "Who can help" in Visitor(app.test_client()).opens("/help").text
