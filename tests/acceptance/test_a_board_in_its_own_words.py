"""A board's file says its own words and its Welsh: pages, receipts and mails speak so; without, nothing changes."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from escalation.config import Settings
from escalation.jobs import scheduler
from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.test_what_the_procedure_asks import to_the_check_page
from tests.support import richer
from tests.support.mail_sink import MailSink, decoded

TOLD = "told/who"


@pytest.fixture
def spoken(app: Flask, northtown: str) -> str:
    """The partnership under a procedure with forms, own words and Welsh. Gives its public id."""
    with app.app_context():
        richer.publish(northtown, richer.SPOKEN)
    return northtown


def raised(gp: Visitor) -> str:
    """A concern that was sent with the form that raising asks for; gives the path of its case."""
    check = to_the_check_page(gp)
    gp.sends(check, {TOLD: "The school nurse", "urgency": "not_sure"})
    return "/cases/" + gp.path.rsplit("/", 1)[1]


def test_the_case_page_speaks_as_the_board_does(spoken: str, visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raised(gp)
    page = gp.opens(case)
    assert '<h1 class="govuk-heading-l">Escalation to Northtown Hospitals</h1>' in page
    assert ">Withdraw the escalation<" in page
    assert not re.search(r"the challenge\b", page)
    assert "Safeguarding escalation" in gp.opens(f"{case}/receipt")
    assert "What is the result for the child or adult?" in gp.opens(f"{case}/propose_settlement")
    wrong = gp.sends(f"{case}/propose_settlement", {"outcome": ""}, expect=422)
    assert "Enter the result for the child or adult" in wrong
    assert "The next step is told at once." in gp.opens(f"{case}/escalate")


def test_the_welsh_of_the_file_stands_beside_the_english_and_says_what_it_is(
    spoken: str, visit: Visit
) -> None:
    gp = visit("amara.lewis")
    case = raised(gp)
    page = gp.opens(case)
    for english, welsh in (
        ("Manager review", "Adolygiad y rheolwr"),
        ("Board business manager, ", "Rheolwr busnes y bwrdd"),
        ("Reply of the challenged side", "Ateb yr ochr arall"),
    ):
        assert re.search(rf'{english}[^<]* <span class="welsh" lang="cy">{welsh}</span>', page), english
    assert "Rheolwr llinell" not in page, "that post is called otherwise in the directory"
    assert '<span class="welsh" lang="cy">Adolygiad y rheolwr</span>' in gp.opens("/work")
    procedure = gp.opens(f"{case}/procedure")
    assert '<td class="govuk-table__cell" lang="cy">Uwchgyfeirio fesul cam</td>' in procedure
    assert "Manager review (here) [manager_review]" in procedure
    assert "Move it up [escalate] leads to Senior challenge [senior_challenge]" in procedure


def test_the_worklist_calls_a_stage_what_the_board_calls_it(spoken: str, visit: Visit) -> None:
    raised(visit("amara.lewis"))
    office = visit("kate.rowan")
    page = office.opens(f"/board/{spoken}")
    assert ">Step</th>" in page
    assert 'lang="cy">Adolygiad y rheolwr</span>' in page


def test_where_the_file_says_nothing_the_words_of_the_service_stand(
    visit: Visit, raise_one: Callable[[Visitor], str]
) -> None:
    gp = visit("amara.lewis")
    page = gp.opens(raise_one(gp))
    assert "Challenge to Northtown Hospitals" in page
    assert "Withdraw the challenge" in page
    assert 'lang="cy"' not in page


@pytest.fixture
def raise_one() -> Callable[[Visitor], str]:
    def sent(gp: Visitor) -> str:
        gp.sends(to_the_check_page(gp), {"urgency": "not_sure"})
        return "/cases/" + gp.path.rsplit("/", 1)[1]

    return sent


def test_mails_use_the_words_of_the_board_and_none_of_what_was_filled_in(
    app: Flask, settings: Settings, spoken: str, visit: Visit, mail_sink: MailSink
) -> None:
    gp = visit("amara.lewis")
    case = raised(gp)
    gp.sends_checked(
        f"{case}/escalate", {"reasons": "canary", "step/open": "canary-open", "step/advice": "canary-advice"}
    )
    scheduler.run_once(app, settings)
    mails = [decoded(mail) for mail in mail_sink.mails]
    assert any("Step: " in mail for mail in mails)
    assert not any("canary" in mail or "The school nurse" in mail for mail in mails)
    assert any("up to the next step" in mail for mail in mails)
