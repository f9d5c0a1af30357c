"""A second wall: PostgreSQL shows a transaction the partnerships it names, and what is on record stays.

Policies look at the setting `escalation.partnerships` of the transaction (see `security.wall`). They bind
everybody but the owner of the tables, a superuser and a role with BYPASSRLS. Deadlines and mails hold
ids and codes only and are claimed across partnerships: they have none.

A later table with a partnership and content needs the same three lines as those here.
"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "0005", "0004", None, None

_WALLED = (
    *("case", "stage_entry", "participation", "proposal", "recusal", "event", "statement", "read_log"),
    *("draft", "submission", "diversion", "opened_glass", "newcomer", "access_review", "declared_interest"),
)
_KEPT = ("event", "statement", "read_log")
_KEPT_IN_SQLITE = ("event", "read_log")
_WITHIN_REACH = "partnership_id = ANY ((SELECT nullif(current_setting('escalation.partnerships', true), '')::bigint[])::bigint[])"
"""Asked once a statement, not once a row. A setting of an earlier transaction is '' afterwards, not null."""
_PARTNERSHIPS_OF = """
CREATE OR REPLACE FUNCTION partnerships_of(whom bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT coalesce(array_agg(DISTINCT found.id), '{{}}')::text FROM (
    SELECT partnership_id AS id FROM {schema}.holding WHERE account_id = whom
    UNION ALL SELECT partnership_id FROM {schema}.appointment WHERE account_id = whom
    UNION ALL SELECT partnership_id FROM {schema}.newcomer WHERE account_id = whom
    UNION ALL SELECT partnership_id FROM {schema}.draft WHERE account_id = whom
  ) found);
END $$
"""
"""With the owner's rights, because two of these stand behind the wall. Whoever raised holds or held a post."""
_REFUSES = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: what is on record is neither changed nor removed', TG_TABLE_NAME USING ERRCODE = '42501';
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _KEPT_IN_SQLITE:
            _keep_in_sqlite(table)
        return
    for table in _WALLED:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(
            f'CREATE POLICY within_reach ON "{table}" USING ({_WITHIN_REACH}) WITH CHECK ({_WITHIN_REACH})'
        )
    op.execute(_PARTNERSHIPS_OF.format(schema=_schema()))
    op.execute(_REFUSES)
    for table in _KEPT:
        _keep(table)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _KEPT_IN_SQLITE:
            op.execute(f"DROP TRIGGER {table}_not_changed")
            op.execute(f"DROP TRIGGER {table}_not_removed")
        return
    for table in _KEPT:
        op.execute(f'DROP TRIGGER not_changed ON "{table}"')
        op.execute(f'DROP TRIGGER not_emptied ON "{table}"')
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP FUNCTION partnerships_of(bigint)")
    for table in reversed(_WALLED):
        op.execute(f'DROP POLICY within_reach ON "{table}"')
        op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')


def _schema() -> str:
    found = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    return str(found)


def _keep(table: str) -> None:
    """Also where triggers are switched off for a session, as for a replica."""
    op.execute(
        f'CREATE TRIGGER not_changed BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    )
    op.execute(
        f'CREATE TRIGGER not_emptied BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
    )
    for trigger in ("not_changed", "not_emptied"):
        op.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {trigger}')


def _keep_in_sqlite(table: str) -> None:
    """A later migration that copies one of these tables has to lay its triggers again."""
    for moment, name in (("UPDATE", "changed"), ("DELETE", "removed")):
        op.execute(
            f"CREATE TRIGGER {table}_not_{name} BEFORE {moment} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: what is on record is neither changed nor removed'); END"
        )
