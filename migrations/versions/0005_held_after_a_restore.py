"""An installation knows that it was restored from a backup, and since when its mails may leave again."""

import sqlalchemy as sa
from alembic import op

from escalation.models.types import Utc

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS = ("restored_at", "backup_of", "released_at")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("installation", sa.Column(name, Utc(), nullable=True))
    op.create_index(
        "ix_outbox_sent",
        "outbox",
        ["account_id", "sent_at"],
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_sent", table_name="outbox")
    for name in reversed(_COLUMNS):
        op.drop_column("installation", name)
