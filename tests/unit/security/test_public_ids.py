"""References as people say and write them."""

import pytest

from escalation.security.public_ids import as_written, new_reference


@pytest.mark.parametrize(
    "typed", ["NC-26-7KD4Q", " nc-26-7kd4q ", "NC 26 7KD4Q", "nc267kd4q", "NC–26–7KD4Q.", "NC_26_7KD4Q"]
)
def test_a_reference_is_read_however_it_is_written(typed: str) -> None:
    assert as_written(typed) == "NC-26-7KD4Q"


def test_what_is_none_stays_what_it_is_and_a_new_one_is_read_as_itself() -> None:
    assert as_written("nonsense") == "NONSENSE"
    reference = new_reference("NSCP", 2026)
    assert as_written(reference) == reference
