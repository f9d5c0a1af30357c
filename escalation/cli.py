"""The `escalation` command: setting up, people, jobs, protocols, the demo and the self-test."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from escalation import (
    audit_commands,
    database_commands,
    keeping_commands,
    keys_commands,
    office_commands,
    people_commands,
    proof_commands,
    protocol_commands,
)
from escalation import selftest as story
from escalation.app import create_app, refuse_real_people, upgrade_database
from escalation.config import Settings, from_environment
from escalation.demo import data, processes
from escalation.errors import ConfigurationError, EscalationError, InvalidInput
from escalation.jobs import deliver_mail, scheduler
from escalation.services import leaving, moving_clock, people, people_file, second_factors, setting_up
from escalation.web import sign_in
from workflows import loader
from workflows.lint import Weight, lint


def main() -> None:
    """Runs the command; an error that we have words for is said in those words, without a traceback."""
    try:
        cli(standalone_mode=True)
    except InvalidInput as error:
        for where, words in error.errors.items():
            click.echo(f"{where}: {'; '.join(words)}", err=True)
        sys.exit(2)
    except OperationalError as error:
        why = str(error.orig).strip().partition("\n")[0]
        click.echo(f"the database cannot be used: {why}", err=True)
        click.echo("Is it running, and is ESCALATION_DATABASE_URL right?", err=True)
        sys.exit(2)
    except (EscalationError, loader.ProtocolError) as error:
        click.echo(str(error) or (type(error).__doc__ or "").strip(), err=True)
        sys.exit(2)


@click.group()
@click.version_option(package_name="escalation")
def cli() -> None:
    """Settles professional disagreements about the safety of a child or an adult at risk."""


def _app() -> tuple[Flask, Settings]:
    settings = from_environment()
    return create_app(settings), settings


@cli.command()
@click.option("--name", prompt="Name of the partnership")
@click.option("--service-name", default="Professional challenge", show_default=True)
@click.option("--prefix", default="SC", show_default=True, help="Two to four letters before each reference.")
@click.option("--nation", type=click.Choice(["ENG", "WLS", "SCT", "NIR"]), default="ENG", show_default=True)
@click.option("--zone", default="Europe/London", show_default=True)
@click.option("--duty-phone", prompt="Duty team's telephone, day and night")
@click.option("--office-phone", prompt="Board office's telephone")
@click.option("--office-hours", default="weekdays 9am to 5pm", show_default=True)
@click.option("--office-address", prompt="Board office's e-mail address")
@click.option("--admin-name", prompt="Your name (board business manager)")
@click.option("--admin-email", prompt="Your e-mail address")
@click.option("--protocol", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
              help="A protocol file; the four-stage default when left out.")  # fmt: skip
def setup(
    name: str, service_name: str, prefix: str, nation: str, zone: str, duty_phone: str, office_phone: str,
    office_hours: str, office_address: str, admin_name: str, admin_email: str, protocol: Path | None,
) -> None:  # fmt: skip
    """Make a partnership and its first administrator; prints the link with which they set a password."""
    new = setting_up.NewPartnership(
        name, service_name, prefix.upper(), nation, zone, duty_phone, office_phone,
        office_hours, office_address, admin_name, admin_email, _checked(protocol),
    )  # fmt: skip
    app, _ = _app()
    with app.app_context():
        made = _set_up(new)
        click.echo(f"{name} is set up. {admin_name} sets a password here, once:")
        click.echo(sign_in.set_up_link(made.administrator))


_OPTIONS = {
    "reference_prefix": "--prefix",
    "administrator_name": "--admin-name",
    "administrator_email": "--admin-email",
}
"""Where an option of `setup` is not called as the field that it fills."""


def _set_up(new: setting_up.NewPartnership) -> setting_up.SetUp:
    try:
        return setting_up.set_up(new)
    except InvalidInput as error:
        named = {_OPTIONS.get(field, f"--{field.replace('_', '-')}"): m for field, m in error.errors.items()}
        raise InvalidInput(named) from error


def _checked(protocol: Path | None) -> str:
    """The text of a protocol file that can be published. Raises ProtocolError or InvalidInput."""
    file = protocol or loader.shipped()[data.PROTOCOL]
    body = loader.text_of(file)
    findings = [f for f in lint(loader.loads(body, file.name)) if f.weight is Weight.ERROR]
    if findings:
        raise InvalidInput({"--protocol": [f"{file}: {f.key or 'protocol'}: {f.words}" for f in findings]})
    return body


@cli.group(name="people")
def people_group() -> None:
    """Agencies, posts and who holds them."""


@people_group.command(name="import")
@click.argument("file", type=click.File("rb"))
@click.option("--partnership", help="Name of the partnership, when there are several.")
@click.option("--dry-run", is_flag=True, help="Check the file and say what would be done; change nothing.")
@click.option("--invite/--no-invite", default=True, help="Send new people the link to set a password.")
@click.option("--bring-back", is_flag=True, help="Let people in again who were ended and stand in the file.")
def import_people(
    file: BinaryIO, partnership: str | None, dry_run: bool, invite: bool, bring_back: bool
) -> None:
    """Add the agencies, posts and people of a CSV file; who holds a post in it ends who held it before."""
    text = people_file.decoded(file.read())
    app, _ = _app()
    with app.app_context():
        done = people.import_people(text, partnership, dry_run=dry_run, bring_back=bring_back)
        if invite:
            for account in done.new_accounts:
                sign_in.invite(account)
    for sentence in (*done.ended, *(f"note: {words}" for words in done.notes)):
        click.echo(sentence)
    would = "would add" if dry_run else "added"
    click.echo(
        f"{would} {done.agencies} agencies, {done.posts} posts, {done.accounts} accounts, "
        f"{done.holdings} holdings, {'would end' if dry_run else 'ended'} {len(done.ended)}; "
        f"{done.unchanged} lines were there already"
    )


@people_group.command()
@click.argument("email")
@click.option("--dry-run", is_flag=True, help="Say what would end; change nothing.")
def end(email: str, dry_run: bool) -> None:
    """End every post of somebody who leaves, and their sign-in. The record keeps who they were."""
    app, _ = _app()
    with app.app_context():
        left = leaving.end(email, dry_run=dry_run)
    for sentence in _of_leaving(left):
        click.echo(sentence)
    click.echo(f"{left.name} {'would be' if dry_run else 'is'} signed out and cannot sign in any more")


def _of_leaving(left: leaving.Left) -> Iterator[str]:
    yield from (f"ends: {held}" for held in left.ended)
    yield from (f"becomes vacant: {post}; name somebody with `people import`" for post in left.vacant)
    yield from (f"a deputy stands in from now on: {post}" for post in left.deputised)
    if left.without_office:
        yield "note: that is the board office, where everything arrives that reaches nobody else: fill it today"
    if left.running:
        yield (
            f"note: raised by {left.name} and still running: {', '.join(left.running)}; "
            "what their raiser is asked reaches the board office"
        )


people_group.add_command(people_commands.domains_of(lambda: _app()[0]))


@people_group.command(name="invite")
@click.argument("emails", nargs=-1)
def invite_people(emails: tuple[str, ...]) -> None:
    """Send the link to set a password, again or for the first time: to EMAILS, or to all who have none yet."""
    app, _ = _app()
    with app.app_context():
        accounts = people.without_password(emails)
        for account in accounts:
            sign_in.invite(account)
    click.echo(f"{len(accounts)} invited; each link works once and for three days")


for office in (office_commands.appoint, office_commands.unappoint, office_commands.appointed):
    people_group.add_command(office)


@people_group.command(name="forget-factors")
@click.argument("email")
def forget_factors(email: str) -> None:
    """Take away the app, passkeys and recovery codes of somebody who has lost them. Make sure who asks."""
    app, _ = _app()
    with app.app_context():
        name = second_factors.take_away(email)
    click.echo(f"{name} is signed out, has no second factor any more, and gets a mail that says so")


@cli.group()
def jobs() -> None:
    """What runs by itself."""


@jobs.command(name="run")
def run_jobs() -> None:
    """Run the scheduler until it is stopped. Several at once do no harm."""
    app, settings = _app()
    scheduler.run_forever(app, settings)


@jobs.command()
def once() -> None:
    """Run every job once."""
    app, settings = _app()
    for name, result in scheduler.run_once(app, settings).items():
        click.echo(f"{name}: {', '.join(f'{k} {v}' for k, v in result.did.items()) or 'nothing'}")


cli.add_command(protocol_commands.protocol)
cli.add_command(database_commands.db)
cli.add_command(audit_commands.audit)
for proving in proof_commands.COMMANDS:
    audit_commands.audit.add_command(proving)
cli.add_command(keys_commands.keys)
for kept in (keeping_commands.backup, keeping_commands.restore, keeping_commands.outbox):
    cli.add_command(kept)

_INSTANCE = Path("instance")
"""The demo's folder, in the folder that the command is called in."""
_OF_AN_INSTALLATION = ("ESCALATION_DATABASE_URL", "ESCALATION_PUBLIC_BASE_URL", "ESCALATION_SMTP_HOST")


@cli.group()
def demo() -> None:
    """The demo: an invented partnership on this machine."""


def _demo_app(opened: processes.Opened | None = None) -> tuple[Flask, Settings, dict[str, str]]:
    if named := [name for name in _OF_AN_INSTALLATION if name in os.environ]:
        raise ConfigurationError(f"the demo has settings of its own: unset {', '.join(named)}")
    environment = processes.settings_of(_INSTANCE.resolve(), opened)
    os.environ.update(environment)
    settings = from_environment()
    return create_app(settings, migrating=True), settings, environment


@demo.command(name="run")
@click.option("--port", type=click.IntRange(1, 65535), default=processes.PORT, show_default=True)
def run_demo(port: int) -> None:
    """Start the demo; it keeps its data from one start to the next."""
    with processes.opened(_INSTANCE.resolve(), port) as opened:
        app, settings, environment = _demo_app(opened)
        with app.app_context():
            upgrade_database()
            if not data.is_loaded():
                click.echo("Loading Northtown and some months of its history: a few seconds.")
                password = sign_in.password_hash(sign_in.DEMO_PASSWORD)
                data.load(password, deliver=lambda: deliver_mail.run(settings))
            refuse_real_people()
        click.echo(_welcome(settings))
        ended = processes.run(opened, environment)
    sys.exit(ended)


def _welcome(settings: Settings) -> str:
    return "\n".join(
        (
            "",
            f"  Escalation, demo: {settings.public_base_url}",
            "",
            "  Sign in as one of the demo people on the first page, or with the password",
            f"  {sign_in.DEMO_PASSWORD!r} as amara.lewis@demo.invalid (GP), sam.okafor@demo.invalid (clinical lead),",
            "  kate.rowan@demo.invalid (board business manager), alan.meredith@demo.invalid (independent chair).",
            f"  Every e-mail as it left: {settings.public_base_url}/demo/mail",
            "  Move the clock: the button on each page's foot, or `.venv/bin/escalation demo clock`",
            "  Stop: Ctrl-C.   Empty it: make reset",
            "",
        )
    )


@demo.command()
def clock() -> None:
    """Move the demo's clock to the same time on the next working day."""
    if not (_INSTANCE / "escalation.db").exists():
        raise ConfigurationError("there is no demo in this folder: `make run` starts one")
    app, _, _ = _demo_app()
    with app.app_context():
        click.echo(f"it is now {moving_clock.one_working_day_later():%A %d %B %Y %H:%M} UTC in the demo")


@demo.command()
def reset() -> None:
    """Delete the demo's data. A demo that runs must be stopped first."""
    folder = _INSTANCE.resolve()
    if (folder / "secret-key").exists():
        with processes.locked(folder):
            shutil.rmtree(folder)
    click.echo("the demo is empty")


@cli.command()
@click.option("--database-url", default=None, help="A PostgreSQL server to try; SQLite when left out.")
def selftest(database_url: str | None) -> None:
    """Play the whole story on a temporary database. Exit 0 when every step held."""
    sys.exit(0 if story.run(database_url, click.echo) else 1)


if __name__ == "__main__":
    main()
