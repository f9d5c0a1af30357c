"""Where each key of a TOML text stands, so that a mistake can be shown with its line.

A small scanner for the forms that protocol files use: tables, arrays of tables, keys with a value that
may run over several lines. The standard library parses; this only finds lines.
"""

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]

_TABLE = re.compile(r"^\[(?P<array>\[)?\s*(?P<name>[^\]]+?)\s*\]")
_KEY = re.compile(r"""^(?P<key>[A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*(?:=|\.)""")
_LONG = ('"""', "'''")


def lines_of(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every table and key, by its path as in the parsed value."""
    lines: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    here: Path = ()
    open_text = ""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        inside, open_text = open_text, _text_after(line, open_text)
        if inside:
            continue
        if table := _TABLE.match(line):
            here = _enter(
                tuple(part.strip() for part in table["name"].split(".")), bool(table["array"]), counts
            )
            lines.setdefault(here, number)
            if table["array"]:
                lines.setdefault(here[:-1], number)
        elif key := _KEY.match(line):
            lines.setdefault((*here, key["key"].strip("\"'")), number)
    return lines


def _text_after(line: str, open_text: str) -> str:
    """Which quotes of a text over several lines are still open after this line; empty: none."""
    for quotes in (open_text,) if open_text else _LONG:
        if line.count(quotes) % 2:
            return "" if open_text else quotes
    return open_text


def _enter(names: tuple[str, ...], array: bool, counts: dict[Path, int]) -> Path:
    """The path of a table header: the last element of each array of tables on the way."""
    path: Path = ()
    for depth, name in enumerate(names, start=1):
        path = (*path, name)
        last = depth == len(names)
        if last and array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def nearest(lines: Mapping[Path, int], path: Path) -> int:
    """The line of `path`, or of the closest thing around it."""
    while path not in lines:
        path = path[:-1]
    return lines[path]
