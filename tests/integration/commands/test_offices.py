"""The commands about offices and look-ups, as an operator types them."""

import pytest
from click.testing import CliRunner
from flask import Flask

from escalation.cli import cli
from escalation.config import Settings
from tests.support.northtown import lay_out
from tests.support.settings import environment


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_operator_appoints_lists_ends_and_looks_at_look_ups(app: Flask, settings: Settings) -> None:
    with app.app_context():
        lay_out(shut=True)

    def says(*words: str) -> str:
        answer = CliRunner(env=environment(settings)).invoke(cli, list(words))
        assert answer.exit_code == 0, (answer.output, answer.exception)
        return answer.stdout

    amara = "amara.lewis@demo.invalid"
    said = says("people", "appoint", amara, "privacy_officer", "--until", "2099-03-31")
    assert said == f"{amara} is privacy_officer from now on, until the end of 2099-03-31\n"
    assert f"privacy_officer: Dr Amara Lewis ({amara})" in says("people", "appointed")
    assert (
        says("people", "unappoint", amara, "privacy_officer")
        == "Dr Amara Lewis is no longer privacy_officer\n"
    )
    assert "privacy_officer" not in says("people", "appointed")
    assert says("audit", "lookups") == "nothing to ask about\n"
    wrong = CliRunner(env=environment(settings)).invoke(cli, ["people", "unappoint", amara, "inspector"])
    assert "people appointed" in str(wrong.exception)
