"""Every scenario that is shipped ends as it was worked out by hand from the published text."""

from pathlib import Path

import pytest

from workflows import loader, scenario
from workflows.simulate import first_difference, simulate, summary

SCENARIOS = {path.stem: path for path in sorted((loader.SHIPPED / "scenarios").glob("*.toml"))}


@pytest.mark.parametrize("name", SCENARIOS)
def test_its_trace_is_the_one_that_was_worked_out_by_hand(name: str) -> None:
    played = scenario.load(SCENARIOS[name])
    protocol = loader.load(loader.shipped()[played.protocol])
    assert [str(line) for line in simulate(protocol, played)] == list(played.trace)


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_says_how_its_dates_were_counted(name: str) -> None:
    played = scenario.load(SCENARIOS[name])
    assert len(played.worked) > 60
    assert played.trace


def test_every_protocol_but_the_oldest_has_a_scenario() -> None:
    played = {scenario.load(path).protocol for path in SCENARIOS.values()}
    assert set(loader.shipped()) <= played


def test_silence_is_in_a_scenario_of_each_protocol() -> None:
    silent = set()
    for path in SCENARIOS.values():
        played = scenario.load(path)
        lines = simulate(loader.load(loader.shipped()[played.protocol]), played)
        if summary(lines).get("silence"):
            silent.add(played.protocol)
    assert set(loader.shipped()) <= silent


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("protocol = 'x'\ntitle = 'y'\nraised = 'Monday'", "is not a time"),
        ("protocol = 'x'\ntitle = 'y'", "raised"),
        ("protocol = 'x'\ntitle = 'y'\nraised = 2026-03-02T10:00:00\nstep = 3", "step"),
        ("protocol = 'x", "not TOML"),
        ("protocol = 'x'\ntitle = 'y'\nraised = 2026-03-02T10:00:00\nwho = 'me'", "who"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_key(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "one.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(scenario.ScenarioError, match=words):
        scenario.load(file)


def test_the_first_line_that_differs_is_named_with_what_was_played() -> None:
    name = next(iter(SCENARIOS))
    played = scenario.load(SCENARIOS[name])
    lines = simulate(loader.load(loader.shipped()[played.protocol]), played)
    assert first_difference(played.trace, lines) is None
    wrong = (*played.trace[:2], "something else", *played.trace[3:])
    assert first_difference(wrong, lines) == (
        f"line 3 of the trace\n  expected: something else\n  played:   {played.trace[2]}"
    )
    shorter = first_difference(played.trace[:-1], lines)
    assert shorter is not None
    assert "expected: (nothing more)" in shorter
