"""Seals over the record, and the addresses outside to which they are mailed.

Events that are there keep their bodies: those of the first form bind no words, and that is said.
"""

import sqlalchemy as sa
from alembic import op

from escalation.models.types import BigId, Utc

revision, down_revision, branch_labels, depends_on = "0006", "0005", None, None

_SEALS = ("seal", "sealed_head", "sealed_read")
_STRICT = {"sqlite_strict": True}
_WITHIN_REACH = "partnership_id = ANY ((SELECT nullif(current_setting('escalation.partnerships', true), '')::bigint[])::bigint[])"


def upgrade() -> None:
    _make_seal()
    _make_sealed_head()
    _make_sealed_read()
    op.create_index("ix_read_log_partnership_id", "read_log", ["partnership_id", "id"])
    op.add_column("outbox", sa.Column("to_address", sa.String(254), nullable=True))
    keep = _keep_in_sqlite if op.get_bind().dialect.name == "sqlite" else _keep
    for table in _SEALS:
        keep(table)


def downgrade() -> None:
    """The triggers and policies go with their tables."""
    op.drop_column("outbox", "to_address")
    op.drop_index("ix_read_log_partnership_id", "read_log")
    for table in reversed(_SEALS):
        op.drop_table(table)


def _make_seal() -> None:
    op.create_table(
        "seal",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name="fk_seal_partnership_id"),
        sa.PrimaryKeyConstraint("partnership_id", "n", name="pk_seal"),
        sa.UniqueConstraint("partnership_id", "previous", name="uq_seal_partnership_id_previous"),
        **_STRICT,
    )


def _make_sealed_head() -> None:
    op.create_table(
        "sealed_head",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "n"], ["seal.partnership_id", "seal.n"], name="fk_sealed_head_partnership_id_n"
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id", "seq"],
            ["event.partnership_id", "event.case_id", "event.seq"],
            name="fk_sealed_head_partnership_id_case_id_seq",
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "seq", name="pk_sealed_head"),
        **_STRICT,
    )
    op.create_index("ix_sealed_head_n", "sealed_head", ["partnership_id", "n"])


def _make_sealed_read() -> None:
    op.create_table(
        "sealed_read",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("read_id", BigId, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "n"], ["seal.partnership_id", "seal.n"], name="fk_sealed_read_partnership_id_n"
        ),
        sa.ForeignKeyConstraint(["read_id"], ["read_log.id"], name="fk_sealed_read_read_id"),
        sa.PrimaryKeyConstraint("partnership_id", "read_id", name="pk_sealed_read"),
        **_STRICT,
    )
    op.create_index("ix_sealed_read_n", "sealed_read", ["partnership_id", "n"])


def _keep(table: str) -> None:
    """What is sealed stays, also where triggers are switched off for a session; and the policy of 0005."""
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(
        f'CREATE POLICY within_reach ON "{table}" USING ({_WITHIN_REACH}) WITH CHECK ({_WITHIN_REACH})'
    )
    op.execute(
        f'CREATE TRIGGER not_changed BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    )
    op.execute(
        f'CREATE TRIGGER not_emptied BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
    )
    for trigger in ("not_changed", "not_emptied"):
        op.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {trigger}')


def _keep_in_sqlite(table: str) -> None:
    for moment, name in (("UPDATE", "changed"), ("DELETE", "removed")):
        op.execute(
            f"CREATE TRIGGER {table}_not_{name} BEFORE {moment} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: what is on record is neither changed nor removed'); END"
        )
