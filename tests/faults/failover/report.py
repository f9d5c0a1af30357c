"""The table that is printed, the file that is kept, and the bars."""

import json
import platform
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import machine
from tests.faults.failover.campaign import Round
from tests.faults.failover.check import Found

TWICE = 0.005
"""The part of the mails that may be taken twice, in the gap between a mail server's answer and our mark."""
HEAD = (
    f"{'round':>5}  {'kill':<22} {'acked':>6} {'promoted':>9} {'gap':>7}  {'back by':<8} "
    f"{'lost':>5} {'mails':>6} {'about nothing':>14} {'twice':>6}"
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one campaign came to. Times in seconds."""

    rounds: tuple[Round, ...]
    found: Found
    broken_chains: int
    others: dict[str, int]
    """Calls that were not acknowledged, by what came instead."""
    exit_codes: tuple[int, ...]
    longest_silence: float
    longest_call: float
    failed_jobs: dict[str, int]
    postgresql: str
    seconds: float

    @property
    def longest_gap(self) -> float:
        """Without any acknowledged call, from a kill on, at worst."""
        return max(done.gap for done in self.rounds)


def line(done: Round) -> str:
    """One round in the table. What was found is counted from the beginning of the campaign."""
    found = done.found
    return (
        f"{done.number:>5}  {done.kill:<22} {done.acknowledged:>6} {done.promotion:>7.2f} s {done.gap:>5.2f} s  "
        f"{done.back_by:<8} {found.lost:>5} {found.mails:>6} {found.about_nothing:>14} {found.mails_twice:>6}"
    )


def table(proven: Result, control: Result) -> str:
    """Both campaigns beside one another."""
    rows = [("", "synchronous", "asynchronous control")]
    rows += [(name, str(left), str(right)) for (name, left), right in zip(
        _figures(proven).items(), _figures(control).values(), strict=True)]  # fmt: skip
    return "\n" + "\n".join(f"{name:<52} {left:>14} {right:>22}" for name, left, right in rows)


def _figures(result: Result) -> dict[str, Any]:
    found = result.found
    return {
        "rounds (primary killed, standby promoted)": len(result.rounds),
        "acknowledged calls": found.acknowledged,
        "acknowledged and lost": found.lost,
        "mails at the mail server": found.mails,
        "mails about lost events": found.about_nothing,
        "mails taken twice": found.mails_twice,
        "mails marked sent and never taken": found.mails_lost,
        "mails still owed": found.still_owed,
        "cases moved twice": found.moved_twice,
        "events whose chain does not hold": result.broken_chains,
        "calls that somebody had to press again": sum(
            number for words, number in result.others.items() if not words.startswith("refused")
        ),
        "jobs that failed and ran again": sum(result.failed_jobs.values()),
        "longest gap: nobody is answered, from the kill on (s)": f"{result.longest_gap:.2f}",
        "longest time without any answer (s)": f"{result.longest_silence:.2f}",
        "longest a person waited for one answer (s)": f"{result.longest_call:.2f}",
        "slowest promotion (s)": f"{max(done.promotion for done in result.rounds):.2f}",
        "wall time (s)": f"{result.seconds:.0f}",
    }


def missed(proven: Result, control: Result) -> list[str]:
    """The bars that were missed, in words."""
    found = proven.found
    bars = {
        "something acknowledged was lost": any(done.found.lost for done in proven.rounds) or found.lost,
        "a mail told of an event that does not exist": any(done.found.about_nothing for done in proven.rounds)
        or found.about_nothing,
        "a mail was marked sent and never taken": found.mails_lost,
        "a mail is still owed": found.still_owed,
        "a case moved twice": found.moved_twice,
        "a chain of events does not hold": proven.broken_chains,
        f"more than {TWICE:.1%} of the mails were taken twice": found.mails_twice > TWICE * found.mails,
        "a scheduler died": any(proven.exit_codes),
        "the control lost nothing, so the check proves nothing": not control.found.lost,
    }
    return [words for words, is_missed in bars.items() if is_missed]


def write(file: Path, proven: Result, control: Result, seed: int, commit: str) -> None:
    """The evidence: what was run on what, and every round."""
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        "commit": commit,
        "seed": seed,
        "machine": machine.words(),
        "versions": versions() | {"postgresql": proven.postgresql},
        "synchronous": _figures(proven) | {"kills": dict(Counter(done.kill for done in proven.rounds))},
        "control": _figures(control),
        "not_acknowledged": {"synchronous": proven.others, "control": control.others},
        "failed_jobs": {"synchronous": proven.failed_jobs, "control": control.failed_jobs},
        "rounds": [_rounded(asdict(done)) for done in proven.rounds],
        "control_rounds": [_rounded(asdict(done)) for done in control.rounds],
        "missed": missed(proven, control),
    }
    file.write_text(json.dumps(kept, indent=1) + "\n")


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in values.items()}


def versions() -> dict[str, str]:
    """What was run."""
    names = ("sqlalchemy", "psycopg", "apscheduler", "flask")
    return {"python": platform.python_version()} | {name: version(name) for name in names}
