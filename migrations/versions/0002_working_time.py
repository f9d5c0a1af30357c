"""Hours by weekday and terms of an agency."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade() -> None:
    for name in ("hours", "terms"):
        op.add_column("agency", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    # Not in a batch: SQLite would copy the table, and the copy would not be STRICT any more.
    for name in ("terms", "hours"):
        op.execute(f"ALTER TABLE agency DROP COLUMN {name}")
