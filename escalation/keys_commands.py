"""`escalation keys`: the keys of what people write, made, looked at and put in place of old ones."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import click
from flask import current_app

from escalation import key_sources
from escalation.app import create_app
from escalation.config import Settings, from_environment
from escalation.database_commands import as_is, as_owner
from escalation.errors import ConfigurationError
from escalation.extensions import db
from escalation.security import factor_secrets
from escalation.services import factor_binding, key_rotation, keys_here, sealing_existing

_FILE = click.Path(dir_okay=False, path_type=Path)
_CHUNK = click.option(
    "--chunk", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Rows of one transaction."
)


@contextmanager
def _installation(who: Callable[[Settings], Settings] = as_is) -> Iterator[None]:
    with create_app(who(from_environment())).app_context():
        try:
            yield
        finally:
            db.engine.dispose()


@click.group()
def keys() -> None:
    """The keys with which is sealed what people write."""


@keys.command()
@click.argument("file", type=_FILE, required=False)
@click.option("--partnerships", is_flag=True, help="A new key for each partnership, in the database.")
def new(file: Path | None, *, partnerships: bool) -> None:
    """Make a new key: in FILE, which is made or gets one more version, or for each partnership.

    FILE needs no database and no settings. Keep a copy of it apart from the backups: without it nobody can
    ever read what was sealed with it.
    """
    if partnerships == (file is not None):
        raise click.UsageError("name a FILE, or --partnerships")
    if file is not None:
        _in_file(file)
        return
    with _installation():
        click.echo(f"{key_rotation.renew_partnerships()} partnerships have a new key; now `keys rewrap`")


def _in_file(file: Path) -> None:
    try:
        version = key_sources.add_to(file)
    except (key_sources.NoKeys, OSError) as error:
        raise ConfigurationError(f"no key was made: {error}") from error
    click.echo(f"{file}: a key of version {version}. Keep a copy, apart from the backups of the database.")
    if version > 1:
        click.echo(
            "Give the file to every process and start each anew; then `keys rewrap` and `keys finish`."
        )


@keys.command()
def status() -> None:
    """Which keys are in use, how often, and what is not sealed yet."""
    with _installation():
        found = keys_here.look()
    click.echo(
        f"keys at the top: {', '.join(map(str, found.known))}; what is new is wrapped with {found.newest}"
    )
    for version, count in sorted(found.tops.items()):
        click.echo(f"  version {version} wraps {count} keys of partnerships")
    for (partnership, version), count in sorted(found.partnerships.items()):
        click.echo(f"  partnership {partnership}, version {version}, wraps {count} keys of cases")
    click.echo(f"keys of cases destroyed: {found.destroyed}")
    click.echo("\n".join(_open_words(found)))


def _open_words(found: keys_here.KeysHere) -> list[str]:
    if found.all_sealed:
        return ["everything is sealed, and nothing else is believed"]
    some = [f"not sealed in {t}: {_counted(n)}" for t, n in sorted(found.still_open.items()) if n]
    return [*(some or ["nothing stands open"]), "open texts are believed until `keys finish`"]


def _counted(count: int) -> str:
    return f"{count} or more" if count >= keys_here.ENOUGH else str(count)


@keys.command(name="seal-existing")
@_CHUNK
def seal_existing(chunk: int) -> None:
    """Seal what was written before anything was sealed. The service may run; broken off, call it again.

    On PostgreSQL as the owner of the tables (ESCALATION_MIGRATION_URL).
    """
    with _installation(as_owner):
        settings: Settings = current_app.config["ESCALATION"]
        factors = factor_binding.bind(
            factor_secrets.keys_of(settings), factor_secrets.opener_of_before(settings), chunk
        )
        _say("sealed", chain(sealing_existing.seal(chunk), factors))


@keys.command()
@_CHUNK
def rewrap(chunk: int) -> None:
    """Wrap every key with the newest above it. The service may run; broken off, call it again."""
    with _installation():
        _say("wrapped anew", key_rotation.rewrap(chunk))


def _say(done: str, chunks: Iterator[tuple[str, int]]) -> None:
    counts: Counter[str] = Counter()
    for table, count in chunks:
        counts[table] += count
    for table, count in sorted(counts.items()):
        click.echo(f"{done}: {count} in {table}")
    if not counts:
        click.echo("nothing was left to do")


@keys.command()
def finish() -> None:
    """Show that nothing is left of old keys and of open texts, and believe neither from then on.

    On PostgreSQL as the owner of the tables (ESCALATION_MIGRATION_URL).
    """
    with _installation(as_owner):
        ended = key_rotation.finish()
    click.echo(f"everything is sealed; {ended.removed} old keys of partnerships were removed")
    if ended.not_needed:
        versions = ", ".join(map(str, ended.not_needed))
        click.echo(f"this database needs version {versions} no more: backups from before still do")
