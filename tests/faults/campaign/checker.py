"""Judges what a campaign left behind: what is lost, double, missed or early, and what else is broken.

Each check is a function from what was found to sentences, one for each thing that is wrong.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.campaign import checks_of_cases, checks_of_mails
from tests.faults.campaign.reading import Found, read

BARS = ("lost", "double", "missed", "early", "broken")
"""Words for what may never be. `broken` is a chain, a case nobody waits for, an event without its mails,
a mail to a stranger, a mail sent twice for no reason that the logs know."""
DUPLICATES = 0.005
"""The share of mails that may be sent twice because the sender died or was cut off between DATA and mark."""
FEWEST = 1000
"""From so many mails on a share of them says something."""
Check = Callable[[Found], Iterable[str]]
CHECKS: tuple[tuple[str, Check], ...] = (
    ("lost", checks_of_mails.never_left),
    ("lost", checks_of_mails.marked_and_never_taken),
    ("lost", checks_of_mails.failed_and_nobody_told),
    ("lost", checks_of_cases.answered_and_not_kept),
    ("double", checks_of_cases.done_twice),
    ("double", checks_of_cases.moved_twice),
    ("double", checks_of_mails.owed_twice),
    ("missed", checks_of_cases.overdue),
    ("missed", checks_of_cases.skipped_a_stage),
    ("early", checks_of_cases.before_its_time),
    ("early", checks_of_cases.after_the_end),
    ("early", checks_of_cases.due_at_another_time),
    ("broken", checks_of_cases.chain),
    ("broken", checks_of_cases.waits_for_nobody),
    ("broken", checks_of_mails.event_without_its_mails),
    ("broken", checks_of_mails.to_a_stranger),
    ("broken", checks_of_mails.sent_twice_unexplained),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong, by the name of the check, and the figures of the mails."""

    wrong: dict[str, list[str]]
    mails: int
    """Different mails that the sink took."""
    duplicates: int
    cases: int
    events: int

    def count(self, bar: str) -> int:
        """How many things fall under one of BARS."""
        return sum(len(self.wrong[check.__name__]) for name, check in CHECKS if name == bar)

    @property
    def share(self) -> float:
        """Duplicates as a share of mails."""
        return self.duplicates / self.mails if self.mails else 0.0

    @property
    def caught_by(self) -> tuple[str, ...]:
        """The checks that found something."""
        return tuple(name for name, found in self.wrong.items() if found)

    @property
    def good(self) -> bool:
        """Whether every bar is met."""
        return not self.caught_by and (self.share <= DUPLICATES or self.mails < FEWEST)


def judge(database: str, folder: Path) -> Verdict:
    """Reads the database and the logs in `folder`, and says what is wrong."""
    found = read(database, folder)
    wrong = {check.__name__: list(check(found)) for _, check in CHECKS}
    names = {mail["id"] for mail in found.taken}
    return Verdict(
        wrong,
        mails=len(names),
        duplicates=len(found.taken) - len(names),
        cases=len(found.tables["cases"]),
        events=len(found.tables["events"]),
    )
