"""The key of a form makes two sendings one; what cannot be a key counts as none."""

from collections.abc import Mapping

import pytest
from werkzeug.test import TestResponse

from tests.integration.web.conftest import Town


def tells(town: Town, key: str) -> TestResponse:
    """The GP adds the same piece of news, under a key of her own choice."""
    news = {"what_changed": "The father is back", "risk_rose": "no", "submission": key}
    return town.visitor.sends(f"/cases/{town.case}/tell_change", news)


def news_of(town: Town) -> int:
    return len(town.seen().news)


def test_a_key_of_64_characters_makes_two_sendings_one(town: Town) -> None:
    for _ in range(2):
        assert tells(town, "k" * 64).status_code == 200
    assert news_of(town) == 1


NO_KEYS: Mapping[str, str] = {
    "of 65 characters": "k" * 65,
    "of 100,000 characters": "k" * 100_000,
    "empty": "",
    "of two words": "two words",
    "with a NUL": "k\x00",
    "with an accent": "clé",
    "with a quote": "k" * 63 + "'",
}


def test_a_key_that_cannot_be_one_counts_as_none(town: Town, subtests: pytest.Subtests) -> None:
    for name, key in NO_KEYS.items():
        with subtests.test(name):
            before = news_of(town)
            for sendings in (1, 2):
                assert tells(town, key).status_code == 200
                assert news_of(town) == before + sendings


def test_a_key_with_a_line_end_behind_it_counts_as_none(town: Town) -> None:
    for sendings in (1, 2):
        assert tells(town, "k" * 64 + "\n").status_code == 200
        assert news_of(town) == sendings
