"""Layers: a regional base, a board's overlay, an agency's overlay, and from where each line comes.

An overlay names its base with `extends` and says only what differs. Tables replace key by key, lists of
tables are merged by id, routes and notices are replaced as a whole, and `without` takes things out.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.positions import Path, lines_of, nearest

Read = Callable[[str], str]
"""The text of a base, by its name without ending. Raises LookupError when there is none."""
_LAYER = re.compile(r"^#=== layer (?P<name>\S+)\n", re.MULTILINE)
_KEYED = {"slot", "pace", "track", "stage", "clock", "gate", "meeting", "cap", "form"}
_WHOLE = ("budgets", "reminders", "when", "borrows")
"""Tables that are replaced as a whole: what is left out of them means something."""
_OTHER = {"budget": "budgets", "budgets": "budget", "reminder": "reminders", "reminders": "reminder"}
"""Two ways to say the same: what the overlay says takes the place of both."""
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something stands: the file's name and the line, from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Layered:
    """The values of all layers put together, and where each of them stands."""

    values: dict[str, Any]
    where: Mapping[Path, Origin] = field(default_factory=dict)

    def origin(self, path: Path) -> Origin:
        """Where this, or the closest thing around it, stands."""
        while path not in self.where:
            path = path[:-1]
        return self.where[path]


class LayerError(Exception):
    """A layer that cannot be put together: where, which key, and why."""

    def __init__(self, origin: Origin, key: str, reason: str) -> None:
        self.origin, self.key, self.reason = origin, key, reason
        super().__init__(f"{origin.file}, line {origin.line}: {key}: {reason}")


def bundle(name: str, text: str, read: Read) -> str:
    """A file with all the layers below it, as one text that needs no other file."""
    parts, seen, asking = [text], {name}, name
    while base := _base_of(_parsed(asking, text)):
        at = Origin(asking, nearest(lines_of(text), ("extends",)))
        if base in seen or len(parts) > _DEEPEST:
            raise LayerError(at, "extends", f"{base!r} extends itself, or too many layers")
        seen.add(base)
        try:
            text = read(base)
        except LookupError as error:
            raise LayerError(at, "extends", f"there is no file '{base}.toml' beside it") from error
        asking = base
        parts.append(f"#=== layer {base}\n{text}")
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def put_together(name: str, text: str) -> Layered:
    """The layers of a bundled text, the lowest first. Raises LayerError."""
    parts = list(_parts(name, text))
    layered = _alone(*parts[-1])
    for file, part in reversed(parts[:-1]):
        layered = _over(layered, _alone(file, part))
    base = _base_of(layered.values)
    if base:
        raise LayerError(
            layered.origin(("extends",)), "extends", f"there is no file {base!r} beside this one"
        )
    return layered


def _parts(name: str, text: str) -> Iterator[tuple[str, str]]:
    split = _LAYER.split(text)
    yield name, split[0]
    yield from zip(split[1::2], split[2::2], strict=True)


def _base_of(values: Mapping[str, Any]) -> str:
    return str(values.get("extends", ""))


def _alone(file: str, text: str) -> Layered:
    values = _parsed(file, text)
    lines = lines_of(text)
    where = {path: Origin(file, nearest(lines, path)) for path in lines}
    return Layered(values, where)


def _parsed(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _line_of(error, text)
        raise LayerError(Origin(file, line), "", f"not TOML: {error}{_remedy(text, line)}") from error


def _remedy(text: str, number: int) -> str:
    """What usually helps: word processors make curly marks, and a word without any is no value."""
    # A text that ends too soon is refused at its end, after the last line.
    line = "".join(text.splitlines()[number - 1 : number])
    if any(mark in line for mark in "“”‘’„"):
        return '. Use straight quotation marks (") instead of curly ones'
    value = line.partition("=")[2].strip()
    return '. Words stand between quotation marks, as in side = "raising"' if value[:1].isalpha() else ""


def _line_of(error: tomllib.TOMLDecodeError, text: str) -> int:
    for quotes in ('"""', "'''"):
        # A long text that is never closed is told where it begins, not where the file ends.
        if text.count(quotes) % 2:
            return text[: text.rindex(quotes)].count("\n") + 1
    line = str(error).rpartition("(at line ")[2].partition(",")[0]
    return int(line) if line.isdigit() else text.count("\n") + 1


def _over(base: Layered, overlay: Layered) -> Layered:
    values = {k: v for k, v in overlay.values.items() if k not in ("extends", "without")}
    where: dict[Path, Origin] = {(): overlay.origin(())}
    kept = base
    outs = overlay.values.get("without", [])
    if not isinstance(outs, list):
        raise LayerError(overlay.origin(("without",)), "without", "is a list; write ['stage.4']")
    for index, taken in enumerate(outs):
        kept = _taken_out(kept, str(taken), overlay.origin(("without", index)))
    return Layered(_merged(kept, overlay, kept.values, values, (), (), (), where), where)


def _merged(
    base: Layered,
    overlay: Layered,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    at_old: Path,
    at_new: Path,
    at: Path,
    where: dict[Path, Origin],
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    replaced = {_OTHER[key] for key in new if key in _OTHER}
    for key in [*(k for k in old if k not in replaced), *(k for k in new if k not in old)]:
        here = (*at, key)
        if key not in new:
            result[key] = _copied(base, old[key], (*at_old, key), here, where)
        elif key in _lists(old) and _name_of(key) and isinstance(new[key], list):
            result[key] = _merged_list(base, overlay, old[key], new[key], key, at_old, at_new, at, where)
        elif isinstance(old.get(key), dict) and isinstance(new[key], dict) and key not in _WHOLE:
            where[here] = overlay.origin((*at_new, key))
            result[key] = _merged(
                base, overlay, old[key], new[key], (*at_old, key), (*at_new, key), here, where
            )
        else:
            result[key] = _copied(overlay, new[key], (*at_new, key), here, where)
    return result


def _lists(values: Mapping[str, Any]) -> set[str]:
    return {k for k, v in values.items() if isinstance(v, list) and all(isinstance(i, dict) for i in v)}


def _name_of(key: str) -> str | None:
    """By which of its keys the entries of a list are known, or None when the list is replaced whole."""
    return "do" if key == "move" else "id" if key in _KEYED else None


def _merged_list(
    base: Layered,
    overlay: Layered,
    old: list[dict[str, Any]],
    new: list[dict[str, Any]],
    key: str,
    at_old: Path,
    at_new: Path,
    at: Path,
    where: dict[Path, Origin],
) -> list[Any]:
    name = _name_of(key) or "id"
    by_name = {entry.get(name): index for index, entry in enumerate(new)}
    result: list[Any] = []
    for index, entry in enumerate(old):
        here, from_old = (*at, key, len(result)), (*at_old, key, index)
        other = by_name.pop(entry.get(name), None)
        if other is None:
            result.append(_copied(base, entry, from_old, here, where))
        else:
            where[here] = overlay.origin((*at_new, key, other))
            result.append(
                _merged(base, overlay, entry, new[other], from_old, (*at_new, key, other), here, where)
            )
    for index in by_name.values():
        here = (*at, key, len(result))
        result.append(_copied(overlay, new[index], (*at_new, key, index), here, where))
    return result


def _copied(source: Layered, value: Any, at_source: Path, at: Path, where: dict[Path, Origin]) -> Any:
    where[at] = source.origin(at_source)
    if isinstance(value, dict):
        return {k: _copied(source, v, (*at_source, k), (*at, k), where) for k, v in value.items()}
    if isinstance(value, list):
        return [_copied(source, v, (*at_source, i), (*at, i), where) for i, v in enumerate(value)]
    return value


def _taken_out(base: Layered, name: str, origin: Origin) -> Layered:
    """The base without one thing: `example`, `stage.4`, `stage.1.clock.reply`.

    Without a track its stages and the routes to it go as well.
    """
    steps = name.split(".")
    if not _is_there(base.values, steps):
        raise LayerError(origin, "without", f"the base has no {name!r}")
    where: dict[Path, Origin] = {(): base.origin(())}
    return Layered(_without(base, base.values, steps, (), (), where), where)


def _is_there(values: Mapping[str, Any], steps: Sequence[str]) -> bool:
    kind, rest = steps[0], steps[1:]
    if not rest:
        return kind in values and kind not in _lists(values)
    entry = _named(values.get(kind), rest)
    return entry is not None and (entry[1] == len(rest) or _is_there(entry[0], rest[entry[1] :]))


def _named(entries: Any, steps: Sequence[str]) -> tuple[dict[str, Any], int] | None:
    """The entry of a list that the first steps name, and how many they are: an id may hold dots."""
    for length in range(len(steps), 0, -1):
        name = ".".join(steps[:length])
        for entry in entries if isinstance(entries, list) else ():
            if name in (entry.get("id"), entry.get("do")):
                return entry, length
    return None


def _without(
    base: Layered,
    values: Mapping[str, Any],
    steps: Sequence[str],
    at_base: Path,
    at: Path,
    where: dict[Path, Origin],
) -> dict[str, Any]:
    """The values, copied but for what the steps lead to."""
    result: dict[str, Any] = {}
    kind, rest = steps[0], steps[1:]
    for key, value in values.items():
        here, there = (*at, key), (*at_base, key)
        where[here] = base.origin(there)
        if key in _lists(values):
            result[key] = list(_entries(base, value, key, kind, rest, there, here, where))
        elif key != kind or rest:
            result[key] = _copied(base, value, there, here, where)
    return result


def _entries(
    base: Layered,
    entries: list[dict[str, Any]],
    key: str,
    kind: str,
    rest: Sequence[str],
    there: Path,
    here: Path,
    where: dict[Path, Origin],
) -> Iterator[dict[str, Any]]:
    found = _named(entries, rest) if key == kind and rest else None
    number = 0
    for index, entry in enumerate(entries):
        whole = found is not None and entry is found[0] and found[1] == len(rest)
        if whole or _of_track(key, entry, kind, rest):
            continue
        at = (*here, number)
        where[at] = base.origin((*there, index))
        if found is not None and entry is found[0]:
            yield _without(base, entry, rest[found[1] :], (*there, index), at, where)
        else:
            yield _copied(base, entry, (*there, index), at, where)
        number += 1


def _of_track(key: str, entry: Mapping[str, Any], kind: str, rest: Sequence[str]) -> bool:
    names = {"stage": "track", "route": "to"}.get(key)
    return kind == "track" and names is not None and entry.get(names) == ".".join(rest)
