"""The figures in `docs/evidence/kill-campaign.json`, so that anyone can repeat them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import commit, words
from tests.faults.campaign import checker
from tests.faults.campaign.campaign import Caught, Outcome
from tests.faults.campaign.failpoints import ALL
from tests.faults.campaign.processes import COLD

FILE = Path(__file__).parents[3] / "docs" / "evidence" / "kill-campaign.json"
NIGHT = 10_000
"""So many kills take a night, or a machine of one's own: they stand beside those of a run of minutes."""


def keep_campaign(outcome: Outcome) -> None:
    """Writes what a campaign did and what was found; a short one leaves that of a night as it is."""
    tally, verdict = outcome.tally, outcome.verdict
    _keep(
        "night" if tally.kills >= NIGHT else "campaign",
        {
            "seed": tally.seed,
            "commit": commit(),
            "machine": words(),
            "database": outcome.server,
            "pooler": outcome.plan.pooler,
            "wall_seconds": round(tally.seconds),
            "kills": tally.kills,
            "kills_by_kind": dict(sorted(tally.by_kind.items())),
            "kills_by_failpoint": {name: tally.by_failpoint[name] for name in ALL},
            "kills_at_random": tally.at_random,
            "postgres_stops": tally.by_kind["postgres"],
            "cold_starts": tally.starts[COLD],
            "cases": verdict.cases,
            "events": verdict.events,
            "mails": verdict.mails,
            **{bar: verdict.count(bar) for bar in checker.BARS},
            "duplicates": verdict.duplicates,
            "duplicate_share": round(verdict.share, 5),
            "good": outcome.good,
        },
    )


def keep_seeded(caught: Sequence[Caught]) -> None:
    """Writes which checks caught each seeded fault; the campaign stays as it is."""
    _keep("seeded_faults", {"commit": commit(), "caught_by": {one.fault: one.by for one in caught}})


def _keep(part: str, values: dict[str, Any]) -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    FILE.write_text(json.dumps(kept | {part: values}, indent=2) + "\n", encoding="utf-8")
