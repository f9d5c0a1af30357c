"""The corpus on both databases, with a crowd, a restore, and each check switched off once.

python -m tests.faults.tamper [--write docs/evidence/tamper.md] [--quick]
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from benchmarks import machine
from escalation.app import create_app
from escalation.extensions import db
from tests.faults.tamper import corpus, crowd, restoring
from tests.faults.tamper.trial import Tally
from tests.support import sealed_town
from tests.support.databases import KINDS, Database, Kind, database
from tests.support.movable_clock import MovableClock
from tests.support.run import Run
from tests.support.settings import roles_of, settings_for

_CROWD = 20.0
"""Seconds for which the crowd writes."""


@dataclass
class Outcome:
    """What one database showed."""

    kind: Kind
    tally: Tally = field(default_factory=Tally)
    seen: crowd.Seen = field(default_factory=crowd.Seen)
    after_restore: list[str] = field(default_factory=list)
    blind: dict[str, int] = field(default_factory=dict)
    """By check that was switched off: how many mutations were then missed."""

    @property
    def well(self) -> bool:
        """Everything was found, nobody accused, and a missing check would have been seen."""
        accused = self.seen.alarms or self.seen.failures or self.after_restore
        return not self.tally.missed and not accused and all(self.blind.values())


def main() -> int:
    """Tries everything. 0 when all is well."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path)
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    began = time.monotonic()
    run = Run.begin(os.getpid())
    try:
        outcomes = [_on(run, kind, quick=given.quick) for kind in KINDS]
    finally:
        run.end()
    page = _page(outcomes, time.monotonic() - began)
    print(page)
    if given.write:
        given.write.write_text(page, encoding="utf-8")
    return 0 if all(outcome.well for outcome in outcomes) else 1


def _on(run: Run, kind: Kind, *, quick: bool) -> Outcome:
    outcome = Outcome(kind)
    with database(run, kind) as made, tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        app, owner = _apps(made)
        MovableClock(made.url).move(days=0)
        with app.app_context():
            town = sealed_town.lay_out(Path(folder))
            outcome.tally = corpus.run(town, quick=quick)
            outcome.blind = {
                check: len(corpus.run(town, quick=True, without=check).missed) for check in corpus.CHECKS
            }
            outcome.seen = crowd.gather(app, town, _CROWD / 10 if quick else _CROWD)
            db.engine.dispose()
        outcome.after_restore = restoring.there_and_back(owner, town, Path(folder))
    return outcome


def _apps(made: Database) -> tuple[Flask, Flask]:
    """The service as it runs, and as an operator who backs up and restores."""
    roles = {} if made.sqlite else roles_of(made.owner_url)
    return create_app(settings_for(made.url, **roles)), create_app(settings_for(made.owner_url))


def _page(outcomes: list[Outcome], seconds: float) -> str:
    parts = [
        "# Tampering with the record",
        f"Written by `make tamper` (commit {machine.commit()}) in {seconds:.0f} seconds. Each mutation is made as the "
        "owner of the database with triggers, references and checks off, verified with `--replay`, and taken back.",
        *(_of(outcome) for outcome in outcomes),
    ]
    return "\n\n".join(parts) + "\n"


def _of(outcome: Outcome) -> str:
    tally, seen = outcome.tally, outcome.seen
    anchored = "\n".join(f"  - {name}" for name in tally.only_by_anchor) or "  - none"
    missed = "\n".join(f"  - {name}" for name in tally.missed) or "  - none"
    blind = ", ".join(f"{check} {count}" for check, count in outcome.blind.items())
    return f"""## {"SQLite" if outcome.kind == "sqlite" else "PostgreSQL"}

- mutations tried: {tally.count}; found: {tally.found}; refused by the database itself: {tally.refused}
- of these found only against a seal that was sent out:
{anchored}
- missed:
{missed}
- {crowd.WRITERS} writers for some seconds: {seen.events} events, {seen.seals} seals, {seen.verifications} verifications
  meanwhile, false alarms: {len(seen.alarms)}, failures: {len(seen.failures)}
{_some(seen.alarms + seen.failures)}
- after a dump and a restore: {len(outcome.after_restore)} findings{_some(outcome.after_restore)}
- with one check switched off the quick corpus misses: {blind}

| sort | tried |
|---|---|
{chr(10).join(f"| {sort} | {count} |" for sort, count in tally.tried.items())}"""


def _some(words: list[str]) -> str:
    return "".join(f"\n  - {each}" for each in dict.fromkeys(words[:5]))


if __name__ == "__main__":
    sys.exit(main())
