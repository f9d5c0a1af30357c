"""The command line of the campaign: `make faults` and `make faults-seeded`."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.faults.campaign import campaign, director, evidence, failpoints, pooler, report, seeded
from tests.faults.campaign.campaign import Caught, Plan


def main() -> int:
    """Runs what was asked for. 0 when every bar is met, 1 when one is missed."""
    args = _asked().parse_args()
    if args.faults:
        return _seeded(args)
    if args.census:
        return _census(args)
    if args.pooler and (why := pooler.missing()):
        print(f"skipped: {why}")
        return 0
    plan = Plan(args.seed, args.kills, _each(args), pooler=args.pooler, sqlite=args.sqlite)
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
    asked.add_argument("--sqlite", action="store_true", help="on the embedded database")
    asked.add_argument("--census", action="store_true", help="say how often a story comes by each failpoint")
    asked.add_argument("--keep", action="store_true", help="keep the folder of a good run as well")
    asked.add_argument("--evidence", action="store_true", help="write docs/evidence/kill-campaign.json")
    asked.add_argument("--fault", dest="faults", action="append", choices=[*seeded.FAULTS, "all"])
    return asked


def _each(args: argparse.Namespace) -> int:
    if args.each is not None:
        return int(args.each)
    return director.EACH if args.kills >= 1000 and not args.sqlite else 0


def _census(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="escalation-faults-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        passed = campaign.census(args.folder or Path(made) / "all", args.seed)
    for name in failpoints.ALL:
        print(f"{name:28} {passed[name] or 'NEVER'}")
    return 0 if all(passed[name] for name in failpoints.ALL) else 1


def _seeded(args: argparse.Namespace) -> int:
    names = list(seeded.FAULTS) if "all" in args.faults else args.faults
    caught: list[Caught] = []
    with tempfile.TemporaryDirectory(prefix="escalation-faults-", ignore_cleanup_errors=True) as made:
        folder = args.folder or Path(made) / "all"
        Path(made).chmod(0o755)
        for one in campaign.with_faults(folder, names, args.seed, args.sqlite):
            print(report.line(one), flush=True)
            caught.append(one)
    if args.evidence:
        evidence.keep_seeded(caught)
    return 0 if all(one.good for one in caught) else 1


def _tell(words: str) -> None:
    print(words, flush=True)


def leave() -> None:
    """Runs, and ends at once: what the parent of so many forks would tidy up is not its own."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    status = main()
    sys.stdout.flush()
    os._exit(status)
