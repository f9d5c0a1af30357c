"""Two protocol files side by side, and a file with its layers: each key by name, with where it comes from."""

from typing import Any

import pytest

from workflows.comparison import Difference, differences, with_origins
from workflows.layers import bundle, put_together

BEFORE: dict[str, Any] = {
    "version": "1",
    "boards": ["Westmarch"],
    "slot": [{"id": "raiser", "title": "Raiser"}, {"id": "chair", "title": "Chair"}],
    "stage": [
        {"id": "review", "move": [{"do": "escalate", "by": ["raiser"]}, {"do": "withdraw", "by": ["raiser"]}]}
    ],
    "route": [{"to": "main"}, {"elsewhere": "The police"}],
    "notice": [],
}
BASE = """
key = "base"
boards = []

[[slot]]
id = "raiser"
title = "Raiser"
"""
LAYER = """extends = "base"
boards = ["Westmarch", "Eastmarch"]

[[slot]]
id = "raiser"
title = "Whoever raised it"
"""


def said(**after: Any) -> list[str]:
    return [str(one) for one in differences(BEFORE, {**BEFORE, **after})]


def test_of_the_same_file_nothing_is_said() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"version": "2"}, "~ version: 1 -> 2"),
        ({"example": "Not real."}, "+ example = Not real."),
        ({"boards": ["Westmarch", "Eastmarch"]}, "~ boards: Westmarch -> Westmarch, Eastmarch"),
        ({"notice": ["x"]}, "~ notice:  -> x"),
        (
            {"slot": [{"id": "raiser", "title": "Raiser"}, {"id": "chair", "title": "Chair of the board"}]},
            "~ slot chair, title: Chair -> Chair of the board",
        ),
        (
            {"route": [{"to": "main"}, {"elsewhere": "A court"}]},
            "~ route 2, elsewhere: The police -> A court",
        ),
        ({"route": [{"to": "fast"}, *BEFORE["route"][1:]]}, "~ route 1, to: main -> fast"),
    ],
)
def test_a_change_is_said_by_the_names_that_people_know(after: dict[str, Any], words: str) -> None:
    assert said(**after) == [words]


def test_what_is_taken_out_and_put_in_is_said_key_by_key() -> None:
    stage = {"id": "review", "move": [BEFORE["stage"][0]["move"][0], {"do": "skip", "by": ["raiser"]}]}
    assert said(stage=[stage]) == [
        "- stage review, move withdraw, do = withdraw",
        "- stage review, move withdraw, by = raiser",
        "+ stage review, move skip, do = skip",
        "+ stage review, move skip, by = raiser",
    ]
    assert differences({"version": "1"}, {}) == (Difference("version", "1", None),)


def test_each_key_of_a_layered_file_says_from_which_file_and_line_it_comes() -> None:
    found = with_origins(put_together("area", bundle("area", LAYER, lambda _: BASE)))
    assert [(key, value, origin.file, origin.line) for key, value, origin in found] == [
        ("key", "base", "base", 2),
        ("boards", "Westmarch, Eastmarch", "area", 2),
        ("slot raiser, id", "raiser", "area", 5),
        ("slot raiser, title", "Whoever raised it", "area", 6),
    ]
