"""`escalation protocol …` as an operator types it, on a real database where one is involved."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import MetaData, create_engine, select
from sqlalchemy.pool import NullPool

from escalation.cli import cli
from escalation.config import Settings
from escalation.services import cases, concerns, moves
from escalation.services.submissions import new_key
from tests.support import northtown, richer
from tests.support.databases import Database
from tests.support.movable_clock import TimePasses
from tests.support.settings import environment
from workflows import commands as c
from workflows import loader

GP, OFFICE = "amara.lewis", "kate.rowan@demo.invalid"
Types = Callable[..., Result]


@pytest.fixture
def types(settings: Settings) -> Types:
    """Types a command with this test's settings."""

    def typed(*words: str) -> Result:
        return CliRunner().invoke(cli, ["protocol", *words], env=environment(settings), catch_exceptions=True)

    return typed


def alone(*words: str) -> Result:
    """Types a command that needs no database."""
    return CliRunner().invoke(cli, ["protocol", *words])


def everything_in(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    engine = create_engine(database.url, poolclass=NullPool)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables.sorted_tables
        }


def test_the_list_names_fifteen_protocols_or_more() -> None:
    lines = alone("list").output.splitlines()
    assert len(lines) >= 15
    assert sum(" example " in line for line in lines) >= 12


def test_every_shipped_file_can_be_used() -> None:
    said = alone("lint", *(str(path) for path in loader.shipped().values()))
    assert said.exit_code == 0, said.output
    assert "must not be published" not in said.output


def test_a_mistake_is_told_with_file_line_key_and_rule(tmp_path: Path) -> None:
    text = loader.shipped()["four-stage-2026.1"].read_text(encoding="utf-8")
    file = tmp_path / "ours.toml"
    file.write_text(text.replace('on_expiry = "climb"', 'on_expiry = "record"', 1), encoding="utf-8")
    said = alone("lint", str(file))
    assert said.exit_code == 1
    assert "ours.toml, line " in said.output
    assert "stage manager_review, move time_out: no clock climbs here" in said.output
    assert "[climb_leads_up]" in said.output
    assert "must not be published" in said.output


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("text", "silence moves it to Senior challenge [senior_challenge]"),
        ("mermaid", "stateDiagram-v2"),
        ("svg", "<svg"),
        ("origins", "four-stage-2026.1:"),
    ],
)
def test_it_is_shown_as_asked_for(form: str, words: str) -> None:
    assert words in alone("show", "four-stage", "--as", form).output


def test_a_layer_says_from_which_file_each_part_comes() -> None:
    layered = next(s for s, p in loader.shipped().items() if "\nextends = " in p.read_text(encoding="utf-8"))
    said = alone("show", layered, "--as", "origins").output
    assert {line.split(":")[0] for line in said.splitlines()} == {layered, *loader_bases(layered)}


def loader_bases(name: str) -> set[str]:
    """The files below a layer."""
    text = loader.text_of(loader.shipped()[name])
    return {line.removeprefix("#=== layer ") for line in text.splitlines() if line.startswith("#=== layer ")}


def test_what_differs_is_told_key_by_key(tmp_path: Path) -> None:
    old = loader.shipped()["four-stage-2026.1"]
    new = tmp_path / "four-stage-2027.1.toml"
    text = old.read_text(encoding="utf-8").replace('version = "2026.1"', 'version = "2027.1"')
    new.write_text(
        text.replace('standard = "5 working_days"', 'standard = "3 working_days"', 1), encoding="utf-8"
    )
    assert alone("diff", str(old), str(new)).output.splitlines() == [
        "~ version: 2026.1 -> 2027.1",
        "~ stage manager_review, clock reply, budgets, standard: 5 working_days -> 3 working_days",
    ]


def test_a_scenario_that_ends_otherwise_is_told(tmp_path: Path) -> None:
    scenarios = loader.SHIPPED / "scenarios"
    good = next(scenarios.glob("four-stage--*.toml"))
    assert alone("simulate", "four-stage", "--scenario", str(good)).exit_code == 0
    bad = tmp_path / "bad.toml"
    bad.write_text(
        good.read_text(encoding="utf-8").replace("2026-04-13 17:00", "2026-04-14 17:00"), encoding="utf-8"
    )
    said = alone("simulate", "four-stage", "--scenario", str(bad))
    assert said.exit_code == 1
    assert "not the trace that was expected" in said.output


def test_a_trace_can_be_read_by_machines() -> None:
    lines = [json.loads(line) for line in alone("simulate", "four-stage", "--json").output.splitlines()]
    assert {"title", "trace", "counts"} == set(lines[0])
    assert lines[0]["counts"]["silence"] > 0


def test_past_cases_under_other_timescales_change_nothing(
    app: Flask, database: Database, types: Types, time_passes: TimePasses
) -> None:
    with app.app_context():
        partnership, ids = northtown.lay_out(shut=True), northtown.accounts()
        concern = northtown.concern_to_hospital(ids[GP], partnership)
        case = concerns.raise_concern(ids[GP], concern, new_key())
        moves.make_move(case.public_id, ids["sam.okafor"], c.Acknowledge(), new_key())
        time_passes(days=9)
        reference = case.reference
    before = everything_in(database)
    said = types("simulate", "four-stage", "--past", "Northtown Safeguarding Partnership")
    assert said.exit_code == 0, said.output
    assert reference in said.output
    assert "challenged_manager does acknowledge" in said.output
    assert "silence: reply, challenged_manager" in said.output
    assert everything_in(database) == before


def test_a_published_version_never_changes(app: Flask, types: Types, tmp_path: Path) -> None:
    with app.app_context():
        northtown.lay_out(shut=True)
    file = tmp_path / "four-stage-2027.1.toml"
    text = loader.shipped()["four-stage-2026.1"].read_text(encoding="utf-8")
    text = text.replace('version = "2026.1"', 'version = "2027.1"')
    file.write_text(text, encoding="utf-8")
    first = types("publish", str(file))
    assert first.exit_code == 0, first.output
    assert "four-stage 2027.1 is in force" in first.output
    assert loader.body_sha256(text) in first.output
    assert types("publish", str(file)).exit_code == 0, "the same text again is the same version"
    file.write_text(text.replace("5 working_days", "4 working_days", 1), encoding="utf-8")
    second = types("publish", str(file))
    assert second.exit_code != 0
    assert "never edited" in str(second.exception.errors)
    assert "four-stage 2027.1 since" in types("list", "--published").output


def test_a_file_with_a_mistake_is_not_published(app: Flask, types: Types, tmp_path: Path) -> None:
    with app.app_context():
        northtown.lay_out(shut=True)
    file = tmp_path / "bad.toml"
    text = loader.shipped()["four-stage-2026.1"].read_text(encoding="utf-8")
    file.write_text(text.replace('on_expiry = "climb"', 'on_expiry = "record"', 1), encoding="utf-8")
    said = types("publish", str(file))
    assert said.exit_code != 0
    assert "no clock climbs" in str(said.exception.errors)


def test_the_office_moves_a_case_to_the_version_in_force(app: Flask, types: Types) -> None:
    with app.app_context():
        partnership, ids = northtown.lay_out(shut=True), northtown.accounts()
        concern = northtown.concern_to_hospital(ids[GP], partnership)
        reference = concerns.raise_concern(ids[GP], concern, new_key()).reference
        richer.publish(partnership)
    said = types("move", reference, "--by", OFFICE, "--reason", "The old one has no meeting.")
    assert f"{reference} is now under everything 1\n" in said.output
    assert types("move", reference, "--by", OFFICE, "--reason", " ").exit_code != 0
    assert types("move", reference, "--by", "nobody@demo.invalid", "--reason", "x").exit_code != 0
    with app.app_context():
        seen = cases.as_seen(cases.look_up(reference, ids[GP]), ids[GP])
        assert "Everything" in seen.protocol
