"""Who comes in where, at every door and for every way of standing to a case; what is another partnership's
looks as if it were not there; and no word is read by whom it is not for.

A seeded part runs with every test; `make permissions` asks everything and writes its figures.
"""

import os
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.integration.permissions import faults, looking
from tests.integration.permissions.people import Towns, lay_out

ALL = os.environ.get("PERMISSIONS") == "all"
pytestmark = pytest.mark.timeout(900)
PART = 1.0 if ALL else float(os.environ.get("PERMISSIONS", "0.1"))


@pytest.fixture
def towns(app: Flask) -> Towns:
    return lay_out(app)


def test_every_door_and_every_person(towns: Towns) -> None:
    assert looking.unknown_doors(towns) == [], "say in routes.py who comes in here"
    looked = looking.every_door(towns, sample=PART)
    assert looked.wrong == []


def test_what_is_another_partnerships_looks_as_if_it_were_not_there(towns: Towns) -> None:
    assert looking.foreign_ids(towns, sample=PART).wrong == []
    assert looking.foreign_answers(towns).wrong == []


@pytest.mark.parametrize("part", [PART, pytest.param(1.0, marks=pytest.mark.campaign)])
def test_no_word_is_read_by_whom_it_is_not_for(towns: Towns, part: float) -> None:
    assert looking.canaries(towns, sample=part).wrong == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", sorted(faults.FAULTS) if ALL else sorted(faults.FAULTS)[:1])
def test_a_check_that_is_taken_away_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    towns = lay_out(app)
    with monkeypatch.context() as spoilt:
        faults.FAULTS[fault](spoilt)
        assert any(looking_at(towns)), f"nobody noticed: {fault}"


def looking_at(towns: Towns) -> Iterator[list[str]]:
    """The looks one after the other, until one finds something: the short ones first."""
    yield looking.every_door(towns, sample=PART).wrong
    yield looking.foreign_answers(towns).wrong
    yield looking.canaries(towns, sample=PART).wrong
    yield looking.foreign_ids(towns, sample=PART).wrong
