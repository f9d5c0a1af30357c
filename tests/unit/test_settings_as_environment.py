"""A test that starts the service's own commands gives them the settings that it has itself."""

from escalation.config import from_environment
from tests.support.settings import environment, settings_for


def test_a_process_reads_the_settings_of_the_test() -> None:
    settings = settings_for(
        "sqlite:////somewhere/escalation.db",
        trusted_hosts=("localhost", "board.invalid"),
        mail_prefixes={"nhs.net": "[secure]", "police.invalid": "[case]"},
        proxies=2,
    )
    assert from_environment(environment(settings)) == settings
