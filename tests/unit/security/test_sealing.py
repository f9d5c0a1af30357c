"""A sealed text opens with its own key, in its own place, and whole; anything else is refused."""

import os
import secrets
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.security import sealing
from escalation.security.envelope import DESTROYED, NOT_HERE, TextKeys, Unopened
from escalation.security.sealing import CannotOpen, Destroyed, Place

KEY = bytes(range(32))
HERE = Place(1, "statement", "text", "7/3/reasons")
TEXTS = st.text(max_size=400)
NUMBERS = st.integers(min_value=1, max_value=10**6)
PLACES = st.builds(Place, NUMBERS, st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
SEALED = int(os.environ.get("SEALED", "50000"))
"""Texts that are sealed with one key; `make tamper` seals a million."""
VERSIONS = st.integers(min_value=1, max_value=999_999_999)


@given(TEXTS, PLACES, VERSIONS)
def test_what_was_sealed_is_opened_again(text: str, place: Place, version: int) -> None:
    sealed = sealing.seal(KEY, version, place, text)
    assert sealing.open_(KEY, place, sealed) == text
    assert (sealing.is_sealed(sealed), sealing.version_of(sealed)) == (True, version)


@given(PLACES, PLACES)
def test_it_opens_in_its_own_place_only(here: Place, there: Place) -> None:
    sealed = sealing.seal(KEY, 1, here, "what she said")
    if here == there:
        assert sealing.open_(KEY, there, sealed) == "what she said"
    else:
        with pytest.raises(CannotOpen):
            sealing.open_(KEY, there, sealed)


@pytest.mark.parametrize(
    "other",
    [
        {"partnership": 2},
        {"table": "draft"},
        {"column": "reason"},
        {"row": "7/3/risk"},
        {"row": "7/31/reasons"},
        {"table": 'statement","text', "column": ""},
    ],
)
def test_every_part_of_a_place_counts(other: dict[str, Any]) -> None:
    with pytest.raises(CannotOpen):
        sealing.open_(KEY, replace(HERE, **other), sealing.seal(KEY, 1, HERE, "x"))


@given(st.data())
def test_nothing_of_it_may_be_cut_off_or_changed(data: st.DataObject) -> None:
    sealed = sealing.seal(KEY, 12, HERE, "what she said")
    at = data.draw(st.integers(min_value=0, max_value=len(sealed) - 1))
    letter = data.draw(st.sampled_from("ABab01-_:v\x00é "))
    changed = data.draw(
        st.sampled_from([sealed[:at], sealed[:at] + letter + sealed[at + 1 :], letter + sealed])
    )
    if changed == sealed:
        return
    try:
        # The last letter of base64 holds bits that stand for nothing.
        assert sealing.open_(KEY, HERE, changed) == "what she said"
        assert at == len(sealed) - 1
    except CannotOpen:
        pass


def test_another_key_and_another_version_are_refused() -> None:
    sealed = sealing.seal(KEY, 1, HERE, "x")
    for key, text in ((secrets.token_bytes(32), sealed), (KEY, sealed.replace("v1:1:", "v1:2:"))):
        with pytest.raises(CannotOpen):
            sealing.open_(key, HERE, text)


def test_no_nonce_comes_twice() -> None:
    nonces = {sealing.seal(KEY, 1, HERE, "").split(":")[2][:16] for _ in range(SEALED)}
    assert len(nonces) == SEALED


def test_a_key_is_wrapped_as_a_text_is() -> None:
    key, place = sealing.new_key(), Place(1, "case_key", "wrapped", "7/1")
    wrapped = sealing.wrap(KEY, 3, place, key)
    assert sealing.unwrap(KEY, place, wrapped) == key
    with pytest.raises(CannotOpen):
        sealing.unwrap(KEY, replace(place, row="8/1"), wrapped)


@pytest.mark.parametrize("text", ["", "what she said", "v1:1:short", "v1: our first version of the plan is this one",
                                  "v2:1:" + "A" * 60, "v1:0:" + "A" * 60])  # fmt: skip
def test_what_people_type_is_no_sealed_text(text: str) -> None:
    assert not sealing.is_sealed(text)
    with pytest.raises(CannotOpen):
        sealing.open_(KEY, HERE, text)


def test_a_text_that_cannot_be_opened_is_a_sentence_in_its_place() -> None:
    whole, empty, gone = TextKeys({1: KEY}), TextKeys({}), TextKeys({}, destroyed=True)
    sealed = whole.seal(HERE, "what she said")
    assert whole.shown(HERE, sealed) == "what she said"
    for keys, text, words in (
        (empty, sealed, NOT_HERE),
        (whole, sealed[:-9], NOT_HERE),
        (whole, "what she said", NOT_HERE),
        (gone, sealed, DESTROYED),
        (gone, "what she said", DESTROYED),
    ):
        shown = keys.shown(HERE, text)
        assert (shown, isinstance(shown, Unopened)) == (words, True)


def test_nothing_is_ever_sealed_without_a_key() -> None:
    with pytest.raises(CannotOpen):
        TextKeys({}).seal(HERE, "x")
    with pytest.raises(Destroyed):
        TextKeys({1: KEY}, destroyed=True).seal(HERE, "x")


def test_an_open_text_is_believed_only_while_that_is_said() -> None:
    assert TextKeys({}, believes_open=lambda: True).open(HERE, "from before") == "from before"
    with pytest.raises(CannotOpen):
        TextKeys({1: KEY}).open(HERE, "from behind the back of the service")
