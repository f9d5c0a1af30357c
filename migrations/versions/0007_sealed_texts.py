"""What people wrote is sealed: keys of partnerships and cases, each wrapped by the one above, and an index of numbers.

The texts that are there already stay as they are until `escalation keys seal-existing` has sealed them: the key
at the top is not known here. An installation with none believes sealed texts alone from the beginning. What is on
record can still not be changed, but for one thing: that it is sealed, once.
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

from escalation.models.types import BigId, Utc

revision, down_revision, branch_labels, depends_on = "0007", "0006", None, None

_WALLED = ("partnership_key", "case_key", "person_index")
_WITHIN_REACH = "partnership_id = ANY ((SELECT nullif(current_setting('escalation.partnerships', true), '')::bigint[])::bigint[])"
_MAY_BE_SEALED = {"statement": "text", "read_log": "reason"}
_OF_READ_LOG = ("id", "partnership_id", "case_id", "account_id", "slot", "what", "at")
_REFUSES = """
CREATE OR REPLACE FUNCTION refuse_change_but_sealing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
     AND to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0]
     AND to_jsonb(OLD) ->> TG_ARGV[0] NOT LIKE 'v1:%'
     AND to_jsonb(NEW) ->> TG_ARGV[0] LIKE 'v1:%' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '%: what is on record is neither changed nor removed', TG_TABLE_NAME USING ERRCODE = '42501';
END $$
"""
_NOW = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'",
    "postgresql": "clock_timestamp()",
}


def upgrade() -> None:
    op.add_column("installation", sa.Column("sealed_at", Utc(), nullable=True))
    _create_partnership_key()
    _create_case_key()
    _create_person_index()
    _believe_sealed_alone_where_nothing_is_there()
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER read_log_not_changed")
        op.execute(_kept_in_sqlite(f"WHEN NOT coalesce({_sealed_in_sqlite()}, 0)"))
        return
    for table in _WALLED:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(
            f'CREATE POLICY within_reach ON "{table}" USING ({_WITHIN_REACH}) WITH CHECK ({_WITHIN_REACH})'
        )
    op.execute(_REFUSES)
    for table, column in _MAY_BE_SEALED.items():
        _keep(table, f"refuse_change_but_sealing('{column}')")


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT count(*) FROM partnership_key")).scalar_one():
        raise CommandError(
            "texts are sealed here: the state before knows no keys, and could read none of them"
        )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER read_log_not_changed")
        op.execute(_kept_in_sqlite(""))
    else:
        for table in _MAY_BE_SEALED:
            _keep(table, "refuse_change()")
        op.execute("DROP FUNCTION refuse_change_but_sealing()")
    op.drop_index("ix_person_index_digest", table_name="person_index")
    op.drop_table("person_index")
    op.drop_index("ix_case_key_wrapped_by", table_name="case_key")
    op.drop_table("case_key")
    op.drop_table("partnership_key")
    # Not in a batch: SQLite would copy the table, and the copy would not be STRICT any more.
    op.execute("ALTER TABLE installation DROP COLUMN sealed_at")


def _create_partnership_key() -> None:
    op.create_table(
        "partnership_key",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=False),
        sa.Column("wrapped_by", sa.Integer(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_partnership_key_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "version", name=op.f("pk_partnership_key")),
        sqlite_strict=True,
    )


def _create_case_key() -> None:
    op.create_table(
        "case_key",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=True),
        sa.Column("wrapped_by", sa.Integer(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("destroyed_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name=op.f("ck_case_key_destroyed_is_gone")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_case_key_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "wrapped_by"],
            ["partnership_key.partnership_id", "partnership_key.version"],
            name=op.f("fk_case_key_partnership_id_wrapped_by"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "version", name=op.f("pk_case_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_case_key_wrapped_by", "case_key", ["partnership_id", "wrapped_by"])


def _create_person_index() -> None:
    op.create_table(
        "person_index",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(5), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('nhs', 'local')", name=op.f("ck_person_index_kind")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_person_index_partnership_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "digest", name=op.f("pk_person_index")),
        sqlite_strict=True,
    )
    op.create_index("ix_person_index_digest", "person_index", ["partnership_id", "digest"])


def _believe_sealed_alone_where_nothing_is_there() -> None:
    nothing = "NOT EXISTS (SELECT 1 FROM statement) AND NOT EXISTS (SELECT 1 FROM draft)"
    now = _NOW[op.get_bind().dialect.name]
    op.execute(f"UPDATE installation SET sealed_at = {now} WHERE {nothing}")  # noqa: S608 (constants)


def _keep(table: str, function: str) -> None:
    """Also where triggers are switched off for a session, as for a replica."""
    op.execute(f'DROP TRIGGER not_changed ON "{table}"')
    op.execute(
        f'CREATE TRIGGER not_changed BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION {function}'
    )
    op.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER not_changed')


def _sealed_in_sqlite() -> str:
    same = " AND ".join(f'OLD."{column}" IS NEW."{column}"' for column in _OF_READ_LOG)
    return f"(OLD.reason NOT LIKE 'v1:%' AND NEW.reason LIKE 'v1:%' AND {same})"


def _kept_in_sqlite(but: str) -> str:
    """A later migration that copies the table has to lay its trigger again."""
    return (
        f"CREATE TRIGGER read_log_not_changed BEFORE UPDATE ON read_log {but} "
        "BEGIN SELECT RAISE(ABORT, 'read_log: what is on record is neither changed nor removed'); END"
    )
