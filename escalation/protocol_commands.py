"""`escalation protocol`: list, lint, show, compare, try out, publish, and move a case to a new version."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select

from escalation.app import create_app
from escalation.config import from_environment
from escalation.errors import InvalidInput
from escalation.extensions import db
from escalation.models import Account, Partnership
from escalation.services import cases, past_cases, protocols, versions
from escalation.services.unit import Unit, of_partnership, reading, writing
from workflows import comparison, diagram, loader, scenario, simulate
from workflows.lint import Weight, lint
from workflows.protocol import Protocol
from workflows.scenario import Scenario, ScenarioError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DRAWN = {"text": diagram.text, "mermaid": diagram.mermaid, "svg": diagram.svg}


@click.group()
def protocol() -> None:
    """Protocol files: what a board's procedure is, as data."""


@contextmanager
def _installation() -> Iterator[None]:
    """The installation that the settings name, for as long as a command needs it."""
    with create_app(from_environment()).app_context():
        try:
            yield
        finally:
            db.engine.dispose()


def file_of(key: str) -> Path:
    """The file that a key means: a path, a file that comes with the service, or the newest of a key.

    Raises click.BadParameter when there is none.
    """
    if Path(key).is_file():
        return Path(key)
    shipped = loader.shipped()
    found = [stem for stem in shipped if stem == key or stem.rpartition("-")[0] == key]
    if not found:
        raise click.BadParameter(f"there is no protocol {key!r}; see `escalation protocol list`")
    return shipped[max(found)]


@protocol.command(name="list")
@click.option("--published", is_flag=True, help="Those that the partnerships of this installation published.")
def list_all(published: bool) -> None:
    """List the protocols that come with the service, or those that are published."""
    for line in _published() if published else _shipped():
        click.echo(line)


def _shipped() -> Iterable[str]:
    for stem, path in loader.shipped().items():
        found = loader.load(path)
        kind = "example" if found.example else "own"
        about = ", ".join(str(subject) for subject in found.subjects)
        yield f"{stem:44} {kind:8} {found.nation}  {about:14} {len(found.stages):2} stages  {found.title}"


def _published() -> Iterable[str]:
    with _installation(), reading() as unit:
        for place in unit.session.execute(
            select(Partnership.id, Partnership.name).order_by(Partnership.name)
        ):
            for row in protocols.published(unit.session, place.id):
                since = f"{row.in_force_from:%Y-%m-%d}"
                yield f"{place.name}: {row.key} {row.version} since {since}, sha256 {row.sha256[:12]}"


@protocol.command(name="lint")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def lint_files(files: tuple[Path, ...]) -> None:
    """Check protocol files. Exit 1 when one must not be published."""
    sys.exit(1 if [file for file in files if not _can_be_used(file)] else 0)


def _can_be_used(file: Path) -> bool:
    try:
        text = loader.text_of(file)
        layered = loader.layered(text, file.name)
        findings = lint(loader.loads(text, file.name))
    except loader.ProtocolError as error:
        click.echo(str(error))
        return False
    for found in findings:
        at = found.origin(layered)
        weight = "" if found.weight is Weight.ERROR else "warning: "
        click.echo(f"{at.file}, line {at.line}: {weight}{found.key}: {found.words} [{found.rule}]")
    fine = not any(f.weight is Weight.ERROR for f in findings)
    click.echo(f"{file.name}: {'can be used' if fine else 'must not be published'}")
    return fine


@protocol.command()
@click.argument("key")
@click.option("--as", "form", type=click.Choice([*_DRAWN, "origins"]), default="text", show_default=True)
@click.option("--here", default=None, help="The stage to point at.")
def show(key: str, form: str, here: str | None) -> None:
    """Draw a protocol from the file that runs, or tell from which file and line each part comes."""
    path = file_of(key)
    if form != "origins":
        click.echo(_DRAWN[form](loader.load(path), here))
        return
    put = loader.layered(loader.text_of(path), path.stem)
    for where, value, origin in comparison.with_origins(put):
        click.echo(f"{origin.file}:{origin.line}: {where} = {value}")


@protocol.command()
@click.argument("before")
@click.argument("after")
def diff(before: str, after: str) -> None:
    """Say what is different between two protocols, key by key."""
    old, new = (loader.layered(loader.text_of(p), p.stem).values for p in map(file_of, (before, after)))
    for difference in comparison.differences(old, new):
        click.echo(str(difference))


@protocol.command(name="simulate")
@click.argument("key")
@click.option("--scenario", "given", type=_FILE, multiple=True, help="A scenario file; may be repeated.")
@click.option("--past", default=None, metavar="PARTNERSHIP", help="Play its cases.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), default="2000-01-01")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def simulate_file(
    key: str, given: tuple[Path, ...], past: str | None, since: datetime, as_json: bool
) -> None:
    """Play cases under a protocol: who was owed what by when, and what silence did. Changes nothing.

    Without a choice the scenarios that come with the protocol are played. Exit 1 when a trace is not
    the one that its scenario expects.
    """
    path = file_of(key)
    found = loader.load(path)
    played = _past(found, past, since) if past else [scenario.load(p) for p in given or _with(path)]
    if not played:
        raise click.UsageError("there is no scenario to play; give one with --scenario")
    try:
        held = [_play(found, one, as_json) for one in played]
    except ScenarioError as error:
        raise click.UsageError(str(error)) from error
    sys.exit(0 if all(held) else 1)


def _with(path: Path) -> Sequence[Path]:
    files = sorted((path.parent / "scenarios").glob("*.toml"))
    return [file for file in files if scenario.load(file).protocol == path.stem]


def _past(found: Protocol, name: str, since: datetime) -> list[Scenario]:
    with _installation(), reading() as unit:
        place = _partnership(unit, name)
        unit.turn_to(of_partnership(place))
        return past_cases.scenarios(unit, place, since.replace(tzinfo=UTC), found.key)


def _play(found: Protocol, one: Scenario, as_json: bool) -> bool:
    lines = simulate.simulate(found, one)
    trace = tuple(str(line) for line in lines)
    if as_json:
        rows = [{**asdict(line), "at": line.at.isoformat()} for line in lines]
        click.echo(json.dumps({"title": one.title, "trace": rows, "counts": dict(simulate.summary(lines))}))
    else:
        click.echo("\n".join((one.title, *(f"  {line}" for line in trace))))
    if one.trace and (difference := simulate.first_difference(one.trace, lines)):
        click.echo(f"{one.title}: not the trace that was expected, first in {difference}", err=True)
        return False
    return True


def _partnership(unit: Unit, name: str | None) -> int:
    rows = unit.session.execute(select(Partnership.id, Partnership.name).order_by(Partnership.name)).all()
    chosen = [row for row in rows if name in (None, row.name)]
    if len(chosen) != 1:
        known = ", ".join(row.name for row in rows) or "none is set up"
        raise click.UsageError(f"name the partnership with its whole name; known are: {known}")
    return int(chosen[0].id)


@protocol.command()
@click.argument("file", type=_FILE)
@click.option("--partnership", default=None, help="Its whole name, where there are several.")
def publish(file: Path, partnership: str | None) -> None:
    """Put a protocol in force for new cases. A published version never changes."""
    body = loader.text_of(file)
    with _installation(), writing() as unit:
        row = protocols.publish(unit.session, _partnership(unit, partnership), body, unit.now)
        since = f"{row.in_force_from:%d %B %Y}"
        click.echo(f"{row.key} {row.version} is in force since {since}, sha256 {row.sha256}")
    click.echo("Running cases go on under the version they began under.")


@protocol.command()
@click.argument("reference")
@click.option("--by", required=True, metavar="EMAIL", help="Who moves it: somebody of the board office.")
@click.option("--reason", required=True)
def move(reference: str, by: str, reason: str) -> None:
    """Move a running case to the version in force, with a reason that goes on record."""
    if not reason.strip():
        raise InvalidInput({"reason": ["Say why the case is moved"]})
    with _installation():
        account = _account(by)
        moved = versions.move_to_version_in_force(cases.look_up(reference, account), account, reason.strip())
    click.echo(f"{reference} is now under {moved}")


def _account(email: str) -> int:
    with reading() as unit:
        found = unit.session.execute(
            select(Account.id).where(Account.email == email.lower())
        ).scalar_one_or_none()
    if found is None:
        raise InvalidInput({"by": [f"nobody here has the address {email}"]})
    return int(found)
