"""A sealed town, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.support import sealed_town
from tests.support.movable_clock import MovableClock
from tests.support.sealed_town import Town


@pytest.fixture
def town(app: Flask, clock: MovableClock, tmp_path: Path) -> Iterator[Town]:
    """Several cases written through the doors, readings, and three seals of it all."""
    clock.move(days=0)
    with app.app_context():
        yield sealed_town.lay_out(tmp_path)
