"""Each rule of lint is broken once, by one change to the shipped file, and found."""

from collections.abc import Callable

import pytest

from workflows import lint, loader

Broken = Callable[[str, str], str]

PANEL = """
[[stage]]
id = "panel"
name = "Panel"
phase = "senior"
seats = ["chair"]

[[stage.clock]]
id = "view"
title = "View of the panel"
waits_for = ["chair"]
budgets = { standard = "5 working_days", urgent = "1 working_days" }
on_expiry = "repeat"
repeat = "1 working_days"
stopped_by = ["escalate"]

[[stage.move]]
do = "escalate"
by = ["chair"]
to = "board_arbitration"
"""
LAST_STAGE = 'phase = "closed"\n'
FOLLOW_UP_ENDS = 'on_expiry = "repeat"\nrepeat = "5 working_days"'

FAULTS: dict[str, tuple[str, str, str, str]] = {
    # name: rule, where it is found, what is replaced, by what
    "a stage that nothing leads to": ("reachable", "panel", LAST_STAGE, LAST_STAGE + PANEL),
    "a follow-up that leads back to itself": (
        "leavable", "follow_up", 'by = ["raiser", "raising_lead"]\nto = "closed"',
        'by = ["raiser", "raising_lead"]\nto = "follow_up"',
    ),
    "a closed stage that can be acted in": (
        "closed_is_closed", "closed", LAST_STAGE,
        LAST_STAGE + '[[stage.move]]\ndo = "say_safety"\nby = ["raiser"]\n',
    ),
    "a wait that ends in nothing": (
        "waiting_has_clock", "follow_up", FOLLOW_UP_ENDS, 'on_expiry = "record"',
    ),
    "a clock that climbs nowhere": (
        "climb_leads_up", "manager_review", '[[stage.move]]\ndo = "time_out"\nto = "senior_challenge"\n', "",
    ),
    "a way up that no clock takes": (
        "climb_leads_up", "manager_review", 'on_expiry = "climb"',
        'on_expiry = "repeat"\nrepeat = "1 working_days"',
    ),
    "a clock that nothing stops": (
        "met_by_somebody", "follow_up", 'stopped_by = ["answer_follow_up"]', 'stopped_by = ["support"]',
    ),
    "a clock that nothing starts": (
        "met_by_somebody", "manager_review", 'starts_on = ["ask_information"]', 'starts_on = ["recuse"]',
    ),
    "a slot that is seated nowhere": (
        "no_dead_slot", "", 'seats = ["chair", "business_manager"]', 'seats = ["business_manager"]',
    ),
    "an answer owed by somebody who is not seated yet": (
        "no_dead_slot", "manager_review", 'waits_for = ["challenged_manager"]',
        'waits_for = ["challenged_head"]',
    ),
    "an answer owed by somebody whom one way in does not seat": (
        "no_dead_slot", "follow_up", 'title = "Did it make a difference?"\nwaits_for = ["raiser"',
        'title = "Did it make a difference?"\nwaits_for = ["raising_head"',
    ),
    "no raiser": ("both_sides_and_board", "", 'tier = "practitioner"', 'tier = "lead"'),
    "no board office": ("both_sides_and_board", "", 'tier = "office"', 'tier = "chair"'),
    "a budget in seconds": (
        "no_rehearsal_units", "follow_up", 'budgets = { standard = "30 calendar_days"',
        'budgets = { standard = "30 seconds"',
    ),
    "a clock that starts again in seconds": (
        "no_rehearsal_units", "follow_up", 'repeat = "5 working_days"', 'repeat = "5 seconds"',
    ),
    "a reminder in seconds": (
        "no_rehearsal_units", "follow_up", 'reminders = { standard = "5 working_days"',
        'reminders = { standard = "5 seconds"',
    ),
    "a risk that rises in a circle": (
        "risk_only_shortens", "", 'urgencies = ["today"]',
        'urgencies = ["today"]\non_risk_rise = "standard"',
    ),
    "no faster pace for today": (
        "has_urgent_path", "", '"not_sure"]\non_risk_rise = "urgent"\n\n[[pace]]\nid = "urgent"\n'
        'name = "Urgent"\nurgencies = ["today"]',
        '"not_sure", "today"]\non_risk_rise = "urgent"\n\n[[pace]]\nid = "urgent"\n'
        'name = "Urgent"\nurgencies = []',
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_lint_finds(broken: Broken, fault: str) -> None:
    rule, where, old, new = FAULTS[fault]
    found = lint.lint(loader.loads(broken(old, new), "broken.toml"))
    assert (rule, where) in {(f.rule, f.where) for f in found}
    assert {f.rule for f in found} == {rule}
    assert all(f.words for f in found)


def test_lint_finds_that_nobody_is_challenged(shipped_text: str) -> None:
    text = shipped_text.replace('side = "challenged"', 'side = "board"')
    found = lint.lint(loader.loads(text, "broken.toml"))
    assert "no slot on the challenged side" in {f.words for f in found}


def test_lint_finds_that_a_case_could_never_end(broken: Broken) -> None:
    found = lint.lint(loader.loads(broken('phase = "closed"', 'phase = "provisional"'), "broken.toml"))
    everywhere = {"", "manager_review", "senior_challenge", "board_arbitration", "follow_up", "closed"}
    assert {f.where for f in found if f.rule == "leavable"} == everywhere


def test_every_rule_is_broken_above() -> None:
    assert {rule for rule, *_ in FAULTS.values()} == {rule.__name__ for rule in lint.RULES}


def test_a_missing_fast_pace_is_a_warning_and_comes_after_the_errors(broken: Broken) -> None:
    _, _, old, new = FAULTS["no faster pace for today"]
    text = broken(old, new).replace('tier = "office"', 'tier = "chair"')
    found = lint.lint(loader.loads(text, "broken.toml"))
    assert [f.weight for f in found] == [lint.Weight.ERROR, lint.Weight.WARNING]


@pytest.mark.parametrize("name", loader.shipped())
def test_a_shipped_file_is_clean_and_named_by_its_key_and_version(name: str) -> None:
    protocol = loader.load(loader.shipped()[name])
    assert lint.lint(protocol) == ()
    assert f"{protocol.key}-{protocol.version}" == name


def test_a_protocol_is_shipped() -> None:
    assert "four-stage-2026.1" in loader.shipped()
