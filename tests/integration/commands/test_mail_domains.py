"""`escalation people domains`: the operator keeps the list of mail domains as the board office does."""

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from escalation.errors import InvalidInput, NotFound
from escalation.people_commands import domains_of
from tests.support.northtown import lay_out


@pytest.fixture
def town(app: Flask) -> Flask:
    with app.app_context():
        lay_out(shut=True)
    return app


def run(app: Flask, *words: str) -> Result:
    return CliRunner().invoke(domains_of(lambda: app), words)


def test_a_domain_is_added_listed_and_taken_off(town: Flask) -> None:
    assert run(town, "add", "@NHS.net", "Riverside Surgery").output == (
        "addresses at nhs.net prove Riverside Surgery\n"
    )
    run(town, "add", "nhs.net", "Northtown Hospitals")
    run(town, "add", "nhs.net", "Northtown Hospitals")
    listed = run(town, "list").output.splitlines()
    assert listed == ["nhs.net\tNorthtown Hospitals", "nhs.net\tRiverside Surgery"]
    assert run(town, "remove", "nhs.net", "Riverside Surgery").exit_code == 0
    assert run(town, "list").output == "nhs.net\tNorthtown Hospitals\n"


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("add", "gmail.com", "Riverside Surgery"), InvalidInput, "Anybody can get an address"),
        (("add", "no domain", "Riverside Surgery"), InvalidInput, "what stands after the @"),
        (("add", "nhs.net", "Nowhere"), InvalidInput, "no agency 'Nowhere'"),
        (("add", "nhs.net", "Northtown Safeguarding Partnership board office"), InvalidInput, "no agency"),
        (("remove", "nhs.net", "Riverside Surgery"), NotFound, "no mail domain nhs.net"),
        (("list", "--partnership", "Southtown"), NotFound, "no such partnership"),
    ],
)
def test_what_cannot_be_right_is_said(
    town: Flask, words: tuple[str, ...], error: type[Exception], said: str
) -> None:
    done = run(town, *words)
    assert isinstance(done.exception, error)
    assert said in str(done.exception)
