"""Searches by a number and what operators took out are on record; how the last verification of each record went.

What was searched and taken out stays as it is written, as the rest of what is on record.
"""

import sqlalchemy as sa
from alembic import op

from escalation.models.types import BigId, Utc

revision, down_revision, branch_labels, depends_on = "0009", "0008", None, None

_KEPT = ("number_search", "taken_out")
_STRICT = {"sqlite_strict": True}
_WITHIN_REACH = "partnership_id = ANY ((SELECT nullif(current_setting('escalation.partnerships', true), '')::bigint[])::bigint[])"


def upgrade() -> None:
    _make_number_search()
    _make_taken_out()
    _make_record_check()
    keep = _keep_in_sqlite if op.get_bind().dialect.name == "sqlite" else _keep
    for table in _KEPT:
        keep(table)


def downgrade() -> None:
    """The triggers and policies go with their tables."""
    op.drop_table("record_check")
    for table in reversed(_KEPT):
        op.drop_table(table)


def _make_number_search() -> None:
    op.create_table(
        "number_search",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("kind", sa.String(5), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("kind IN ('nhs', 'local')", name=op.f("ck_number_search_kind")),
        sa.CheckConstraint("found >= 0", name=op.f("ck_number_search_found")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_number_search_partnership_id")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_number_search_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_search")),
        **_STRICT,
    )
    op.create_index("ix_number_search_partnership_id", "number_search", ["partnership_id", "at"])


def _make_taken_out() -> None:
    op.create_table(
        "taken_out",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("operator", sa.String(120), nullable=False),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint(
            "why IN ('court', 'inspection', 'subject_access', 'review', 'other')",
            name=op.f("ck_taken_out_why"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_taken_out_partnership_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_out")),
        **_STRICT,
    )
    op.create_index("ix_taken_out_partnership_id", "taken_out", ["partnership_id", "at"])


def _make_record_check() -> None:
    op.create_table(
        "record_check",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("checked_at", Utc(), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("breaks", sa.Integer(), nullable=False),
        sa.Column("broken_since", Utc(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('whole', 'broken', 'incomplete')", name=op.f("ck_record_check_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_record_check_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", name=op.f("pk_record_check")),
        **_STRICT,
    )


def _keep(table: str) -> None:
    """It stays, also where triggers are switched off for a session; and the policy of 0005."""
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
