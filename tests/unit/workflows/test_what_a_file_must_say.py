"""What a protocol file must say, what it may leave out and is then taken to mean, and how long words may be."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.support import richer
from workflows import layers, loader
from workflows.building import protocol_of
from workflows.layers import Layered, Origin
from workflows.loader import ProtocolError
from workflows.protocol import FormField, Protocol
from workflows.schema import keys_at
from workflows.triggers import Trigger
from workflows.vocabulary import Authority, Closer, Phase, Readers, Reason, Side, Subject

HERE = Path(__file__).parent
BASE = HERE / "broken" / "base.toml"
Path_ = tuple[str | int, ...]


def _region() -> str:
    text = (HERE / "told" / "region.toml").read_text(encoding="utf-8")
    return layers.bundle("region", text, lambda _: BASE.read_text(encoding="utf-8"))


FILES = {
    "region": loader.layered(_region(), "region").values,
    "everything": loader.layered(richer.body(), richer.NAME).values,
    "base": loader.layered(BASE.read_text(encoding="utf-8"), "base").values,
}


def keys_of(values: Mapping[str, Any], at: Path_ = ()) -> Iterator[Path_]:
    """Every key with its path, into the first entry of each list of tables that has it."""
    for key, value in values.items():
        yield (*at, key)
        for index, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, Mapping):
                yield from keys_of(entry, (*at, key, index))


def each_once() -> dict[str, tuple[str, Path_]]:
    """One place for each key of each kind of table, by its words: `stage.clock.title`."""
    found: dict[str, tuple[str, Path_]] = {}
    for name, values in FILES.items():
        for path in keys_of(values):
            found.setdefault(".".join(s for s in path if isinstance(s, str)), (name, path))
    return found


PLACES = each_once()


def there(values: Any, path: Path_) -> Any:
    for step in path:
        values = values[step]
    return values


def put(name: str, path: Path_, value: Any) -> dict[str, Any]:
    """The values of a file with another one in one place."""
    values = deepcopy(FILES[name])
    there(values, path[:-1])[path[-1]] = value
    return values


def made(values: dict[str, Any]) -> Protocol:
    return protocol_of(loader.checked(Layered(values, {(): Origin("it", 1)}), "it"))


def said(values: dict[str, Any]) -> set[tuple[str, str]]:
    """What is said of a file, by key; nothing of a protocol."""
    try:
        made(values)
    except ProtocolError as refused:
        return {(problem.key, problem.reason) for problem in refused.problems}
    return set()


def without(name: str, path: Path_) -> dict[str, Any]:
    """The values of a file without one key."""
    values = deepcopy(FILES[name])
    del there(values, path[:-1])[path[-1]]
    return values


@pytest.mark.parametrize("name", PLACES)
def test_a_file_without_one_key_is_either_a_protocol_or_told_what_is_missing(name: str) -> None:
    assert all(reason for _, reason in said(without(*PLACES[name])))


MUST = {
    "": "key nation pace review_by slot source stage title version",
    "slot": "id side tier title",
    "pace": "id name urgencies",
    "track": "id name",
    "stage": "id name phase",
    "stage.clock": "id on_expiry title waits_for",
    "stage.move": "do",
    "stage.gate": "by id",
    "stage.meeting": "chair convener id title",
    "move": "do",
    "cap": "id on_expiry stages title waits_for",
    "notice": "on",
    "form": "fields id on sides title version",
}


@pytest.mark.parametrize("kind", MUST)
def test_each_kind_of_table_must_say_so_much(kind: str) -> None:
    keys = {key: PLACES[name] for name in PLACES for where, _, key in [name.rpartition(".")] if where == kind}
    missing = {
        key
        for key, (file, path) in keys.items()
        if (".".join(map(str, path)), "is missing; add it") in said(without(file, path))
    }
    assert missing == set(MUST[kind].split())


LONGEST = {
    "version": 40,
    "title": 200,
    "source": 1000,
    "example": 500,
    "slot.title": 200,
    "pace.name": 200,
    "track.name": 200,
    "route.elsewhere": 200,
    "route.because": 500,
    "stage.name": 200,
    "stage.on_deadlock": 500,
    "stage.clock.title": 200,
    "stage.clock.in_words": 200,
    "stage.move.because": 500,
    "stage.meeting.title": 200,
    "notice.marking": 60,
    "form.title": 200,
    "form.fields.label": 200,
    "form.fields.hint": 300,
    "topics.staff": 200,
    "welsh.stage.review": 200,
}
EXTRA: dict[str, tuple[str, Path_]] = {
    "topics.staff": ("region", ("topics", "staff")),
    "welsh.stage.review": ("region", ("welsh", "stage.review")),
}


@pytest.mark.parametrize("name", LONGEST)
def test_words_are_so_long_at_most_and_never_empty(name: str) -> None:
    file, path = PLACES.get(name) or EXTRA[name]
    longest = LONGEST[name]
    at = (".".join(map(str, path)), f"write between 1 and {longest} characters")
    refused = {n for n in (0, 1, longest, longest + 1) if at in said(put(file, path, "w" * n))}
    assert refused == {0, longest + 1}


@pytest.fixture
def small() -> Protocol:
    """A file that leaves out what it can."""
    return made(deepcopy(FILES["base"]))


class TestWhatIsLeftOut:
    def test_of_a_slot_takes_nothing_for_granted(self, small: Protocol) -> None:
        slot = small.slots["manager"]
        assert (slot.line, slot.kind, slot.party, slot.neutral) == (None, None, 0, False)
        assert (slot.alternatives, slot.borrows, slot.when) == ((), {}, {})

    def test_of_a_track_or_a_route_is_that_it_is_walked_here(self, small: Protocol) -> None:
        track = small.tracks["direct"]
        assert (track.beside, track.elsewhere, track.because) == (False, None, "")
        assert track.entries == ("board",)
        assert (small.routes[-1].when, small.routes[-1].reason) == ({}, Reason.OTHER_PROCEDURE)

    def test_of_a_stage_is_that_it_is_formal_and_decides(self, small: Protocol) -> None:
        stage = small.stages["review"]
        assert (stage.formal, stage.authority, stage.closes) == (True, Authority.DECIDES, Closer.BOTH)
        assert (stage.outcomes, stage.gates, stage.meetings, stage.on_deadlock) == ((), {}, (), None)

    def test_of_a_clock_is_that_nobody_may_move_it(self, small: Protocol) -> None:
        clock = small.stages["review"].clocks[0]
        assert (clock.protective, clock.negotiable, clock.at_most) == (False, False, None)
        assert (clock.reminders, clock.hold_for, clock.in_words, clock.calendar) == ({}, (), None, None)

    def test_of_a_cap_is_so_too(self) -> None:
        clock = made(deepcopy(FILES["everything"])).caps["cap:whole"].clock
        assert (clock.id, clock.protective, clock.negotiable) == ("cap:whole", False, False)

    def test_of_a_notice_is_that_it_is_for_every_stage_and_nobody_is_forewarned(self) -> None:
        region = made(deepcopy(FILES["region"]))
        first, second = region.notices
        assert (first.stages, first.marking, first.forewarn) == (frozenset(region.stages), "", False)
        assert (second.stages, second.forewarn) == ({"review", "board"}, True)

    def test_of_a_field_is_that_it_is_required_of_each_side_and_read_by_everybody(self) -> None:
        form = made(deepcopy(FILES["region"])).forms[0]
        sides = (Side.RAISING, Side.CHALLENGED)
        assert form.fields == (
            FormField("1", "What was found", "", True, sides, Readers.EVERYBODY),
            FormField("2", "What it means", "In short.", True, sides, Readers.EVERYBODY),
        )

    def test_of_the_subjects_is_that_it_is_about_children_and_adults(self) -> None:
        values = deepcopy(FILES["base"])
        del values["subjects"]
        assert made(values).subjects == (Subject.CHILD, Subject.ADULT)

    def test_of_the_phases_of_a_move_is_each_in_which_something_may_be_done(self, small: Protocol) -> None:
        doing = {stage.phase for stage in small.stages.values() if stage.move(Trigger.WITHDRAW)}
        assert doing == {Phase.MANAGER, Phase.ARBITRATION}


class TestWhatIsSaid:
    def test_of_a_slot_says_whose_it_is(self) -> None:
        slots = made(deepcopy(FILES["region"])).slots
        whose = {
            name: (slots[name].party, slots[name].kind) for name in ("manager", "other", "third", "expert")
        }
        assert whose == {
            "manager": (0, None),
            "other": (1, None),
            "third": (2, None),
            "expert": (0, "hospital"),
        }
        assert [name for name, slot in slots.items() if slot.also] == ["other", "third"]

    def test_stands_in_the_order_in_which_people_look_for_it(self) -> None:
        region = made(deepcopy(FILES["region"]))
        assert [day.isoformat() for day in region.sittings] == ["2026-12-01", "2027-01-12"]
        assert list(region.stages["review"].clocks[0].reminders) == ["standard", "urgent"]

    def test_at_a_place_is_known_with_its_keys(self) -> None:
        assert keys_at(("stage", 0, "gate", 1)) == ["by", "id"]
        assert keys_at(("form", 0, "fields", 0)) == ["hint", "id", "label", "readers", "required", "sides"]
        assert "from" in keys_at(("stage", 0, "clock", 0))
        assert keys_at(()) == keys_at(("review_by",))
