"""`escalation backup`, `restore` and `outbox`: to keep the records safe, and to come back without harm."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from escalation.app import create_app, newest_state, upgrade_on
from escalation.config import Settings, from_environment
from escalation.database_commands import as_is, as_owner
from escalation.errors import EscalationError
from escalation.extensions import db
from escalation.services import backups, job_log, restored
from escalation.services.backup_file import Manifest, sha256_of
from escalation.services.health import spoken

_PATH = click.Path(path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class Age(click.ParamType[timedelta]):
    """A length of time as 12h, 3d or 2w."""

    name = "age"

    def convert(self, value: Any, param: Any, ctx: Any) -> timedelta:
        """The length of time. Fails with words when it is none."""
        found = re.fullmatch(r"(\d{1,4})([hdw])", str(value))
        if not found:
            self.fail(f"{value!r} is no age: write hours, days or weeks as 12h, 3d or 2w", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


class Instant(click.ParamType[datetime]):
    """An instant in ISO form; one without a zone is UTC."""

    name = "instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """The instant. Fails with words when it is none."""
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no instant: write it as 2026-11-25T17:00Z", param, ctx)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _as_backup(settings: Settings) -> Settings:
    """The same settings with the address of the role that reads everything."""
    return replace(settings, database_url=settings.backup_url or settings.database_url)


@contextmanager
def _installation(who: Callable[[Settings], Settings] = as_is) -> Iterator[None]:
    """The installation of the settings. Backups and restores find it in whichever state it is."""
    with create_app(who(from_environment()), migrating=who is not as_is).app_context():
        try:
            yield
        except OSError as error:
            raise EscalationError(f"{error.strerror}: {error.filename}") from error
        finally:
            db.engine.dispose()


@click.command()
@click.argument("target", type=_PATH)
def backup(target: Path) -> None:
    """Write everything into the file TARGET, or into the folder TARGET under a name with the time.

    The service may go on meanwhile: the backup shows one instant. It holds everything that was written
    about children and adults: encrypt it, and keep it elsewhere.
    """
    with _installation(_as_backup):
        if target.is_dir():
            target /= f"escalation-{job_log.now():%Y-%m-%dT%H%M%SZ}.backup"
        manifest = backups.take(target)
        click.echo(f"{target}: {_of(manifest)}")
        click.echo(f"sha256 {sha256_of(target)}")


@click.command()
@click.argument("source", type=_FILE)
@click.option("--replace", is_flag=True, help="Put it in the place of what the database holds now.")
@click.option("--check", is_flag=True, help="Read the backup to its end and say what it is; restore nothing.")
def restore(source: Path, *, replace: bool, check: bool) -> None:
    """Put the backup SOURCE into the database of the settings. Stop web and jobs before.

    A backup that is damaged, or does not fit, changes nothing. Afterwards no mail leaves and no deadline
    lapses until `escalation outbox release`.
    """
    with _installation(as_owner):
        if check:
            click.echo(f"{source} is whole: {_of(backups.check(source))}")
            return
        manifest, epoch = backups.restore(source, upgrade_on, newest_state(), replacing=replace)
        click.echo(f"restored: {_of(manifest)}")
        click.echo(f"This is epoch {epoch}. No mail leaves and no deadline lapses until you release them:")
        _say(restored.release(dry_run=True))
        click.echo("`escalation outbox release --dry-run` says it again, without --dry-run they go.")


@click.group()
def outbox() -> None:
    """The mails that are owed, after a restore."""


@outbox.command()
@click.option("--dry-run", is_flag=True, help="Say which mails would leave; change nothing.")
@click.option("--discard-older-than", type=Age(), metavar="AGE",
              help="Throw away what is owed for longer than 12h, 3d or 2w.")  # fmt: skip
def release(*, dry_run: bool, discard_older_than: timedelta | None) -> None:
    """After a restore: let the mails leave again, and the clocks run."""
    with _installation():
        _say(restored.release(discard_older_than=discard_older_than, dry_run=dry_run))
        click.echo("nothing was changed" if dry_run else "mails leave and clocks run from now on")


@outbox.command()
@click.option("--backup-of", type=Instant(), metavar="INSTANT", help="Which instant the database shows.")
def hold(backup_of: datetime | None) -> None:
    """Hold every mail and stop the clocks: after a database came back by other means than `restore`."""
    with _installation():
        epoch = restored.hold_here(backup_of)
        click.echo(
            f"This is epoch {epoch}. No mail leaves and no deadline lapses until `escalation outbox release`."
        )


def _of(manifest: Manifest) -> str:
    rows = sum(table.rows for table in manifest.tables.values())
    cases = manifest.tables["case"].rows if "case" in manifest.tables else 0
    return (
        f"the state of {manifest.taken_at:%d %B %Y %H:%M:%S} UTC, {cases} cases, {rows} rows in "
        f"{len(manifest.tables)} tables; {manifest.kind}, version {manifest.service_version}, "
        f"database {manifest.migration_head}, epoch {manifest.epoch}"
    )


def _say(mails: restored.Released) -> None:
    for words, counts in (("to leave", mails.leaving), ("to be thrown away", mails.discarded)):
        for name, count in sorted(counts.items()):
            click.echo(f"  {words}: {count} {name}, the oldest owed for {spoken(mails.oldest[name])}")
    if not mails.leaving and not mails.discarded:
        click.echo("  no mail is owed")
