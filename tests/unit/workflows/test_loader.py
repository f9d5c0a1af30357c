"""A protocol file with a mistake is refused with its line, its key and a remedy."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from workflows import loader
from workflows.loader import ProtocolError
from workflows.protocol import Protocol

Broken = Callable[[str, str], str]


@dataclass(frozen=True)
class Fault:
    """One replacement in the shipped text, and what must be said of it. `at` stands in the line at fault."""

    old: str
    new: str
    key: str
    words: str
    at: str = ""


SEATS = 'seats = ["raiser", "raising_lead", "challenged_manager"]'
FIVE_DAYS = 'standard = "5 working_days"'

FAULTS = {
    # words of closed lists
    "a nation that is none": Fault(
        'nation = "ENG"', 'nation = "GB"', "nation", "is one of ENG, WLS, SCT, NIR"
    ),
    "an unknown side": Fault(
        'side = "raising"', 'side = "rising"', "slot.0.side", "did you mean 'raising'?"
    ),
    "an unknown tier": Fault(
        'tier = "lead"', 'tier = "boss"', "slot.1.tier",
        "known are chair, designated, director, head, lead, manager",
    ),
    "an unknown line": Fault(
        'line = "challenged_role"', 'line = "medical"', "slot.2.line", "can only be 'challenged_role'"
    ),
    "an unknown urgency": Fault(
        'urgencies = ["today"]', 'urgencies = ["tody"]', "pace.1.urgencies.0", "did you mean 'today'?"
    ),
    "an unknown phase": Fault(
        'phase = "manager"', 'phase = "managers"', "stage.0.phase", "did you mean 'manager'?"
    ),
    "an unknown end of a clock": Fault(
        'on_expiry = "climb"', 'on_expiry = "escalate"', "stage.0.clock.0.on_expiry",
        "known are climb, hold, record, repeat, unsatisfactory",
    ),
    "an unknown trigger of a move": Fault(
        'do = "support"', 'do = "suport"', "stage.0.move.0.do", "did you mean 'support'?"
    ),
    "an unknown trigger that stops a clock": Fault(
        'stopped_by = ["change_decision"', 'stopped_by = ["change_decison"',
        "stage.0.clock.0.stopped_by.0", "did you mean 'change_decision'?",
    ),
    "an unknown trigger that starts a clock": Fault(
        'starts_on = ["ask_information"]', 'starts_on = ["ask"]', "stage.0.clock.2.starts_on.0",
        "'ask' is not known",
    ),
    "an unknown condition": Fault(
        '["view_not_given"]', '["view_not_givn"]', "stage.0.move.0.conditions",
        "did you mean 'view_not_given'?",
    ),
    "a condition that is code": Fault(
        '["view_not_given"]', '["os.getcwd"]', "stage.0.move.0.conditions", "is no condition; known are no_"
    ),
    # lengths of time
    "an unknown unit": Fault(
        FIVE_DAYS, 'standard = "5 workingdays"', "stage.0.clock.0.budgets.standard",
        "did you mean 'working_days'?",
    ),
    "an unknown unit to repeat with": Fault(
        'repeat = "1 working_days"', 'repeat = "1 working_day"', "stage.0.clock.2.repeat",
        "did you mean 'working_days'?",
    ),
    "a number in letters": Fault(
        FIVE_DAYS, 'standard = "five working_days"', "stage.0.clock.0.budgets.standard",
        "write for example '5 working_days'",
    ),
    "a number without a unit": Fault(
        FIVE_DAYS, "standard = 5", "stage.0.clock.0.budgets.standard", "write for example '5 working_days'"
    ),
    "no time at all": Fault(
        FIVE_DAYS, 'standard = "0 working_days"', "stage.0.clock.0.budgets.standard", "not a length of time"
    ),
    "more time than anybody has": Fault(
        FIVE_DAYS, 'standard = "1001 working_days"', "stage.0.clock.0.budgets.standard",
        "not a length of time",
    ),
    "a number that is none": Fault(
        FIVE_DAYS, 'standard = "² working_days"', "stage.0.clock.0.budgets.standard", "not a length of time"
    ),
    "less than no time": Fault(
        FIVE_DAYS, 'standard = "-5 working_days"', "stage.0.clock.0.budgets.standard", "not a length of time"
    ),
    # names that point to something
    "an unknown slot in the seats": Fault(
        SEATS, SEATS.replace("raising_lead", "rasing_lead"), "stage.0.seats", "did you mean 'raising_lead'?"
    ),
    "an unknown slot to wait for": Fault(
        'waits_for = ["challenged_manager"]', 'waits_for = ["challenged_manger"]',
        "stage.0.clock.0.waits_for", "did you mean 'challenged_manager'?",
    ),
    "an unknown slot that acts": Fault(
        'by = ["raising_lead"]', 'by = ["lead"]', "stage.0.move.0.by", "'lead' is no slot"
    ),
    "an unknown stage": Fault(
        'to = "follow_up"', 'to = "followup"', "stage.0.move.10.to", "did you mean 'follow_up'?"
    ),
    "an unknown pace in a rise": Fault(
        'on_risk_rise = "urgent"', 'on_risk_rise = "urgnt"', "pace.0.on_risk_rise", "did you mean 'urgent'?"
    ),
    "an unknown pace in a budget": Fault(
        FIVE_DAYS, FIVE_DAYS + ', fast = "1 hours"', "stage.0.clock.0.budgets", "known are standard, urgent"
    ),
    "an unknown pace in a reminder": Fault(
        'reminders = { standard', 'reminders = { standrd', "stage.0.clock.0.reminders",
        "did you mean 'standard'?",
    ),
    "a pace without a budget": Fault(
        FIVE_DAYS + ", ", "", "stage.0.clock.0.budgets", "has no time for the pace 'standard'",
        at='budgets = { urgent = "1 working_days" }',
    ),
    # names that stand there twice
    "two clocks of one name": Fault(
        'id = "view"', 'id = "reply"', "stage.0.clock.1.id", "'reply' stands there twice",
        at='id = "reply"\ntitle = "View',
    ),
    "two moves for one thing": Fault(
        'do = "decline_support"', 'do = "support"', "stage.0.move.1.do", "stands there twice",
        at='do = "support"\nby = ["raising_lead"]\nconditions = ["view_not_given"]\n\n[[stage.move]]\n'
        'do = "acknowledge"',
    ),
    "an urgency in two paces": Fault(
        'urgencies = ["today"]', 'urgencies = ["today", "not_sure"]', "pace.1.urgencies",
        "not_sure chooses 'standard' already",
    ),
    "an urgency in no pace": Fault(
        'urgencies = ["today"]', "urgencies = []", "pace", "no pace is chosen by the urgency today",
        at='[[pace]]\nid = "standard"',
    ),
    # moves that make no sense
    "a move that nobody may make": Fault(
        'do = "support"\nby = ["raising_lead"]', 'do = "support"', "stage.0.move.0", "add by = [...]",
        at='[[stage.move]]\ndo = "support"',
    ),
    "a settlement that leads nowhere": Fault(
        'to = "follow_up"\n', "", "stage.0.move.10", "add to = '...'",
        at='[[stage.move]]\ndo = "agree_settlement"',
    ),
    "an acknowledgement that leaves the stage": Fault(
        'do = "acknowledge"', 'to = "closed"\ndo = "acknowledge"', "stage.0.move.2.to",
        "acknowledge does not leave the stage",
    ),
    "a concern raised inside a stage": Fault(
        'do = "support"', 'do = "raise"', "stage.0.move.0.do", "take this move out"
    ),
    "a silence that a person may declare": Fault(
        'to = "senior_challenge"\n\n[[stage.move]]\ndo = "withdraw"',
        'by = ["chair"]\nto = "senior_challenge"\n\n[[stage.move]]\ndo = "withdraw"', "stage.0.move.13.by",
        "time_out is for the clock alone",
    ),
    "a clock that repeats without an end": Fault(
        'on_expiry = "climb"', 'on_expiry = "repeat"', "stage.0.clock.0.on_expiry",
        "add how long, for example repeat = '2 working_days'",
    ),
    # shapes
    "a key that is misspelt": Fault(
        'name = "Urgent"', 'name = "Urgent"\non_risk_rises = "standard"', "pace.1.on_risk_rises",
        "did you mean 'on_risk_rise'?", at="on_risk_rises",
    ),
    "a table that is misspelt": Fault(
        "[[stage.clock]]", "[[stage.clocks]]", "stage.0.clocks", "did you mean 'clock'?"
    ),
    "a key that is missing": Fault(
        'on_expiry = "climb"\n', "", "stage.0.clock.0.on_expiry", "is missing; add it", at="[[stage.clock]]"
    ),
    "a title that is missing": Fault(
        'title = "Four-stage challenge"\n', "", "title", "is missing; add it", at="# The service's own"
    ),
    "a name that is empty": Fault(
        'name = "Manager review"', 'name = ""', "stage.0.name", "write between 1 and 200 characters"
    ),
    "a key with capitals": Fault(
        'key = "four-stage"', 'key = "Four Stage"', "key", "use small letters, digits, _ and -"
    ),
    "a version that is a number": Fault(
        'version = "2026.1"', "version = 2026.1", "version", "put it between quotation marks"
    ),
    "a list that is none": Fault(SEATS, 'seats = "raiser"', "stage.0.seats", "between square brackets"),
    "a list that is empty": Fault(
        'waits_for = ["challenged_manager"]', "waits_for = []", "stage.0.clock.0.waits_for",
        "name at least one",
    ),
    "a number among names": Fault(
        SEATS, 'seats = ["raiser", 5]', "stage.0.seats.1", "put it between quotation marks"
    ),
    "one budget for all paces": Fault(
        'budgets = { standard = "5 working_days", urgent = "1 working_days" }', 'budgets = "5 working_days"',
        "stage.0.clock.0.budgets", "as in { standard = '5 working_days' }",
    ),
    "slots given in two ways": Fault(
        'source = "', 'slot = ["raiser"]\nsource = "', "", "not TOML", at='[[slot]]\nid = "raiser"'
    ),
    "a review date in quotes": Fault(
        "review_by = 2027-11-01", 'review_by = "2027-11-01"', "review_by", "without quotes"
    ),
    "a review date with a time of day": Fault(
        "review_by = 2027-11-01", "review_by = 2027-11-01T10:00:00", "review_by", "is a date"
    ),
    # not TOML at all
    "a day that no month has": Fault("review_by = 2027-11-01", "review_by = 2027-13-01", "", "not TOML"),
    "a quotation mark left open": Fault(
        'title = "Line manager"', 'title = "Line manager', "", "not TOML", at='title = "Line manager\n'
    ),
    "a bracket left open": Fault("[[pace]]", "[[pace]", "", "not TOML", at="[[pace]\n"),
    "a key given twice": Fault(
        'version = "2026.1"', 'version = "2026.1"\nversion = "2026.2"', "", "not TOML",
        at='version = "2026.2"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_is_refused_where_it_stands_and_with_a_remedy(broken: Broken, name: str) -> None:
    fault = FAULTS[name]
    text = broken(fault.old, fault.new)
    line = text[: text.index(fault.at or fault.new)].count("\n") + 1

    with pytest.raises(ProtocolError) as refused:
        loader.loads(text, "broken.toml")

    problem = next(p for p in refused.value.problems if fault.words in p.reason)
    assert (problem.line, problem.key) == (line, fault.key)
    assert len(refused.value.problems) == 1
    where = f"{fault.key}: " if fault.key else ""
    assert str(refused.value) == f"broken.toml, line {line}: {where}{problem.reason}"


def test_there_are_plenty_of_these() -> None:
    assert len(FAULTS) >= 25


class TestSeveralMistakes:
    def test_are_all_told_in_the_order_of_their_lines(self, broken: Broken) -> None:
        text = broken('nation = "ENG"', 'nation = "GB"').replace("climb", "clim")
        with pytest.raises(ProtocolError) as refused:
            loader.loads(text, "broken.toml")
        keys = [p.key for p in refused.value.problems]
        assert keys == ["nation", "stage.0.clock.0.on_expiry", "stage.1.clock.0.on_expiry"]
        assert [p.line for p in refused.value.problems] == sorted(p.line for p in refused.value.problems)
        assert str(refused.value).count("broken.toml, line ") == 3

    def test_of_a_misspelt_key_are_that_it_is_unknown_and_that_another_is_missing(
        self, broken: Broken
    ) -> None:
        with pytest.raises(ProtocolError) as refused:
            loader.loads(broken('do = "support"', 'doo = "support"'), "broken.toml")
        assert {p.reason for p in refused.value.problems} == {
            "is missing; add it",
            "is not a key here, did you mean 'do'?",
        }

    def test_of_a_stage_named_twice_list_each_known_stage_once(self, broken: Broken) -> None:
        with pytest.raises(ProtocolError) as refused:
            loader.loads(broken('id = "senior_challenge"', 'id = "manager_review"'), "broken.toml")
        reasons = [p.reason for p in refused.value.problems]
        assert "'manager_review' stands there twice" in reasons
        assert all(reason.count("manager_review") == 1 for reason in reasons)


class TestAFile:
    def test_that_is_empty_says_what_is_missing(self) -> None:
        with pytest.raises(ProtocolError) as refused:
            loader.loads("", "empty.toml")
        missing = {p.key for p in refused.value.problems}
        assert missing == {
            "key",
            "version",
            "title",
            "nation",
            "review_by",
            "source",
            "slot",
            "pace",
            "stage",
        }
        assert {p.line for p in refused.value.problems} == {1}

    def test_that_ends_too_soon_is_refused_at_its_last_line(self) -> None:
        with pytest.raises(ProtocolError, match=r"^short\.toml, line 2: not TOML"):
            loader.loads('key = "short"\nseats = [', "short.toml")

    def test_that_ends_too_soon_after_a_whole_line_is_refused_as_well(self) -> None:
        with pytest.raises(ProtocolError, match=r"^short\.toml, line 3: not TOML"):
            loader.loads('key = "short"\nseats = [\n', "short.toml")

    @pytest.mark.parametrize(
        ("value", "remedy"),
        [
            ("“raising”", r"Use straight quotation marks \(\"\)"),
            ("raising", "Words stand between quotation marks"),
        ],
    )
    def test_with_marks_of_a_word_processor_or_none_says_which_are_meant(
        self, value: str, remedy: str
    ) -> None:
        with pytest.raises(ProtocolError, match=rf"^typed\.toml, line 2: not TOML: .*{remedy}"):
            loader.loads(f'key = "typed"\nside = {value}\n', "typed.toml")

    def test_that_is_not_utf_8_says_where_and_how_to_save_it(self, shipped_text: str, tmp_path: Path) -> None:
        path = tmp_path / "typed-in-an-old-editor.toml"
        path.write_bytes(shipped_text.replace("Manager review", "Manager’s review", 1).encode("cp1252"))
        line = shipped_text[: shipped_text.index("Manager review")].count("\n") + 1
        with pytest.raises(ProtocolError, match=f"line {line}: not UTF-8: save the file as UTF-8"):
            loader.load(path)

    @pytest.mark.parametrize(("mark", "end"), [(b"\xef\xbb\xbf", b"\n"), (b"", b"\r\n")])
    def test_saved_by_another_system_is_the_same_protocol(
        self, protocol: Protocol, shipped_text: str, tmp_path: Path, mark: bytes, end: bytes
    ) -> None:
        path = tmp_path / "saved-elsewhere.toml"
        path.write_bytes(mark + shipped_text.encode().replace(b"\n", end))
        assert loader.load(path) == protocol

    def test_with_a_line_break_that_toml_does_not_count_still_names_the_right_line(
        self, broken: Broken
    ) -> None:
        text = broken("Check it against", "Check it\u2028against").replace('tier = "chair"', 'tier = "char"')
        line = text[: text.index('"char"')].count("\n") + 1
        with pytest.raises(ProtocolError, match=f"line {line}: slot.6.tier"):
            loader.loads(text, "pasted.toml")

    def test_that_is_not_there_is_an_os_error(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            loader.load(tmp_path / "nowhere.toml")

    def test_is_known_by_the_hash_of_its_text(self, shipped_text: str) -> None:
        assert loader.body_sha256("abc").startswith("ba7816bf")
        assert loader.body_sha256(shipped_text) != loader.body_sha256(shipped_text + "\n")
