"""What the campaign did, line by line: from it a run that was broken off goes on, and the table is made."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Tally:
    """The figures of a journal, kept while it grows."""

    kills: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    """By the kind of process; postgres for an immediate stop."""
    by_failpoint: Counter[str] = field(default_factory=Counter)
    at_random: int = 0
    starts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    seed: str = ""

    def add(self, line: dict[str, Any]) -> None:
        """Counts one line."""
        match line["what"]:
            case "run":
                self.seed = self.seed or line["seed"]
            case "start":
                self.starts[line["kind"]] += 1
            case "killed":
                self.kills += 1
                self.by_kind[line["kind"]] += 1
                if line["by"] == "random":
                    self.at_random += 1
                else:
                    self.by_failpoint[line["by"]] += 1
            case "stopped":
                self.kills += 1
                self.by_kind["postgres"] += 1
            case "worked":
                self.seconds += line["seconds"]


class Journal:
    """The file, and the tally of it. A line that a crash broke off is left out."""

    def __init__(self, path: Path) -> None:
        self.tally = Tally()
        for line in lines(path):
            self.tally.add(line)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._file.write("\n")

    def write(self, what: str, **values: Any) -> None:
        """Writes one line, and counts it."""
        line = {"what": what, "at": time.monotonic(), **values}
        self._file.write(json.dumps(line) + "\n")
        self.tally.add(line)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a journal or a log, in order."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for text in file:
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line
