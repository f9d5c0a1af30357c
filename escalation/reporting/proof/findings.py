"""What a verification found, in words, and how much it looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

KEPT = 200
"""So many findings are kept in words; the others are counted."""


class Weight(StrEnum):
    """BROKEN: the record is not what was written. INCOMPLETE: something could not be proved."""

    BROKEN = "broken"
    INCOMPLETE = "incomplete"


class Broken(ValueError):
    """A row that cannot be what was written; the text says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One break, or one gap in the proof: a word for machines, where it is, and a sentence."""

    weight: Weight
    code: str
    where: str
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went for one partnership's record: whole, broken or incomplete, and how many breaks."""

    word: str
    breaks: int


@dataclass(slots=True)
class Report:
    """Everything that was looked at and found, in the order in which it was found."""

    partnerships: int = 0
    cases: int = 0
    events: int = 0
    statements: int = 0
    reads: int = 0
    seals: int = 0
    anchors: int = 0
    unsealed: int = 0
    """Events and readings that are too new to be in a seal."""
    of_the_first_form: int = 0
    """Events from before words were bound to them."""
    findings: list[Finding] = field(default_factory=list)
    counts: dict[Weight, int] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """How it went for each partnership, by its public id."""

    def broken(self, code: str, where: str, words: str) -> None:
        """The record is not what was written."""
        self._found(Finding(Weight.BROKEN, code, where, words))

    def incomplete(self, code: str, where: str, words: str) -> None:
        """Something could not be proved."""
        self._found(Finding(Weight.INCOMPLETE, code, where, words))

    def looked_at(self, public_id: str, before: Mapping[Weight, int]) -> None:
        """A partnership is done; `before` are the counts when it was begun."""
        breaks, gaps = (self.counts.get(weight, 0) - before.get(weight, 0) for weight in Weight)
        word = "broken" if breaks else "incomplete" if gaps else "whole"
        self.outcomes[public_id] = Outcome(word, breaks)

    def _found(self, finding: Finding) -> None:
        self.counts[finding.weight] = self.counts.get(finding.weight, 0) + 1
        if len(self.findings) < KEPT:
            self.findings.append(finding)

    @property
    def exit_code(self) -> int:
        """0: everything holds; 2: broken; 3: nothing is broken, and not everything could be proved."""
        if self.counts.get(Weight.BROKEN):
            return 2
        return 3 if self.counts.get(Weight.INCOMPLETE) else 0
