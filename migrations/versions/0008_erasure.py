"""Erasure of what was written in a case by two appointed people, and the holds that forbid it; bound second factors.

The kinds of events that tell of it are new. Two tables of codes, behind the same wall as all that belongs to a case.
Secrets of apps and recovery codes that are not bound to their account are believed until `escalation keys finish`
has shown that there are none; where nobody has any, from the beginning.
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

from escalation.models.types import BigId, Utc

revision, down_revision, branch_labels, depends_on = "0008", "0007", None, None

_NEW_KINDS = "'erasure_asked', 'erasure_ended', 'content_destroyed', 'hold_set', 'hold_lifted', "
_SINCE = "'reminded'"
"""The first of the kinds that the service writes by itself: the new ones stand before it."""
_WALLED = ("erasure", "legal_hold")
_WITHIN_REACH = "partnership_id = ANY ((SELECT nullif(current_setting('escalation.partnerships', true), '')::bigint[])::bigint[])"
_NOW = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'",
    "postgresql": "clock_timestamp()",
}
_STRICT = {"sqlite_strict": True}


def upgrade() -> None:
    _check_kinds(_SINCE, _NEW_KINDS + _SINCE)
    _create_erasure()
    _create_legal_hold()
    op.add_column("installation", sa.Column("factors_bound_at", Utc(), nullable=True))
    now = _NOW[op.get_bind().dialect.name]
    nobody = "NOT EXISTS (SELECT 1 FROM account WHERE tf_totp_secret IS NOT NULL OR mf_recovery_codes <> '')"
    installation = sa.table("installation", sa.column("factors_bound_at"))
    op.execute(sa.update(installation).values(factors_bound_at=sa.text(now)).where(sa.text(nobody)))
    if op.get_bind().dialect.name == "postgresql":
        for table in _WALLED:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(
                f'CREATE POLICY within_reach ON "{table}" USING ({_WITHIN_REACH}) WITH CHECK ({_WITHIN_REACH})'
            )


def downgrade() -> None:
    for table in _WALLED:
        if op.get_bind().execute(sa.select(sa.func.count()).select_from(sa.table(table))).scalar_one():
            raise CommandError(f"{table} has rows: the state before does not know their events")
    bound = "SELECT count(*) FROM account WHERE tf_totp_secret LIKE 'v1:%' OR mf_recovery_codes LIKE '%h1:%'"
    if op.get_bind().execute(sa.text(bound.replace(":", r"\:"))).scalar_one():
        raise CommandError(
            "second factors are bound to their accounts: the state before could read none of them"
        )
    # Not in a batch: SQLite would copy the table, and the copy would not be STRICT any more.
    op.execute("ALTER TABLE installation DROP COLUMN factors_bound_at")
    op.drop_table("legal_hold")
    op.drop_table("erasure")
    _check_kinds(_NEW_KINDS + _SINCE, _SINCE)


def _check_kinds(before: str, after: str) -> None:
    """The list of kinds of an event, with some words in place of others."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_event(before, after)
        return
    said = op.get_bind().exec_driver_sql(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conname = 'ck_event_kind' AND conrelid = 'event'::regclass"
    )
    kinds = ", ".join(f"'{word}'" for word in str(said.scalar_one()).split("'")[1::2])
    op.execute("ALTER TABLE event DROP CONSTRAINT ck_event_kind")
    op.execute(
        f"ALTER TABLE event ADD CONSTRAINT ck_event_kind CHECK (kind IN ({kinds.replace(before, after)}))"
    )


def _rebuild_event(before: str, after: str) -> None:
    """The table anew with another list, as SQLite's own manual tells, and its triggers laid again; foreign keys
    are off meanwhile."""
    bind = op.get_bind()
    text = bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'event'")).scalar_one()
    laid = bind.execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'")
    )
    triggers = laid.scalars().all()
    op.execute(text.replace(before, after).replace("event", "event_anew", 1))
    op.execute("INSERT INTO event_anew SELECT * FROM event")
    # Its triggers go with it, and refuse none of this: a table that is dropped deletes no row.
    op.execute("DROP TABLE event")
    # Who points at the table points at its name: it must not follow the one that is renamed.
    op.execute("PRAGMA legacy_alter_table = 1")
    op.execute("ALTER TABLE event_anew RENAME TO event")
    op.execute("PRAGMA legacy_alter_table = 0")
    for trigger in triggers:
        op.execute(trigger)


def _of_event(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["partnership_id", "case_id", "event_seq"],
        ["event.partnership_id", "event.case_id", "event.seq"],
        name=op.f(f"fk_{table}_partnership_id_case_id_event_seq"),
    )


def _of_account(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["account.id"], name=op.f(f"fk_{table}_{column}"))


def _create_erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(20), nullable=False),
        sa.Column("asked_by_id", BigId, nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("answer_by", Utc(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.CheckConstraint(
            "rule IN ('retention', 'person', 'order', 'unlawful')", name=op.f("ck_erasure_rule")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'agreed', 'refused', 'withdrawn', 'lapsed')", name=op.f("ck_erasure_state")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_erasure_ended_has_time")
        ),
        sa.CheckConstraint(
            "state <> 'agreed' OR ended_by_id <> asked_by_id", name=op.f("ck_erasure_two_people")
        ),
        _of_event("erasure"),
        _of_account("erasure", "asked_by_id"),
        _of_account("erasure", "ended_by_id"),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "event_seq", name=op.f("pk_erasure")),
        **_STRICT,
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "uq_erasure_waiting", "erasure", ["partnership_id", "case_id"],
        unique=True, sqlite_where=waiting, postgresql_where=waiting,
    )  # fmt: skip


def _create_legal_hold() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(20), nullable=False),
        sa.Column("set_by_id", BigId, nullable=False),
        sa.Column("set_at", Utc(), nullable=False),
        sa.Column("lifted_at", Utc(), nullable=True),
        sa.Column("lifted_by_id", BigId, nullable=True),
        sa.CheckConstraint("ground IN ('court', 'inquiry', 'claim')", name=op.f("ck_legal_hold_ground")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL)", name=op.f("ck_legal_hold_lifted_by_somebody")
        ),
        _of_event("legal_hold"),
        _of_account("legal_hold", "set_by_id"),
        _of_account("legal_hold", "lifted_by_id"),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "event_seq", name=op.f("pk_legal_hold")),
        **_STRICT,
    )
    standing = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_legal_hold_standing", "legal_hold", ["partnership_id", "case_id"],
        unique=True, sqlite_where=standing, postgresql_where=standing,
    )  # fmt: skip
