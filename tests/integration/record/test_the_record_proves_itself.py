"""A record that was written through the doors proves itself, also after it was dumped and restored."""

from escalation.services import sealing
from tests.support import sealed_town
from tests.support.sealed_town import Town


def test_everything_that_was_written_is_proved(town: Town) -> None:
    report = town.verified()
    assert (report.findings, report.exit_code) == ([], 0)
    assert (report.cases, report.seals) == (5, 3)
    assert report.statements > 10
    assert report.reads > 10
    assert (report.of_the_first_form, report.unsealed) == (0, 0)


def test_what_is_new_is_sealed_once_and_only_when_there_is_something(town: Town) -> None:
    assert sealing.seal(town.key, now=True) == 0
    sealed_town.raise_one(town.people, town.partnership)
    assert town.verified().unsealed > 0
    assert sealing.seal(town.key) == 0, "an hour has not passed"
    assert sealing.seal(town.key, now=True) == 1
    assert town.verified().exit_code == 0
