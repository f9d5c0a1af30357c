"""The bytes of events, readings and seals are fixed: what was written once is checked for ever."""

from datetime import UTC, datetime

from escalation.security import seals
from escalation.security.chain import GENESIS, Told, body_of, event_hash, text_digest

AT = datetime(2026, 11, 27, 9, 30, 0, 123456, tzinfo=UTC)


def test_a_body_says_the_same_for_ever() -> None:
    told = Told(2, {"reasons": ("F4", text_digest("É"))}, {"stage": "closed"})
    assert body_of("closed", AT, 7, "raiser", None, {"cause": "answered"}, told) == (
        '{"actor":7,"after":{"stage":"closed"},"at_us":1795771800123456,"codes":{"cause":"answered"},"entry":2,'
        '"kind":"closed","said":{"reasons":["F4",'
        '"DIGEST"]},"slot":"raiser","v":2,"via":null}'
    ).replace("DIGEST", text_digest("É"))


def test_an_event_of_the_first_form_keeps_its_hash() -> None:
    body = '{"actor":null,"at_us":1,"codes":{},"kind":"closed","slot":null,"via":null}'
    assert event_hash(1, 2, 3, GENESIS, body) == GOLDEN_EVENT


def test_fields_cannot_run_into_one_another() -> None:
    assert event_hash(1, 23, 4, GENESIS, "b") != event_hash(12, 3, 4, GENESIS, "b")
    assert seals.leaf_of_head(1, 23, 4, "b") != seals.leaf_of_head(12, 3, 4, "b")


def test_nothing_and_an_empty_word_are_not_the_same_reading() -> None:
    assert seals.read_hash(1, 2, 3, 4, None, "case", None, 5) != seals.read_hash(
        1, 2, 3, 4, "", "case", None, 5
    )


def test_a_reading_and_a_seal_keep_their_hashes() -> None:
    assert seals.read_hash(1, 2, 3, 4, None, "case", "É", 5) == GOLDEN_READING
    made = seals.Seal(1, 1, "p", 1, 1, 5, GENESIS, GENESIS, 2, 1, 3, 1, "k")
    assert seals.seal_hash(made.body) == GOLDEN_SEAL


GOLDEN_EVENT = "9b58862ce56ac695689c32a8c10b445d76e20df07ab10415dfe8bee557f82882"
GOLDEN_READING = "b69de82d793340c186de8a1da0922d091abc92526a5331fd04d31b0c49754949"
GOLDEN_SEAL = "0bcbf1f19ffc68a9673df75f7463d8c66e8f377bb2a253b7b65c60d9b9c3197f"
