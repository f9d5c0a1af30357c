"""Tries mistakes in `workflows/` and writes what became of them.

    python -m tests.faults.mutants [--sample 200] [--seed 1] [--write docs/evidence/mutants.md]

Without a sample every mistake is tried, which takes hours. Broken off, the same command goes on where it
was: what was tried lies in `build/mutants.jsonl`, by the text of the module.
"""

import argparse
import hashlib
import json
import random
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks import machine
from tests.faults.mutants.mistakes import Mistake, mistakes
from tests.faults.mutants.trial import ROOT, noticed

BAR = 85.0
_TRIED = ROOT / "build" / "mutants.jsonl"
_REASONS = Path(__file__).with_name("survivors.toml")
_PAGE = """# Mistakes that the unit tests of `workflows/` notice

Written by `make mutants` (commit {commit}): small mistakes, one at a time, in the room that decides.

- {places} places where one can be made in {files} files; {tried} tried{sample}
- noticed: {killed}, that is {share:.1f} % (bar {bar:.0f} %: {met}){spread}

## Those that nobody noticed

{survivors}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A mistake of a file by its number."""

    file: Path
    number: int
    mistake: Mistake

    @property
    def key(self) -> str:
        """What is tried, by content: a changed module is tried anew."""
        digest = hashlib.sha256(self.file.read_bytes()).hexdigest()[:16]
        return f"{self.file.relative_to(ROOT)}:{digest}:{self.number}"

    @property
    def words(self) -> str:
        """Where it is and what it is."""
        where = f"{self.file.relative_to(ROOT)}:{self.mistake.line}"
        return f"{where} {self.mistake.kind}: {' '.join(self.mistake.source.split())[:90]}"


def places() -> list[Place]:
    """Every mistake that can be made."""
    files = sorted((ROOT / "workflows").rglob("*.py"))
    return [Place(f, n, m) for f in files for n, m in enumerate(mistakes(f.read_text()))]


def _known() -> dict[str, bool]:
    lines = _TRIED.read_text().splitlines() if _TRIED.exists() else []
    return dict(json.loads(line) for line in lines)


def tried(chosen: list[Place], processes: int) -> Iterator[tuple[Place, bool]]:
    """Each place, and whether its mistake was noticed; what was tried before is not tried again."""
    known = _known()
    _TRIED.parent.mkdir(exist_ok=True)
    left = [place for place in chosen if place.key not in known]
    yield from ((place, known[place.key]) for place in chosen if place.key in known)
    with (
        _TRIED.open("a") as file,
        ProcessPoolExecutor(processes, get_context("fork")) as pool,
    ):
        for place, killed in zip(left, pool.map(_noticed, left), strict=True):
            print(json.dumps([place.key, killed]), file=file, flush=True)
            yield place, killed


def _noticed(place: Place) -> bool:
    return noticed(place.file, place.number)


def _page(every: list[Place], found: list[tuple[Place, bool]], seed: int) -> str:
    killed = sum(was_noticed for _, was_noticed in found)
    share = 100 * killed / len(found)
    all_of_them = len(found) == len(every)
    error = 196 * (share / 100 * (1 - share / 100) / len(found)) ** 0.5
    reasons = tomllib.loads(_REASONS.read_text()) if _REASONS.exists() else {}
    lines = [
        f"- `{place.words}`\n  {reasons.get(place.words, 'no reason yet: a test is missing')}"
        for place, was_noticed in found
        if not was_noticed
    ]
    return _PAGE.format(
        commit=machine.commit(),
        places=f"{len(every):,}",
        files=len({place.file for place in every}),
        tried=f"{len(found):,}",
        sample="" if all_of_them else f", drawn by lot (seed {seed})",
        killed=killed,
        share=share,
        bar=BAR,
        met="met" if share >= BAR else "not met",
        spread=""
        if all_of_them
        else f"; of all of them {share - error:.0f} to {min(100.0, share + error):.0f} % (95 % sure)",
        survivors="\n".join(sorted(lines)) or "None.",
    )


def main() -> int:
    """Prints each that nobody noticed, and the share; 1 when it is under the bar."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sample", type=int, help="so many, drawn by lot, instead of all")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--write", type=Path, help="where the evidence is written")
    given = asked.parse_args()
    if noticed():
        raise SystemExit("The tests fail without any mistake: mend that first.")
    every = places()
    lot = random.Random(given.seed)
    chosen = lot.sample(every, min(given.sample or len(every), len(every)))
    found = []
    for place, killed in tried(chosen, given.processes):
        found.append((place, killed))
        if not killed:
            print(f"{len(found)} of {len(chosen)}: not noticed: {place.words}", flush=True)
    share = 100 * sum(killed for _, killed in found) / len(found)
    print(f"{len(found)} tried, {share:.1f} % noticed")
    if given.write:
        given.write.write_text(_page(every, found, given.seed))
    return 0 if share >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
