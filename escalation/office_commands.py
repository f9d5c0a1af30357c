"""The commands about offices: who is appointed to what in a partnership, beside the posts of agencies."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from escalation.app import create_app
from escalation.config import from_environment
from escalation.services import appointing

_OFFICES = click.Choice([str(office) for office in appointing.OFFICES])
_PARTNERSHIP = click.option("--partnership", help="Name of the partnership, when there are several.")


def _inside(work: Callable[[], Any]) -> Any:
    with create_app(from_environment()).app_context():
        return work()


@click.command()
@click.argument("email")
@click.argument("office", type=_OFFICES)
@_PARTNERSHIP
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day, as 2027-03-31; open when left out."
)
def appoint(email: str, office: str, partnership: str | None, until: datetime | None) -> None:
    """Give somebody an office from now on. The board office is told."""
    last = until.date() if until else None
    _inside(lambda: appointing.appoint_by_operator(partnership, email, office, last))
    click.echo(f"{email} is {office} from now on{f', until the end of {last}' if last else ''}")


@click.command()
@click.argument("email")
@click.argument("office", type=_OFFICES)
@_PARTNERSHIP
def unappoint(email: str, office: str, partnership: str | None) -> None:
    """End somebody's office now. The board office is told."""
    name = _inside(lambda: appointing.end_by_operator(partnership, email, office))
    click.echo(f"{name} is no longer {office}")


@click.command()
@_PARTNERSHIP
def appointed(partnership: str | None) -> None:
    """List who has an office, and who asks for one."""
    for row in _inside(lambda: appointing.list_for_operator(partnership)):
        until = f", until {row.until:%Y-%m-%d}" if row.until else ""
        waits = " (asked for it themselves, not confirmed)" if row.waits else f", by {row.by}"
        click.echo(f"{row.office}: {row.name} ({row.email}), since {row.since:%Y-%m-%d}{until}{waits}")
