"""The project's own files, read as text and as syntax trees, for the tests of how the house is kept."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("workflows", "notifications", "escalation")
_NOT_OURS = {"instance", "build", "__pycache__", "pictures", "vendor", "node_modules"}


def files() -> Iterator[Path]:
    """Every file that belongs to the project, by name."""
    return _below(ROOT)


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not _passed_over(path.name):
                yield from _below(path)
        elif path.suffix not in (".pyc", ".db") and path.name != ".git":
            yield path


def _passed_over(name: str) -> bool:
    return name in _NOT_OURS or name.endswith(".egg-info") or (name.startswith(".") and name != ".ci")


def modules(*folders: str) -> list[Path]:
    """The Python files of the folders, seen from the root."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if not _NOT_OURS & set(path.relative_to(ROOT).parts)]


def name(path: Path) -> str:
    """A file's path from the root, as it is written in a message."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> set[str]:
    """The dotted name of everything that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def mentions(path: Path) -> Iterator[tuple[str, int]]:
    """Each dotted name that a module uses, with its line; names are followed through their imports, so
    that `from datetime import datetime as when; when.now()` is a mention of datetime.datetime.now."""
    meaning = _meanings(tree(path))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute | ast.Name) and (dotted := _dotted(node, meaning)):
            yield dotted, node.lineno


def _meanings(module: ast.Module) -> dict[str, str]:
    meaning: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            meaning |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            meaning |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return meaning


def _dotted(node: ast.expr, meaning: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return meaning.get(node.id)
    if isinstance(node, ast.Attribute) and (owner := _dotted(node.value, meaning)):
        return f"{owner}.{node.attr}"
    return None
