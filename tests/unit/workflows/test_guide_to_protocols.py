"""The guide for board officers tells the truth: its example is a file that works, and no word is left out."""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from inspect import getmembers, isclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from workflows import amount, diagram, loader, scenario, simulate, vocabulary
from workflows.calendar import WorkingCalendar
from workflows.deadlines import due_instant
from workflows.guards import CONDITIONS
from workflows.lint import RULES, lint
from workflows.protocol import Protocol
from workflows.schema import KEYS
from workflows.triggers import Trigger

DOCS = Path(__file__).parents[3] / "docs"
FILE = DOCS / "examples" / "westmarch-2026.1.toml"
FENWICK = DOCS / "examples" / "fenwick-2026.1.toml"
SCENARIO = DOCS / "examples" / "westmarch--nobody-answers.toml"

NOT_FOR_BOARDS = {vocabulary.Phase.DRAFT, vocabulary.Unit.SECONDS, Trigger.RAISE}
"""Words that no board writes into its file."""

LISTS = [
    found
    for _, found in getmembers(vocabulary, isclass)
    if issubclass(found, StrEnum) and found.__module__ == vocabulary.__name__
]
ROW = re.compile(
    r"^\| (?P<told>\w{3} \d+ \w+, [\d:]+) \| `(?P<amount>[^`]+)` \| (?P<ends>[^|]+) \|", re.MULTILINE
)
REFUSED = re.compile(r'Refusal\(\s*"(\w+)"')
NO_REFUSAL_OF_A_REHEARSAL = {"not_in_version", "not_due", "elsewhere"}
"""A rehearsal stays in its version, its clock asks in time, and what goes elsewhere has its own line."""
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="module")
def guide() -> str:
    return (DOCS / "protocols.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def westmarch() -> Protocol:
    return loader.load(FILE)


def blocks(guide: str, info: str) -> list[str]:
    """The fenced pieces with this info string."""
    return re.findall(rf"^```{info}\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)


def named(guide: str) -> set[str]:
    """Everything that stands in backticks, outside fenced pieces."""
    prose = re.sub(r"^```.*?^```$", "", guide, flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`\n]+)`", prose))


class TestTheWorkedExample:
    def test_is_the_file_piece_by_piece(self, guide: str) -> None:
        assert "\n".join(blocks(guide, "toml westmarch")) == FILE.read_text(encoding="utf-8")

    def test_has_nothing_to_mend(self, westmarch: Protocol) -> None:
        assert lint(westmarch) == ()

    def test_shows_as_the_guide_prints_it(self, guide: str, westmarch: Protocol) -> None:
        first, _, _ = diagram.text(westmarch).partition("\n  Line managers [managers]")
        assert f"--as text\n{first}\n```" in guide

    def test_plays_as_it_was_worked_out_by_hand(self, westmarch: Protocol) -> None:
        one = scenario.load(SCENARIO)
        assert one.protocol == FILE.stem
        assert tuple(str(line) for line in simulate.simulate(westmarch, one)) == one.trace

    def test_has_the_scenario_in_the_guide(self, guide: str) -> None:
        assert blocks(guide, "toml scenario") == [SCENARIO.read_text(encoding="utf-8")]

    def test_begins_in_the_guide_as_it_plays(self, guide: str) -> None:
        one = scenario.load(SCENARIO)
        assert "\n".join((one.title, *(f"  {line}" for line in one.trace[:5]), "  ...")) in guide


class TestTheFileWrittenFromTheGuideAlone:
    def test_has_nothing_to_mend(self) -> None:
        assert lint(loader.load(FENWICK)) == ()

    @pytest.mark.parametrize(
        "path", sorted(FENWICK.parent.glob("fenwick--*.toml")), ids=lambda path: path.stem
    )
    def test_plays_as_it_was_worked_out_by_hand(self, path: Path) -> None:
        one = scenario.load(path)
        assert one.protocol == FENWICK.stem
        assert tuple(str(line) for line in simulate.simulate(loader.load(FENWICK), one)) == one.trace


class TestNothingIsLeftOut:
    def test_of_the_keys(self, guide: str) -> None:
        assert set(KEYS) - named(guide) == set()

    @pytest.mark.parametrize("words", LISTS, ids=lambda words: words.__name__)
    def test_of_the_closed_lists(self, guide: str, words: type[StrEnum]) -> None:
        assert {str(word) for word in words if word not in NOT_FOR_BOARDS} - named(guide) == set()

    def test_of_the_triggers(self, guide: str) -> None:
        assert {str(trigger) for trigger in Trigger if trigger not in NOT_FOR_BOARDS} - named(guide) == set()

    def test_of_the_conditions(self, guide: str) -> None:
        assert set(CONDITIONS) - named(guide) == set()

    def test_of_the_refusals(self, guide: str) -> None:
        sources = (path.read_text(encoding="utf-8") for path in Path(amount.__file__).parent.glob("*.py"))
        codes = {code for text in sources for code in REFUSED.findall(text)} - NO_REFUSAL_OF_A_REHEARSAL
        assert codes - named(guide) == set()

    def test_of_the_rules(self, guide: str) -> None:
        assert re.findall(r"^\| `(\w+)` \|", guide.partition("\n| Rule |")[2], re.MULTILINE) == list(RULES)


class TestTheCalendar:
    def test_every_sum_is_right(self, guide: str) -> None:
        calendar, sittings = WorkingCalendar("ENG"), [date(2026, 4, 9)]
        rows = [
            (_at(row["told"]), amount.parse(row["amount"]), _at(row["ends"])) for row in ROW.finditer(guide)
        ]
        assert len(rows) == 10
        assert [due_instant(how_long, told, calendar, sittings) for told, how_long, _ in rows] == [
            ends for _, _, ends in rows
        ]


def _at(words: str) -> datetime:
    """`Thu 2 April, 16:30` of the year 2026, the day of the week being right."""
    local = datetime.strptime(f"{words.strip()} 2026", "%a %d %B, %H:%M %Y").replace(tzinfo=LONDON)
    assert words.startswith(f"{local:%a}")
    return local.astimezone(UTC)
