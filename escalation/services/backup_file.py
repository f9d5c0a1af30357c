"""The file of a backup: a zip with the rows or the database, and a manifest that says what must be in it.

    data/<table>     PostgreSQL: the rows of one table, as COPY writes them
    data/database    SQLite: the whole database, as VACUUM INTO writes it
    manifest.json    which version, which state, how many rows a table, and the SHA-256 of every part

It is written beside its place, read again from the disk, and only then given its name: a file that has
the name of a backup is one.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from escalation.errors import EscalationError

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_SMALL = 10 * _CHUNK


class NoBackup(EscalationError):
    """The file cannot be restored; the text says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the file: how long it is, and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the backup: its columns in the order of its rows, and how many rows."""

    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. `taken_at` is the service's time, in UTC; `kind` the database's."""

    kind: str
    service_version: str
    migration_head: str
    epoch: int
    taken_at: datetime
    tables: Mapping[str, Table]
    parts: Mapping[str, Part] = field(default_factory=dict)
    format: int = FORMAT

    def written(self) -> str:
        """As JSON, for people too."""
        return json.dumps(asdict(self) | {"taken_at": self.taken_at.isoformat()}, indent=1, sort_keys=True)


class Writing:
    """A backup while it is written: parts go in one after another."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.parts: dict[str, Part] = {}

    @contextmanager
    def part(self, name: str) -> Iterator["Measured"]:
        """A part to be written to; its length and hash are kept for the manifest."""
        with self._archive.open(f"data/{name}", "w", force_zip64=True) as target:
            measured = Measured(target)
            yield measured
        self.parts[name] = measured.part

    def finish(self, manifest: str) -> None:
        """The manifest goes last: a file that was cut off has none."""
        self._archive.writestr(MANIFEST, manifest)


class Measured:
    """A file that measures what goes through it."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target, self._hash, self._size = target, hashlib.sha256(), 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Writes on."""
        self._target.write(data)
        self._hash.update(data)
        self._size += len(data)

    @property
    def part(self) -> Part:
        """What went through so far."""
        return Part(self._size, self._hash.hexdigest())


@contextmanager
def writing(target: Path) -> Iterator[Writing]:
    """A backup that has its name only when it is whole, and can be read by its owner alone.

    Raises NoBackup when there is a file already, or when what was written cannot be read again.
    """
    if target.exists():
        raise NoBackup(f"{target} is there already: a backup writes over nothing")
    if not target.parent.is_dir():
        raise NoBackup(f"there is no folder {target.parent}")
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with (
            os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "r+b") as file,
        ):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                yield Writing(archive)
            file.flush()
            os.fsync(file.fileno())
        with reading(unfinished):
            pass
        unfinished.rename(target)
        _keep_name(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """The new name is on the disk as well, not in memory alone."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Reading:
    """A backup whose every part was read and found as the manifest says."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive, self.manifest = archive, manifest

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, a piece at a time."""
        with self._archive.open(f"data/{name}") as part:
            while chunk := part.read(_CHUNK):
                yield chunk


@contextmanager
def reading(source: Path) -> Iterator[Reading]:
    """A backup, read to its end and compared with its manifest first. Raises NoBackup."""
    with source.open("rb") as file, _opened(file) as archive:
        manifest = _manifest(archive)
        whole = Reading(archive, manifest)
        _compare(archive, whole)
        yield whole


@contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise NoBackup("this is no backup, or its end is missing") from error
    with archive:
        yield archive


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        if archive.getinfo(MANIFEST).file_size > _SMALL:
            raise NoBackup("its manifest is too long to be one")
        told: dict[str, Any] = json.loads(archive.read(MANIFEST))
        if told["format"] != FORMAT:
            raise NoBackup(f"it is written in form {told['format']!r}, and this version reads form {FORMAT}")
        tables = {n: Table(tuple(t["columns"]), int(t["rows"])) for n, t in told["tables"].items()}
        parts = {n: Part(int(p["size"]), str(p["sha256"])) for n, p in told["parts"].items()}
        taken_at = datetime.fromisoformat(told["taken_at"])
        return Manifest(**(told | {"tables": tables, "parts": parts, "taken_at": taken_at}))
    except _UNREADABLE as error:
        raise NoBackup("its manifest is missing or cannot be read") from error


_UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error, EOFError)


def _compare(archive: zipfile.ZipFile, whole: Reading) -> None:
    parts = whole.manifest.parts
    found = {name.removeprefix("data/") for name in archive.namelist() if name != MANIFEST}
    if found != set(parts):
        raise NoBackup("its parts are not those that its manifest names")
    for name, promised in parts.items():
        if _part(whole, name) != promised:
            raise NoBackup(f"its part {name!r} is not what was written: the file is damaged")


def _part(whole: Reading, name: str) -> Part | None:
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in whole.chunks(name):
            digest.update(chunk)
            size += len(chunk)
    # zipfile says the last two of a part that is packed or locked in a way it does not know.
    except (*_UNREADABLE, OSError, NotImplementedError, RuntimeError):
        return None
    return Part(size, digest.hexdigest())


def sha256_of(file: Path) -> str:
    """The SHA-256 of a whole file, as an operator would write it down."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
