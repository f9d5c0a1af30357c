"""What every test's app would make anew and is the same each time: its routes, the SQL of its statements, and the
description of its interface for machines.

A test has an app and a database of its own. Without this, a third of its time goes into making them.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_smorest import Blueprint
from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_builders: dict[tuple[object, ...], Callable[..., Any]] = {}
_statements: LRUCache[Any, Any] = LRUCache(2_000)
_described: dict[str, Any] = {}
_describe = Blueprint.register_views_in_doc


class _Route(Rule):
    """A route whose builder of addresses is taken from the app before, which had the same."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        defaults = tuple(sorted((self.defaults or {}).items()))
        key = (self.rule, self.subdomain, self.host, defaults, append_unknown)
        if key not in _builders:
            _builders[key] = super()._compile_builder(append_unknown)
        return _builders[key]


def share() -> None:
    """From here on the apps of this process share all three."""
    Flask.url_rule_class = _Route
    # A statement is looked up by its dialect as well: those of one kind are the same here. Every engine makes
    # its own dialect and takes none, so the class itself is changed, which types forbid.
    Dialect.__hash__ = _hash  # type: ignore[method-assign, assignment]
    Dialect.__eq__ = _same  # type: ignore[method-assign, assignment]
    event.listen(Engine, "engine_connect", _with_statements)
    Blueprint.register_views_in_doc = _described_once


def _hash(dialect: Dialect) -> int:
    return hash(type(dialect))


def _same(dialect: Dialect, other: object) -> bool:
    return type(dialect) is type(other)


def _with_statements(connection: Any) -> None:
    connection.execution_options(compiled_cache=_statements)


def _described_once(blueprint: Any, api: Any, app: Flask, spec: Any, *, name: str, parameters: Any) -> None:
    if name not in _described:
        _describe(blueprint, api, app, spec, name=name, parameters=parameters)
        _described[name] = spec
    spec._paths, spec.components = _described[name]._paths, _described[name].components
