"""What every test's app would make anew and is the same each time: its routes, its templates, the SQL of its
statements, and the description of its interface for machines.

A test has an app and a database of its own. Without this, a third of its time goes into making them.
"""

from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_routes: dict[tuple[object, ...], "_Route"] = {}
_builders: dict[tuple[object, ...], Callable[..., Any]] = {}
_templates: dict[tuple[str, str], CodeType] = {}
_statements: LRUCache[Any, Any] = LRUCache(2_000)
_described: dict[str, Any] = {}
_describe = Blueprint.register_views_in_doc
_describe_errors = Api._register_responses


class _Route(Rule):
    """A route that is read as that of the app before, which had the same."""

    def compile(self) -> None:
        known = _routes.setdefault(self._same(), self)
        if known is self:
            super().compile()
            return
        self._parts, self._trace, self._converters = known._parts, known._trace, known._converters
        self.arguments |= known.arguments
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        key = (*self._same(), append_unknown)
        if key not in _builders:
            _builders[key] = super()._compile_builder(append_unknown)
        return _builders[key]

    def _same(self) -> tuple[object, ...]:
        slashes = (self.strict_slashes, self.merge_slashes)
        defaults = tuple(sorted((self.defaults or {}).items()))
        return (self.rule, self.subdomain, self.host, self.websocket, *slashes, defaults)


class _Templates(FileSystemBytecodeCache):
    """Templates that the processes of a run translate once, and each of them reads once."""

    def load_bytecode(self, bucket: Bucket) -> None:
        known = (bucket.key, bucket.checksum)
        if known not in _templates:
            super().load_bytecode(bucket)
            if bucket.code is not None:
                _templates[known] = bucket.code
        bucket.code = _templates.get(known)


def share(translated: Path) -> None:
    """From here on the apps of this process share all of them, and with other processes what is `translated`."""
    Flask.url_rule_class = _Route
    Flask.jinja_options = {"bytecode_cache": _Templates(str(translated))}
    # A statement is looked up by its dialect as well: those of one kind are the same here. Every engine makes
    # its own dialect and takes none, so the class itself is changed, which types forbid.
    Dialect.__hash__ = _hash  # type: ignore[method-assign, assignment]
    Dialect.__eq__ = _same  # type: ignore[method-assign, assignment]
    event.listen(Engine, "engine_connect", _with_statements)
    Blueprint.register_views_in_doc = _described_once
    Api._register_responses = _errors_described_once


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


def _errors_described_once(api: Any) -> None:
    if not _described:
        _describe_errors(api)
