"""A NUL in an address or in a field: the page is not there, nothing changes, and nothing breaks."""

import pytest

from tests.integration.web.conftest import Town, Visitor
from tests.support import northtown
from tests.support.pages import without_tokens

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
    assert visitor.sends(path, {field: "nul\x00@x.invalid", "password": northtown.PASSWORD}).status_code < 500
