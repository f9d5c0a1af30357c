"""Working time of agencies; concerns that were sent elsewhere; when an installation was restored.

Hours by weekday and terms of an agency. A table of diversions, with codes and ids only. An installation
knows that it was restored from a backup, and since when its mails may leave again.
"""

import sqlalchemy as sa
from alembic import op

from escalation.models.types import BigId, Utc

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None

_WORKING_TIME = ("hours", "terms")
_RESTORED = ("restored_at", "backup_of", "released_at")
_KINDS = (
    "'general_practice', 'hospital', 'health_visiting', 'integrated_care_board', 'social_care', 'police', "
    "'school', 'housing', 'probation', 'ambulance', 'voluntary', 'care_provider', 'court_service', 'board', "
    "'other'"
)
_WORDS = {
    "reason": "'own_agency', 'complaint', 'conduct', 'whistleblowing', 'eligibility', 'appeal', "
    "'new_concern', 'other_procedure'",
    "subject": "'child', 'adult', 'issue'",
    "urgency": "'today', 'next_days', 'not_urgent', 'not_sure'",
    "within": "'agency', 'between'",
    "raising": _KINDS,
    "challenged": _KINDS,
}


def upgrade() -> None:
    for name in _WORKING_TIME:
        op.add_column("agency", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in _RESTORED:
        op.add_column("installation", sa.Column(name, Utc(), nullable=True))
    op.create_index(
        "ix_outbox_sent",
        "outbox",
        ["account_id", "sent_at"],
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )
    _create_diversion()


def downgrade() -> None:
    op.drop_table("diversion")
    op.drop_index("ix_outbox_sent", table_name="outbox")
    # Not in a batch: SQLite would copy the table, and the copy would not be STRICT any more.
    for name in reversed(_RESTORED):
        op.execute(f"ALTER TABLE installation DROP COLUMN {name}")
    for name in reversed(_WORKING_TIME):
        op.execute(f"ALTER TABLE agency DROP COLUMN {name}")


def _create_diversion() -> None:
    op.create_table(
        "diversion",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("protocol_version_id", BigId, nullable=False),
        sa.Column("route", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("forum", sa.String(length=40), nullable=False),
        sa.Column("urgency", sa.String(length=20), nullable=False),
        sa.Column("within", sa.String(length=20), nullable=False),
        sa.Column("raising", sa.String(length=30), nullable=False),
        sa.Column("challenged", sa.String(length=30), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        *(
            sa.CheckConstraint(f"{column} IN ({words})", name=op.f(f"ck_diversion_{column}"))
            for column, words in _WORDS.items()
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_diversion_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_diversion_partnership_id")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "protocol_version_id"],
            ["protocol_version.partnership_id", "protocol_version.id"],
            name=op.f("fk_diversion_partnership_id_protocol_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diversion")),
        sa.UniqueConstraint("public_id", name=op.f("uq_diversion_public_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_diversion_at", "diversion", ["partnership_id", "at"])
    op.create_index(op.f("ix_diversion_account_id"), "diversion", ["account_id"])
