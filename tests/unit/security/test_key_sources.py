"""Keys come from one source, whole, or the service does not start."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from escalation import key_sources
from escalation.config import from_environment
from escalation.errors import ConfigurationError
from escalation.key_sources import NoKeys
from tests.support.settings import KEY, environment, settings_for


def source(**given: Any) -> Any:
    usual = {"key_file": "", "keys": (), "key_hook": "", "index_key_file": "", "index_keys": ()}
    return SimpleNamespace(**(usual | given))


def from_store() -> dict[int, bytes]:
    """What an operator's own function may give."""
    return {4: bytes(range(32))}


def broken_store() -> dict[int, bytes]:
    raise TimeoutError("hunter2")


def test_a_file_is_made_and_grows_by_a_version(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    assert [key_sources.add_to(file), key_sources.add_to(file)] == [1, 2]
    keys = key_sources.of_texts(source(key_file=str(file)))
    assert sorted(keys) == [1, 2]
    assert keys[1] != keys[2]
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_the_environment_and_a_key_store_do_as_well() -> None:
    assert list(key_sources.of_texts(source(keys=(KEY,)))) == [1]
    assert key_sources.of_texts(source(key_hook=f"{__name__}:from_store")) == from_store()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "is missing"),
        ({"keys": (KEY,), "key_file": "/etc/keys"}, "in two ways"),
        ({"key_file": "/nowhere/keys"}, "cannot be read"),
        ({"keys": ("1:AAAA",)}, "32 random bytes"),
        ({"keys": ("1:" + "A" * 43,)}, "32 random bytes"),
        ({"keys": ("one:" + KEY[2:],)}, "a version of its own"),
        ({"keys": (KEY, KEY)}, "a version of its own"),
        ({"keys": (KEY[2:],)}, "a version of its own"),
        ({"keys": ("1:not base64 at all!",)}, "base64"),
        ({"key_hook": "nowhere:at_all"}, "gave no keys"),
        ({"key_hook": f"{__name__}:broken_store"}, "TimeoutError"),
    ],
)
def test_what_cannot_be_right_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(NoKeys, match=words) as refused:
        key_sources.of_texts(source(**given))
    assert KEY[2:] not in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_file_that_everybody_can_open_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    key_sources.add_to(file)
    file.chmod(0o604)
    with pytest.raises(NoKeys, match="chmod 600"):
        key_sources.of_texts(source(key_file=str(file)))


@pytest.mark.parametrize("name", ["KEYS", "INDEX_KEYS"])
@pytest.mark.parametrize("demo", ["0", "1"])
def test_there_is_no_start_without_keys(name: str, demo: str) -> None:
    given = environment(settings_for("sqlite:///x.db"))
    given["ESCALATION_DEMO"] = demo
    del given[f"ESCALATION_{name}"]
    with pytest.raises(ConfigurationError, match=rf"ESCALATION_{name[:-1]}_FILE or .*escalation keys new"):
        from_environment(given)


def test_the_two_kinds_of_keys_differ() -> None:
    given = environment(settings_for("sqlite:///x.db", index_keys=(KEY,)))
    with pytest.raises(ConfigurationError, match="must differ") as refused:
        from_environment(given)
    assert KEY[2:] not in str(refused.value)
