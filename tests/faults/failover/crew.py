"""The processes of the service under load: people at work, and the scheduler's own command, several of each."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from escalation.config import Settings
from tests.support.settings import environment

PEOPLE, SCHEDULERS = 2, 2
"""Processes of each."""
SECONDS_TO_END = 60


@dataclass(slots=True)
class Crew:
    """Who works, in which folder they leave their journals and logs, and by which settings."""

    folder: Path
    settings: Settings
    people: list["subprocess.Popen[str]"] = field(default_factory=list)
    schedulers: list["subprocess.Popen[str]"] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    read: dict[Path, int] = field(default_factory=dict)
    """How far each journal was read, in bytes."""

    def begin(self, people: int = PEOPLE, schedulers: int = SCHEDULERS) -> None:
        """Starts everybody, and returns when the people are at work."""
        command = [str(Path(sys.executable).with_name("escalation")), "jobs", "run"]
        for number in range(schedulers):
            self.schedulers.append(self._start(f"jobs-{number}", *command))
        for number in range(people):
            journal = str(self.folder / f"people-{number}.jsonl")
            module = "tests.faults.failover.people"
            self.people.append(self._start(f"people-{number}", sys.executable, "-m", module, journal))
        for person in self.people:
            assert person.stdout is not None
            if person.stdout.readline() != "ready\n":
                raise RuntimeError(f"the people did not begin: see the logs in {self.folder}")

    def _start(self, name: str, *command: str) -> "subprocess.Popen[str]":
        with (self.folder / f"{name}.log").open("w") as log:
            return subprocess.Popen(
                command, env={**os.environ, **environment(self.settings)}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
            )  # fmt: skip

    def people_go_home(self) -> Counter[str]:
        """Ends the people. Gives how often a call came out otherwise than acknowledged, by what it was."""
        for person in self.people:
            person.terminate()
        others: Counter[str] = Counter()
        for person in self.people:
            said, _ = person.communicate(timeout=SECONDS_TO_END)
            others.update(json.loads(said or "{}"))
        self.people.clear()
        return others

    def schedulers_end(self) -> list[int]:
        """Ends the schedulers in order. Gives their exit codes: 0 for one that lived until then."""
        for scheduler in self.schedulers:
            scheduler.terminate()
        codes = [scheduler.wait(SECONDS_TO_END) for scheduler in self.schedulers]
        self.schedulers.clear()
        return codes

    def kill(self) -> None:
        """Ends whoever is still there."""
        for process in self.people + self.schedulers:
            process.kill()
            process.wait()

    def acknowledged(self) -> list[dict[str, Any]]:
        """Every call that returned so far, by the time it did."""
        for journal in self.folder.glob("people-*.jsonl"):
            self._read_on(journal)
        self.calls.sort(key=lambda call: call["ended"])
        return self.calls

    def _read_on(self, journal: Path) -> None:
        """What was written since the last look; a line that is not whole yet is left for the next."""
        with journal.open("rb") as lines:
            lines.seek(self.read.get(journal, 0))
            new = lines.read()
        whole = new[: new.rfind(b"\n") + 1]
        self.read[journal] = self.read.get(journal, 0) + len(whole)
        self.calls += map(json.loads, whole.splitlines())
