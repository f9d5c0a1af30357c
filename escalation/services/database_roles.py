"""Who may do what in PostgreSQL: the owner, the application, the backup. What `escalation db roles` makes.

    owner         owns the tables: migrations and restores; the policies do not bind it
    application   reads and writes rows within the reach of its transaction; changes no table, and nothing
                  of what is on record
    backup        reads everything, whatever the policies say, and writes nothing

The names are kept in the database itself, as default privileges. So tables of later migrations are had by
both roles at once, and `follow`, after each upgrade and restore, gives each table exactly what it should.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from escalation.errors import EscalationError
from escalation.models import Base

HEADS = "alembic_version"
ONLY_ADDED_TO = frozenset(
    {"event", "statement", "read_log", "recusal", "diversion", "submission", "protocol_version"}
    | {"sign_in_record", "seal", "sealed_head", "sealed_read", "number_search", "taken_out"}
)
"""What is on record, published or counted once: the application does not change it, nor remove it but where
the next list says so."""
REMOVED_FROM = frozenset(
    {"draft", "web_session", "heartbeat", "account_role", "passkey", "identity", "address_proof", "attempts"}
    | {"newcomer", "appointment", "mail_domain", "sign_in_record", "account", "outbox", "person_index"}
)
"""Where the application may remove rows: what is nobody's record. Of accounts only those that nothing names,
which foreign keys see to, with the mails that brought them a code."""


class NoRoles(EscalationError):
    """The roles cannot be made; the text says why. Nothing was changed."""


class Wall(Enum):
    """Whether the second wall stands before the service, in words for an operator."""

    EMBEDDED = "An embedded database: whoever may open its file can read and change all of it."
    STANDS = "The service has a role of its own: the database shows each transaction its partnerships only."
    OPEN = (
        "The service runs as the owner of its tables, or as a superuser: the database would show and let it "
        "change everything. See docs/install.md on roles."
    )


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the three roles, and the schema in which the tables are."""

    owner: str = "escalation_owner"
    application: str = "escalation_app"
    backup: str = "escalation_backup"
    schema: str = "public"


def wall_of(connection: Connection) -> Wall:
    """Whether the policies bind whoever is connected."""
    if connection.dialect.name == "sqlite":
        return Wall.EMBEDDED
    return Wall.OPEN if connection.execute(_PASSES).scalar_one() else Wall.STANDS


_PASSES = text(
    "SELECT r.rolsuper OR r.rolbypassrls OR coalesce(pg_has_role(c.relowner, 'USAGE'), false) "
    "FROM pg_roles r LEFT JOIN pg_class c ON c.oid = to_regclass('event') WHERE r.rolname = current_user"
)


def statements(roles: Roles, tables: Collection[str] | None = None) -> tuple[str, ...]:
    """What makes the roles and gives them what they need, as often as it is run.

    For the owner of the tables where it may make roles, else for a superuser. `tables` are those that are
    there; left out: all of this version.
    """
    there = {*Base.metadata.tables, HEADS} if tables is None else tables
    return (
        _made(roles.application, "NOSUPERUSER NOBYPASSRLS"),
        _made(roles.backup, "NOSUPERUSER BYPASSRLS"),
        _REFUSED.format(role=roles.application),
        _BYPASSES.format(role=roles.backup),
        _DATABASE.format(roles=f'"{roles.application}", "{roles.backup}"'),
        f'REVOKE CREATE ON SCHEMA "{roles.schema}" FROM PUBLIC',
        *_of_application(roles.application, roles.schema, there),
        *_of_backup(roles.backup, roles.schema, there),
        *_of_later_tables(roles),
    )


def apply(connection: Connection, roles: Roles) -> None:
    """Runs the statements, in the connection's transaction. Raises NoRoles."""
    try:
        for statement in statements(roles, _there(connection)):
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") not in ("42501", "P0001"):
            raise
        why = str(error.orig).strip().partition("\n")[0]
        words = "let a superuser run what `escalation db roles` prints"
        raise NoRoles(f"the roles cannot be made ({why}): {words}") from error


def follow(connection: Connection) -> None:
    """Gives the roles that are known here exactly what they need of the tables that are now there."""
    if connection.dialect.name == "sqlite":
        return
    tables = _there(connection)
    for schema, role, writes in connection.execute(_KNOWN):
        of_role = _of_application if writes else _of_backup
        for statement in of_role(role, schema, tables):
            connection.exec_driver_sql(statement)


_KNOWN = text(
    "SELECT n.nspname, r.rolname, bool_or(a.privilege_type = 'INSERT') FROM pg_default_acl d "
    "JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a "
    "JOIN pg_roles r ON r.oid = a.grantee "
    "WHERE d.defaclobjtype = 'r' AND n.nspname = current_schema() AND a.grantee <> d.defaclrole GROUP BY 1, 2"
)


def _there(connection: Connection) -> frozenset[str]:
    return frozenset(inspect(connection).get_table_names()) & {*Base.metadata.tables, HEADS}


_MAKES = """DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
  CREATE ROLE "{role}" LOGIN NOCREATEDB NOCREATEROLE NOREPLICATION {more};
END IF; END $$"""
_REFUSED = """DO $$ BEGIN IF EXISTS (
    SELECT FROM pg_roles WHERE rolname = '{role}' AND (rolsuper OR rolbypassrls)) THEN
  RAISE EXCEPTION 'the role {role} passes through every policy: name another';
END IF; END $$"""
_BYPASSES = """DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}' AND NOT rolbypassrls) THEN
  ALTER ROLE "{role}" BYPASSRLS;
END IF; END $$"""
_DATABASE = """DO $$ BEGIN
  EXECUTE 'REVOKE TEMPORARY ON DATABASE ' || quote_ident(current_database()) || ' FROM PUBLIC';
  EXECUTE 'GRANT CONNECT ON DATABASE ' || quote_ident(current_database()) || ' TO {roles}';
END $$"""


def _made(role: str, more: str) -> str:
    return _MAKES.format(role=role, more=more)


def _of_application(role: str, schema: str, tables: Collection[str]) -> Iterator[str]:
    yield f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"'
    yield f'REVOKE ALL ON {_named(schema, tables)} FROM "{role}"'
    for table in sorted(tables):
        yield f'GRANT {_privileges(table)} ON {_named(schema, [table])} TO "{role}"'
    yield f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{role}"'
    yield f'REVOKE EXECUTE ON FUNCTION "{schema}".partnerships_of(bigint) FROM PUBLIC'
    yield f'GRANT EXECUTE ON FUNCTION "{schema}".partnerships_of(bigint) TO "{role}"'


def _privileges(table: str) -> str:
    if table == HEADS:
        return "SELECT"
    changed = "" if table in ONLY_ADDED_TO else ", UPDATE"
    return f"SELECT, INSERT{changed}{', DELETE' if table in REMOVED_FROM else ''}"


def _of_backup(role: str, schema: str, tables: Collection[str]) -> Iterator[str]:
    yield f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"'
    yield f'GRANT SELECT ON {_named(schema, tables)} TO "{role}"'
    yield f'GRANT SELECT ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{role}"'


def _of_later_tables(roles: Roles) -> Iterator[str]:
    later = f'ALTER DEFAULT PRIVILEGES FOR ROLE "{roles.owner}" IN SCHEMA "{roles.schema}" GRANT'
    yield f'{later} SELECT, INSERT, UPDATE ON TABLES TO "{roles.application}"'
    yield f'{later} SELECT ON TABLES TO "{roles.backup}"'
    yield f'{later} USAGE ON SEQUENCES TO "{roles.application}"'
    yield f'{later} SELECT ON SEQUENCES TO "{roles.backup}"'


def _named(schema: str, tables: Collection[str]) -> str:
    return ", ".join(f'"{schema}"."{table}"' for table in sorted(tables))
