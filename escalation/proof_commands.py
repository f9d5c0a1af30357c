"""`escalation audit verify` and its company: the record proves itself, and is sealed."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from escalation import operators
from escalation.app import create_app
from escalation.config import Settings, from_environment
from escalation.errors import ConfigurationError, EscalationError, InvalidInput, NotFound
from escalation.extensions import db
from escalation.reporting import proof
from escalation.reporting.proof import anchors
from escalation.reporting.proof import export as of_case
from escalation.reporting.proof import export_files as case_export
from escalation.security import seal_keys
from escalation.services import record_checks, record_seals, taking_out

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--partnership", help="Name or key of one partnership; all of them when left out.")
@click.option("--case", help="Reference of one case.")
@click.option("--replay", is_flag=True, help="Also rebuild each case row from its events, and compare.")
@click.option("--anchors", "files", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              multiple=True, help="A text with seals as they were mailed; whole mails will do.")  # fmt: skip
@click.option("--public-key", "more", multiple=True, metavar="HEX", help="One more key that may have signed.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--tell", is_flag=True, help="Keep how it went for the pages and /health/deep, and mail "
              "a break to the board office and the privacy officers, as the daily job does.")  # fmt: skip
@click.pass_context
def verify(
    context: click.Context, partnership: str | None, case: str | None, files: tuple[Path, ...],
    more: tuple[str, ...], *, replay: bool, as_json: bool, tell: bool,
) -> None:  # fmt: skip
    """Check that the record is what was written. Exit 0: it is; 2: it is not; 3: not all can be proved."""
    if tell and case is not None:
        raise InvalidInput({"--tell": ["is for a whole record: leave out --case"]})
    settings = from_environment()
    asked = proof.Asked(partnership, case, replay, _anchors(files), _keys(settings, more))
    reader = replace(settings, database_url=settings.backup_url or settings.database_url)
    with create_app(reader).app_context():
        try:
            report = proof.verify(asked)
        except LookupError as error:
            raise NotFound(str(error)) from error
        finally:
            db.engine.dispose()
    if tell:
        _tell(settings, report)
    click.echo(_as_json(report) if as_json else "\n".join(_lines(report)))
    context.exit(report.exit_code)


def _tell(settings: Settings, report: proof.Report) -> None:
    """Whoever verifies may only read: it is kept as the service."""
    with _entered(settings):
        for place, outcome in report.outcomes.items():
            record_checks.keep(place, outcome.word, outcome.breaks)


@contextmanager
def _entered(settings: Settings) -> Iterator[None]:
    """The service, to write something. What it opened is closed whatever happens."""
    with create_app(settings).app_context():
        try:
            yield
        finally:
            db.engine.dispose()


def _anchors(files: Iterable[Path]) -> tuple[anchors.Anchor, ...]:
    found: list[anchors.Anchor] = []
    for file in files:
        there = anchors.found_in(file.read_text(encoding="utf-8", errors="replace"))
        if not there:
            raise InvalidInput({"--anchors": [f"{file} holds no line that begins with escalation-seal"]})
        found += there
    return tuple(found)


def _keys(settings: Settings, more: Iterable[str]) -> dict[str, str]:
    """Every public key that a seal may be signed with: of the file, those before it, those that are given."""
    try:
        return dict(seal_keys.to_verify_with(settings.seal_key, [*settings.seal_keys_before, *more]))
    except ValueError as error:
        raise InvalidInput({"--public-key": ["is 64 letters, as `audit public-key` prints them"]}) from error


def _as_json(report: proof.Report) -> str:
    return json.dumps({**asdict(report), "exit": report.exit_code}, indent=1)


_WORDS = {
    0: "the record is what was written",
    2: "THE RECORD IS BROKEN",
    3: "nothing is broken; not everything can be proved",
}


def _lines(report: proof.Report) -> Iterator[str]:
    for found in report.findings:
        yield f"{found.weight}: {found.where}: {found.words}"
    left = sum(report.counts.values()) - len(report.findings)
    if left:
        yield f"and {left} more"
    yield (
        f"{report.events} events and {report.statements} statements of {report.cases} cases, {report.reads} "
        f"readings, {report.seals} seals and {report.anchors} anchors in {report.partnerships} partnerships; "
        f"{report.unsealed} not sealed yet"
    )
    if report.of_the_first_form:
        yield f"{report.of_the_first_form} events are of the first form, which binds no words"
    yield _WORDS[report.exit_code]


@click.command(name="make-key")
@click.argument("file", type=_FILE)
def make_key(file: Path) -> None:
    """Make the key that signs seals, in FILE, and print its public half. Keep a copy elsewhere."""
    key = seal_keys.make(file)
    click.echo(f"ESCALATION_SEAL_KEY={file.resolve()}")
    click.echo(f"public key {key.public}, id {key.id}: give it to whoever is to check seals")


@click.command(name="public-key")
def public_key() -> None:
    """Print the public half of the key that signs seals."""
    key = _key(from_environment())
    click.echo(f"{key.public} (id {key.id})")


@click.command()
def seal() -> None:
    """Seal now whatever is not sealed yet. The jobs do it every hour by themselves."""
    settings = from_environment()
    key = _key(settings)
    with create_app(settings).app_context():
        made = record_seals.seal(key, now=True)
        db.engine.dispose()
    click.echo(f"{made} seals were made" if made else "everything is sealed already")


def _key(settings: Settings) -> seal_keys.SealKey:
    if not settings.seal_key:
        raise ConfigurationError(
            "ESCALATION_SEAL_KEY is not set: `escalation audit make-key FILE` makes a key"
        )
    return seal_keys.load(Path(settings.seal_key))


@click.command()
@click.argument("reference")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--by", required=True, metavar="NAME", help="Who asked for it. It is kept, with your account here."
)
@click.option("--reason", "why", required=True, type=click.Choice(taking_out.WHY_TAKEN_OUT), help="Why.")
def export(reference: str, target: Path, by: str, why: str) -> None:
    """Write one case with its proof into the folder TARGET, or into a zip. It holds everything on record.

    Before there is a file, it is on record that you did; the privacy officer sees it among the look-ups.
    """
    settings = from_environment()
    if target.exists():
        raise EscalationError(f"{target} is there already: name another place")
    taken = _taken_out(settings, reference)
    counts = {name: len(taken[name]) for name in ("events", "statements", "reads")}
    digest = case_export.sha256(taken)
    with _entered(settings):
        taking_out.record(taking_out.Taking(reference, operators.account(), by, why, counts, digest))
    try:
        case_export.write(taken, target)
    except OSError as error:
        raise EscalationError(f"{error.strerror}: {error.filename}") from error
    click.echo(f"{target} holds case {reference} with its proof; HOW-TO-CHECK.txt says how to check it")
    click.echo(
        f"{counts['events']} events, {counts['statements']} statements, {counts['reads']} readings; SHA-256 "
        f"of record.json {digest}. It is on record that {operators.account()} took it out for {by}"
    )


def _taken_out(settings: Settings, reference: str) -> dict[str, Any]:
    """Everything on record of a case, read as the one who may only read. Raises NotFound."""
    reader = replace(settings, database_url=settings.backup_url or settings.database_url)
    with create_app(reader).app_context():
        try:
            return of_case.of_case(reference, _keys(settings, ()))
        except LookupError as error:
            raise NotFound(str(error)) from error
        finally:
            db.engine.dispose()


COMMANDS = (export, verify, make_key, public_key, seal)
