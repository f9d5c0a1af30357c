"""What is due is looked up partnership by partnership, so that none keeps another waiting."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0003", "0002", None, None

_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    _index_of(["partnership_id", "due_at"])


def downgrade() -> None:
    _index_of(["due_at"])


def _index_of(columns: list[str]) -> None:
    op.drop_index("ix_deadline_due", table_name="deadline")
    op.create_index("ix_deadline_due", "deadline", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
