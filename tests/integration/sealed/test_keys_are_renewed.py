"""Old keys give way to new ones while the service runs; what stood open is sealed; nothing is lost on the way."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from escalation.cli import cli
from escalation.errors import Refused
from escalation.extensions import db
from escalation.security.sealing import is_sealed
from escalation.services import concerns, drafts, key_rotation, numbers, sealing_existing
from escalation.services.unit import of_account, reading
from tests.integration.sealed.conftest import WRITTEN, Town
from tests.support import northtown
from tests.support.movable_clock import MovableClock
from tests.support.settings import KEY, environment

TYPED = {"risk": "what was typed"}
Keys = Callable[..., Result]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The file with the first key, and the same with a second one."""
    first, both = tmp_path / "first", tmp_path / "both"
    first.write_text(f"{KEY}\n")
    first.chmod(0o600)
    shutil.copy(first, both)
    CliRunner().invoke(cli, ["keys", "new", str(both)], catch_exceptions=False)
    return first, both


@pytest.fixture
def keys(town: Town, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """`escalation keys`, with the keys of a file."""
    for name in [name for name in os.environ if name.startswith("ESCALATION_")]:
        monkeypatch.delenv(name)

    def called(file: Path, *words: str) -> Result:
        settings = environment(replace(town.settings, keys=(), key_file=str(file)))
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(cli, ["keys", *words])

    return called


def readable(town: Town, case: str, draft: str, *given: str) -> bool:
    """Whether everything is read as it was written, by a service that has these keys."""
    with town.with_other_keys(*given) as app:
        view = town.seen(case, app)
        return {name: view.written[name].text for name in WRITTEN} == WRITTEN and drafts.load(
            town.gp, draft
        ).answers == TYPED


def lines(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if not line.startswith("#")]


def test_from_the_old_key_to_the_new_one(town: Town, keys: Keys, files: tuple[Path, Path]) -> None:
    case, draft = town.raises(), town.begins(TYPED["risk"])
    first, both = files
    assert "version 1 wraps 1 keys of partnerships" in keys(first, "status").output
    assert "older key" in str(keys(both, "finish").exception), "it is not over before it has begun"
    assert "wrapped anew: 1 in partnership_key" in keys(both, "rewrap").output
    assert "nothing was left to do" in keys(both, "rewrap").output
    assert readable(town, case, draft, *lines(both))
    assert "needs version 1 no more" in keys(both, "finish").output
    assert readable(town, case, draft, lines(both)[1])
    assert not readable(town, case, draft, KEY)


def test_a_new_key_for_each_partnership(
    town: Town, keys: Keys, files: tuple[Path, Path], clock: MovableClock
) -> None:
    case, draft = town.raises(), town.begins(TYPED["risk"])
    first, _ = files
    assert "1 partnerships have a new key" in keys(first, "new", "--partnerships").output
    with town.with_other_keys(KEY) as app:
        assert town.seen(case, app).written["risk"].text == WRITTEN["risk"], "the old one is still read"
    later = town.raises(risk="A later one")
    done = keys(first, "rewrap", "--chunk", "1").output
    assert "1 in case_key" in done
    assert "1 in draft" in done
    assert "0 old keys of partnerships were removed" in keys(first, "finish").output, "it must settle first"
    clock.move(hours=1)
    assert "1 old keys of partnerships were removed" in keys(first, "finish").output
    assert [v for (v,) in town.rows("SELECT version FROM partnership_key")] == [2]
    assert readable(town, case, draft, KEY)
    assert town.seen(later).written["risk"].text == "A later one"


def test_what_stood_open_is_sealed_and_then_nothing_else_is_believed(
    town: Town, keys: Keys, files: tuple[Path, Path]
) -> None:
    case, draft = town.raises(), town.begins(TYPED["risk"])
    _opened_again(town)
    first, _ = files
    assert "not sealed in statement: 4" in keys(first, "status").output
    assert "texts in statement are not sealed" in str(keys(first, "finish").exception)
    assert readable(town, case, draft, KEY)
    done = keys(first, "seal-existing", "--chunk", "3")
    assert (done.exit_code, re.findall(r"sealed: (\d+) in (\w+)", done.output)) == (
        0,
        [("1", "draft"), ("4", "statement")],
    )
    assert all(is_sealed(words) for (words,) in town.rows("SELECT text FROM statement"))
    assert "everything is sealed" in keys(first, "finish").output
    assert readable(town, case, draft, KEY)
    town.meddles("UPDATE statement SET text = 'Nothing happened' WHERE field = 'risk'")
    assert not readable(town, case, draft, KEY)


def _opened_again(town: Town) -> None:
    """The database as it was before anything was sealed."""
    for field, words in WRITTEN.items():
        town.meddles("UPDATE statement SET text = :words WHERE field = :field", words=words, field=field)
    town.meddles("UPDATE draft SET answers = :words", words='{"risk": "what was typed"}')
    for statement in ("DELETE FROM person_index", "DELETE FROM case_key", "DELETE FROM partnership_key"):
        town.meddles(statement)
    town.meddles("UPDATE installation SET sealed_at = NULL")


def test_a_case_is_found_by_its_number_however_it_is_written(town: Town) -> None:
    case = town.raises(person_reference="TOD-17")
    town.raises(person_reference="TOD-18")
    (row,) = town.rows("SELECT digest, kind FROM person_index ORDER BY case_id LIMIT 1")
    assert (len(row[0]), row[1]) == (64, "local")
    with town.app.app_context():
        concern = northtown.concern_to_hospital(town.gp, town.partnership)
        for number, found in (("tod 17", 1), ("TOD-17", 1), ("TOD", 0), ("TOD-1", 0), ("", 0)):
            asked = replace(concern, command=replace(concern.command, person_reference=number))
            assert concerns.preview(town.gp, asked).earlier_cases == found, number
    assert case


def test_an_nhs_number_is_told_from_a_number_of_ones_own() -> None:
    assert numbers.normal("943 476 5919") == ("nhs", "9434765919")
    assert numbers.normal("943 476 5918") == ("local", "9434765918")
    assert numbers.normal("Tod-17 / B") == ("local", "tod17b")


def test_the_index_says_nothing_without_its_key_and_differs_between_partnerships(town: Town) -> None:
    town.raises(person_reference="TOD-17")
    with town.app.app_context(), reading(of_account(town.gp)) as unit:
        mine, other = (
            numbers.rows_of(unit.connection, p, 1, {"person_reference": "TOD-17"})[0]["digest"]
            for p in (1, 2)
        )
    assert mine != other


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_only_the_owner_seals_what_is_on_record(town: Town) -> None:
    town.raises()
    _opened_again(town)
    with town.app.app_context():
        with pytest.raises(Exception, match="permission denied"):
            list(sealing_existing.seal())
        db.session.rollback()


def test_one_key_that_is_broken_keeps_no_other_from_being_renewed(
    town: Town, keys: Keys, files: tuple[Path, Path]
) -> None:
    cases = [town.raises() for _ in range(5)]
    town.meddles(
        "UPDATE case_key SET wrapped = substr(wrapped, 1, 60) WHERE case_id = (SELECT min(case_id) FROM case_key)"
    )
    first, _ = files
    keys(first, "new", "--partnerships")
    assert "4 in case_key" in keys(first, "rewrap", "--chunk", "2").output
    left = str(keys(first, "finish").exception)
    assert "1 keys of cases are wrapped with an older key" in left
    assert "1 keys of cases cannot be opened" in left
    assert [town.seen(case).written["risk"].text == WRITTEN["risk"] for case in cases] == [False, *[True] * 4]


def test_it_is_not_over_while_a_key_cannot_be_opened(town: Town) -> None:
    town.raises()
    town.meddles("UPDATE case_key SET wrapped = substr(wrapped, 1, 60)")
    with town.app.app_context(), pytest.raises(Refused, match="1 keys of cases cannot be opened"):
        key_rotation.finish()
