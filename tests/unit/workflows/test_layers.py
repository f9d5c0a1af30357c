"""A layer says only what differs: what it replaces, what it takes out, and from which file and line all comes."""

from collections.abc import Callable

import pytest

from workflows.layers import Layered, LayerError, bundle, put_together

BASE = """key = "base"
example = "Not real."
words = { stage = "step", lead = "adviser" }

[[slot]]
id = "raiser"
title = "Raiser"

[[slot]]
id = "chair"
title = "Chair"

[[track]]
id = "main"

[[track]]
id = "side"

[[route]]
to = "side"

[[route]]
to = "main"

[[stage]]
id = "1.a"
track = "main"
seats = ["raiser"]
[[stage.clock]]
id = "reply"
budgets = { slow = "5 working_days", fast = "1 working_days" }
reminder = "1 hours"
[[stage.clock]]
id = "view"
budget = "1 hours"
[[stage.move]]
do = "escalate"
by = ["raiser"]
to = "2"

[[stage]]
id = "2"
track = "side"

[[notice]]
on = "entered"
"""


def over(layer: str, base: str = BASE) -> Layered:
    """A layer laid over the base."""
    return put_together("area", bundle("area", f'extends = "base"\n{layer}', lambda _: base))


def ids(layered: Layered, kind: str) -> list[str]:
    return [entry["id"] for entry in layered.values[kind]]


class TestALayer:
    def test_that_says_nothing_changes_nothing_and_every_line_is_the_bases(self) -> None:
        same = over("")
        assert same.values == put_together("base", BASE).values
        assert (same.origin(("slot", 1, "title")).file, same.origin(("slot", 1, "title")).line) == (
            "base",
            11,
        )
        assert (same.origin(()).file, same.origin(()).line) == ("area", 1)

    def test_replaces_key_by_key_and_keeps_the_rest_in_its_place(self) -> None:
        put = over(
            'version = "2"\nwords = { lead = "lead doctor" }\n[[slot]]\nid = "raiser"\ntitle = "Whoever"\n'
        )
        assert put.values["slot"] == [{"id": "raiser", "title": "Whoever"}, {"id": "chair", "title": "Chair"}]
        assert put.values["words"] == {"stage": "step", "lead": "lead doctor"}
        assert (put.values["key"], put.values["version"]) == ("base", "2")
        assert [str(put.origin(("slot", 0, key)).file) for key in ("id", "title")] == ["area", "area"]
        assert (put.origin(("slot", 0, "title")).line, put.origin(("slot", 1)).file) == (6, "base")

    def test_adds_what_is_new_at_the_end(self) -> None:
        put = over('[[slot]]\nid = "lead"\n[[stage]]\nid = "2"\n[[stage.clock]]\nid = "late"\n')
        assert ids(put, "slot") == ["raiser", "chair", "lead"]
        assert put.values["stage"][1]["clock"] == [{"id": "late"}]
        assert (put.origin(("slot", 2)).file, put.origin(("slot", 2)).line) == ("area", 2)

    def test_knows_moves_by_what_is_done(self) -> None:
        put = over(
            '[[stage]]\nid = "1.a"\n[[stage.move]]\ndo = "escalate"\nto = "x"\n[[stage.move]]\ndo = "skip"\n'
        )
        assert put.values["stage"][0]["move"] == [
            {"do": "escalate", "by": ["raiser"], "to": "x"},
            {"do": "skip"},
        ]

    def test_replaces_routes_notices_and_lengths_of_time_as_a_whole(self) -> None:
        put = over(
            '[[route]]\nto = "main"\n[[notice]]\non = "closed"\n'
            '[[stage]]\nid = "1.a"\n[[stage.clock]]\nid = "reply"\nbudgets = { slow = "9 hours" }\n'
        )
        assert put.values["route"] == [{"to": "main"}]
        assert put.values["notice"] == [{"on": "closed"}]
        assert put.values["stage"][0]["clock"][0]["budgets"] == {"slow": "9 hours"}

    @pytest.mark.parametrize(
        ("clock", "said", "gone"),
        [
            ("reply", 'budget = "9 hours"', "budgets"),
            ("view", 'budgets = { slow = "9 hours" }', "budget"),
            ("reply", 'reminders = { slow = "9 hours" }', "reminder"),
        ],
    )
    def test_may_say_a_time_in_the_other_way(self, clock: str, said: str, gone: str) -> None:
        put = over(f'[[stage]]\nid = "1.a"\n[[stage.clock]]\nid = "{clock}"\n{said}\n')
        clocks = {found["id"]: found for found in put.values["stage"][0]["clock"]}
        assert gone not in clocks[clock]
        assert said.split()[0] in clocks[clock]


class TestWhatIsTakenOut:
    @pytest.mark.parametrize(
        ("name", "left"),
        [
            ("example", lambda put: "example" not in put.values),
            ("slot.chair", lambda put: ids(put, "slot") == ["raiser"]),
            ("stage.1.a", lambda put: ids(put, "stage") == ["2"]),
            (
                "stage.1.a.clock.view",
                lambda put: [c["id"] for c in put.values["stage"][0]["clock"]] == ["reply"],
            ),
            ("stage.1.a.move.escalate", lambda put: put.values["stage"][0]["move"] == []),
            ("stage.1.a.seats", lambda put: "seats" not in put.values["stage"][0]),
        ],
    )
    def test_is_gone_and_nothing_else(self, name: str, left: Callable[[Layered], bool]) -> None:
        put = over(f'without = ["{name}"]\n')
        assert left(put)
        assert put.values["track"] == [{"id": "main"}, {"id": "side"}]
        assert "without" not in put.values
        assert put.origin(("slot", 0)).line == 5

    def test_with_a_track_are_its_stages_and_the_routes_to_it(self) -> None:
        put = over('without = ["track.side"]\n')
        assert (ids(put, "track"), ids(put, "stage"), put.values["route"]) == (
            ["main"],
            ["1.a"],
            [{"to": "main"}],
        )
        assert put.origin(("route", 0)).line == 22  # the second one of the base, which is now the first

    def test_may_be_said_anew(self) -> None:
        put = over('without = ["slot.chair"]\n[[slot]]\nid = "chair"\n')
        assert put.values["slot"][1] == {"id": "chair"}

    @pytest.mark.parametrize(
        "name", ["stage.9", "stage.1.a.clock.x", "slot", "nothing", "example.x", "stage.1"]
    )
    def test_is_something_that_is_there(self, name: str) -> None:
        with pytest.raises(LayerError, match=rf"^area, line 3: without: the base has no '{name}'"):
            over(f'version = "2"\nwithout = ["{name}"]\n')

    def test_stands_in_a_list(self) -> None:
        with pytest.raises(LayerError, match=r"area, line 2: without: is a list"):
            over('without = "slot.chair"\n')


class TestTooManyLayers:
    def bundled(self, bases: int) -> str:
        def read(name: str) -> str:
            return f'extends = "{int(name) + 1}"\n' if int(name) < bases else "title = 'lowest'\n"

        return bundle("area", 'extends = "1"\n', read)

    def test_are_more_than_five_below_a_file(self) -> None:
        assert put_together("area", self.bundled(5)).values == {"title": "lowest"}
        with pytest.raises(LayerError, match="5, line 1: extends: '6' extends itself, or too many layers"):
            self.bundled(6)

    def test_are_two_that_extend_each_other(self) -> None:
        with pytest.raises(LayerError, match="base, line 2: extends: 'area' extends itself"):
            bundle("area", 'extends = "base"\n', lambda _: '\nextends = "area"\n')

    def test_are_one_that_is_not_there(self) -> None:
        def nothing(name: str) -> str:
            raise LookupError(name)

        with pytest.raises(
            LayerError, match=r"area, line 1: extends: there is no file 'base\.toml' beside it"
        ):
            bundle("area", 'extends = "base"\n', nothing)
        with pytest.raises(
            LayerError, match="area, line 1: extends: there is no file 'base' beside this one"
        ):
            put_together("area", 'extends = "base"\n')


class TestAFileThatIsNotToml:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ('a = """\none\n"""\nb = \n', 4),  # a long text above it is closed
            ("a = '''\none\n'''\nb = '''\ntwo\n'''\nc = x\n", 7),
            ('a = 1\nb = """\nnever closed\n', 2),
            ("a = 1\nb = '''\nnever closed\n", 2),
            ('a = """\none\n"""\nb = """\nnever closed\n', 4),
            ("a = [1,\n\n", 3),
        ],
    )
    def test_is_refused_where_a_person_would_look(self, text: str, line: int) -> None:
        with pytest.raises(LayerError, match=rf"^it, line {line}: : not TOML"):
            put_together("it", text)
