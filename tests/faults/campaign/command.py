"""The command line of the campaign: `make faults` and `make faults-seeded`."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults.campaign import campaign, evidence, report, seeded
from tests.faults.campaign.campaign import Plan


def main() -> int:
    """Runs what was asked for. 0 when every bar is met, 1 when one is missed."""
    args = _asked().parse_args()
    if args.faults:
        return _seeded(args.faults, args.seed, args.evidence)
    plan = Plan(args.seed, args.kills, _each(args), pooler=args.pooler)
    folder = args.folder or Path(tempfile.gettempdir()) / f"escalation-faults-{args.seed}"
    outcome = campaign.run(folder, plan, _tell)
    print(report.table(outcome))
    if args.evidence:
        evidence.keep_campaign(outcome)
    if outcome.good and not args.keep:
        shutil.rmtree(folder)
    return 0 if outcome.good else 1


def _asked() -> argparse.ArgumentParser:
    asked = argparse.ArgumentParser(prog="python -m tests.faults.campaign")
    asked.add_argument("--kills", type=int, default=1000)
    asked.add_argument(
        "--each", type=int, help="how often each failpoint is to be hit (20 from 1,000 kills on)"
    )
    asked.add_argument("--seed", default="1", help="the same seed again goes on where a run was broken off")
    asked.add_argument("--folder", type=Path, help="where its database and its logs lie")
    asked.add_argument("--pooler", action="store_true", help="through pgbouncer in transaction mode")
    asked.add_argument("--keep", action="store_true", help="keep the folder of a good run as well")
    asked.add_argument("--evidence", action="store_true", help="write docs/evidence/kill-campaign.json")
    asked.add_argument("--fault", dest="faults", action="append", choices=[*seeded.FAULTS, "all"])
    return asked


def _each(args: argparse.Namespace) -> int:
    return args.each if args.each is not None else 20 if args.kills >= 1000 else 0


def _seeded(names: Sequence[str], seed: str, keep: bool) -> int:
    caught: dict[str, list[str]] = {}
    for name in seeded.FAULTS if "all" in names else names:
        with tempfile.TemporaryDirectory(prefix="escalation-fault-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            caught[name] = campaign.with_fault(Path(folder), name, seed)
        print(
            f"{name:36} {'caught by ' + ', '.join(caught[name]) if caught[name] else 'NOT CAUGHT'}",
            flush=True,
        )
    if keep:
        evidence.keep_seeded(caught)
    return 0 if all(caught.values()) else 1


def _tell(words: str) -> None:
    print(words, flush=True)


def leave() -> None:
    """Runs, and ends at once: what the parent of so many forks would tidy up is not its own."""
    status = main()
    sys.stdout.flush()
    os._exit(status)
