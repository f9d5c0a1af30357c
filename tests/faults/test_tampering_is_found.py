"""The corpus of tampering in its small form: everything is found, and a check that is missing is missed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.faults.tamper import corpus
from tests.support import sealed_town
from tests.support.movable_clock import MovableClock
from tests.support.sealed_town import Town


@pytest.fixture
def town(app: Flask, clock: MovableClock, tmp_path: Path) -> Iterator[Town]:
    clock.move(days=0)
    with app.app_context():
        yield sealed_town.lay_out(tmp_path, 3)


def test_everything_is_found_and_what_is_whole_is_not_accused(town: Town) -> None:
    assert town.verified(anchors=corpus.anchors()).findings == []
    tally = corpus.run(town, quick=True)
    assert tally.missed == []
    assert tally.count > 200
    assert town.verified(anchors=corpus.anchors()).findings == [], "everything was taken back"


@pytest.mark.parametrize("check", corpus.CHECKS)
def test_the_corpus_notices_a_check_that_is_missing(town: Town, check: str) -> None:
    assert corpus.run(town, quick=True, without=check).missed != []
