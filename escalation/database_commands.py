"""`escalation db`: the state of the database, and the roles that use it."""

import re
from dataclasses import replace
from typing import Any

import click
from sqlalchemy import text

from escalation.app import create_app, upgrade_database
from escalation.config import Settings, from_environment
from escalation.errors import ConfigurationError
from escalation.extensions import db as database
from escalation.services import database_roles
from escalation.services.database_roles import Roles


class RoleName(click.ParamType[str]):
    """The name of a role as it can stand everywhere: small letters, digits and underscores."""

    name = "role"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The name. Fails with words when it would need quotes."""
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", str(value)):
            self.fail(f"{value!r}: write small letters, digits and underscores", param, ctx)
        return str(value)


_ROLE = RoleName()
_USUAL = Roles()


def as_is(settings: Settings) -> Settings:
    """The settings with the service's own database address."""
    return settings


def as_owner(settings: Settings) -> Settings:
    """The same settings with the owner's database address, where it is another than the service's."""
    return replace(settings, database_url=settings.migration_url or settings.database_url)


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the state this version needs."""
    with create_app(as_owner(from_environment()), migrating=True).app_context():
        upgrade_database()
    click.echo("the database is up to date")


@db.command()
@click.option("--owner", type=_ROLE, default=_USUAL.owner, show_default=True, help="Owns the tables.")
@click.option("--application", type=_ROLE, default=_USUAL.application, show_default=True,
              help="The service connects as this one.")  # fmt: skip
@click.option("--backup", type=_ROLE, default=_USUAL.backup, show_default=True, help="Reads everything.")
@click.option("--schema", type=_ROLE, default=_USUAL.schema, show_default=True, help="Where the tables are.")
@click.option("--apply", "now", is_flag=True, help="Run it here, as the owner (ESCALATION_MIGRATION_URL).")
def roles(owner: str, application: str, backup: str, schema: str, *, now: bool) -> None:
    """Print the SQL that makes the roles of a PostgreSQL and gives each what it needs, after `db upgrade`.

    It can be run as often as one likes, and gives no passwords: `ALTER ROLE … PASSWORD` does.
    """
    named = Roles(owner, application, backup, schema)
    if not now:
        click.echo("\n".join(f"{statement};" for statement in database_roles.statements(named)))
        return
    _apply(named)
    click.echo(f"{application} and {backup} may do what they need; give them passwords if they need any")


def _apply(named: Roles) -> None:
    with create_app(as_owner(from_environment())).app_context():
        if database.engine.dialect.name == "sqlite":
            raise ConfigurationError("SQLite has no roles: whoever may open the file has all of it")
        with database.engine.begin() as connection:
            here = connection.execute(text("SELECT current_user, current_schema()")).one()
            database_roles.apply(connection, replace(named, owner=here[0], schema=here[1]))
        database.engine.dispose()
