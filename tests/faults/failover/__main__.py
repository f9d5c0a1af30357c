"""Runs the rounds, then the control without a synchronous standby, and writes down what came out.

    python -m tests.faults.failover [--rounds 20] [--control 2] [--seed 1] [--evidence docs/evidence/failover.json]

The exit code is not 0 when a bar is missed: something acknowledged was lost, a mail told of nothing, a
scheduler died; or when the control lost nothing, for then the check proves nothing.
"""

import argparse
import itertools
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import machine
from tests.faults.failover import report
from tests.faults.failover.campaign import KILLS, Campaign, failed_jobs, longest_call, longest_silence
from tests.faults.failover.crew import Crew
from tests.faults.failover.setting import kept_on_disk, northtown_on
from tests.faults.failover.trio import Trio
from tests.support import postgres
from tests.support.mail_sink import MailSink
from tests.support.run import Run
from tests.support.settings import settings_for

TICK_SECONDS = 0.5


@contextmanager
def campaign(run: Run, name: str, seed: int, *, synchronous: bool) -> Iterator[Campaign]:
    """Three nodes with Northtown on them, people and schedulers at work, a mail server that takes all."""
    owner = postgres.unprivileged()
    folder = run.folder / name
    folder.mkdir()
    trio = Trio.make(folder, postgres.programs_in(folder / "lib"), owner, synchronous=synchronous)
    with MailSink() as sink:
        settings = settings_for(
            trio.url,
            smtp_port=sink.port,
            instance=str(folder),
            tick_seconds=TICK_SECONDS,
            log_level="INFO",
            mails_per_hour=0,
        )
        northtown_on(settings)
        crew = Crew(folder, settings)
        try:
            crew.begin()
            yield Campaign(trio, crew, sink, settings, random.Random(seed))
        finally:
            crew.kill()
            trio.stop()


def play(
    run: Run, name: str, rounds: int, seed: int, kills: list[str], *, synchronous: bool
) -> report.Result:
    """All rounds of one campaign, each printed as it ends."""
    began = time.monotonic()
    with campaign(run, name, seed, synchronous=synchronous) as played:
        version = str(played.trio.primary.ask("SHOW server_version")[0][0])
        print(f"\n{name}: PostgreSQL {version}, commits wait for "
              f"{played.trio.primary.ask('SHOW synchronous_standby_names')[0][0] or 'nobody'}\n{report.HEAD}", flush=True)  # fmt: skip
        for kill in itertools.islice(itertools.cycle(kills), rounds):
            print(report.line(played.play(kill)), flush=True)
        found, broken, others, codes = played.end()
        calls = played.crew.acknowledged()
        return report.Result(
            rounds=tuple(played.rounds), found=found, broken_chains=broken, others=dict(others), exit_codes=tuple(codes),
            longest_silence=longest_silence(calls), longest_call=longest_call(calls),
            failed_jobs=dict(failed_jobs(played.crew.folder)),
            postgresql=version, seconds=time.monotonic() - began,
        )  # fmt: skip


def main() -> int:
    """Plays both campaigns. Gives the exit code."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=20)
    asked.add_argument("--control", type=int, default=2, help="rounds of the asynchronous control")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--evidence", type=Path, help="the JSON file to write")
    given = asked.parse_args()
    run, commit = kept_on_disk(), machine.commit()
    proven = play(run, "synchronous", given.rounds, given.seed, list(KILLS), synchronous=True)
    held = [name for name in KILLS if name.startswith("senders held")]
    control = play(run, "control", given.control, given.seed, held, synchronous=False)
    print(report.table(proven, control))
    if given.evidence:
        report.write(given.evidence, proven, control, given.seed, commit)
    missed = report.missed(proven, control)
    for words in missed:
        print(f"MISSED  {words}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
