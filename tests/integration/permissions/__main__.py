"""Asks everything about permissions in one run and writes the figures.

    python -m tests.integration.permissions [--write docs/evidence/permissions.md]

Ends with 1 when a cell, a door, an id or a word was not as it should be, or when a check that was taken away
was not noticed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from benchmarks import machine
from escalation.app import create_app, upgrade_database
from escalation.extensions import db
from tests.integration.permissions import faults, looking
from tests.integration.permissions.people import Towns, lay_out
from tests.oracles import test_permissions as cells
from tests.support.settings import settings_for

_PAGE = """# Permissions, asked from outside

Written by `make permissions` (commit {commit}), in {minutes:.1f} minutes, on SQLite.

| what | asked | wrong |
|---|---|---|
{rows}

Checks taken away one at a time: {faults}, noticed: {noticed}. {missed}
"""


@contextmanager
def a_service() -> Iterator[Flask]:
    """The service on a new database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(f"sqlite:///{folder}/escalation.db")
        migrating = create_app(settings, migrating=True)
        with migrating.app_context():
            upgrade_database()
            db.engine.dispose()
        app = create_app(settings)
        yield app
        with app.app_context():
            db.engine.dispose()


def asked_of(towns: Towns) -> dict[str, looking.Looked]:
    """Every look, whole."""
    gaps = looking.unknown_doors(towns)
    return {
        "doors of which nobody said who comes in": looking.Looked(len(list(looking.doors(towns))), gaps),
        "doors x persons": looking.every_door(towns),
        "ids of another partnership in addresses": looking.foreign_ids(towns),
        "ids of another partnership in forms and JSON": looking.foreign_answers(towns),
        "words that are not theirs, by person": looking.canaries(towns),
    }


def unnoticed() -> list[str]:
    """The checks whose absence no look notices."""
    found = []
    for name, spoil in faults.FAULTS.items():
        with a_service() as app, pytest.MonkeyPatch.context() as spoilt:
            towns = lay_out(app)
            spoil(spoilt)
            looks = (looking.canaries, looking.foreign_answers, looking.every_door, looking.foreign_ids)
            if not any(look(towns).wrong for look in looks):
                found.append(name)
    return found


def main() -> int:
    """Asks, prints, writes. The exit status says whether all was as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    given, began = parser.parse_args(), time.monotonic()
    cells.test_every_cell_is_answered_as_it_was_written_by_hand()
    rows = [f"| cells of the table ({cells.ALLOWED['on cases']} allowed) | 55680 | 0 |"]
    with a_service() as app:
        looked = asked_of(lay_out(app))
    rows += [f"| {name} | {one.asked} | {len(one.wrong)} |" for name, one in looked.items()]
    missed = unnoticed()
    page = _PAGE.format(
        commit=machine.commit(), minutes=(time.monotonic() - began) / 60, rows="\n".join(rows),
        faults=len(faults.FAULTS), noticed=len(faults.FAULTS) - len(missed),
        missed=f"Not noticed: {', '.join(missed)}." if missed else "",
    )  # fmt: skip
    print(page, *(wrong for one in looked.values() for wrong in one.wrong), sep="\n")
    if given.write:
        given.write.write_text(page.rstrip() + "\n", encoding="utf-8")
    return int(bool(missed) or any(one.wrong for one in looked.values()))


if __name__ == "__main__":
    sys.exit(main())
