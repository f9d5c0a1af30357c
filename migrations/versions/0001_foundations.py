"""The foundations: every table of the first version, and the one row of the installation."""

import sqlalchemy as sa
from alembic import op

from escalation.models.types import BigId, Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", BigId, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("mail_ok", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("invited_at", Utc(), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_account_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
        sqlite_strict=True,
    )
    op.create_table(
        "agency",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("nation", sa.String(length=3), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("opens", sa.String(length=5), server_default="09:00", nullable=False),
        sa.Column("closes", sa.String(length=5), server_default="17:00", nullable=False),
        sa.Column("weekdays", sa.String(length=7), server_default="01234", nullable=False),
        sa.Column("closures", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "kind IN ('general_practice', 'hospital', 'health_visiting', 'integrated_care_board', 'social_care', 'police', 'school', 'housing', 'probation', 'ambulance', 'voluntary', 'care_provider', 'court_service', 'board', 'other')",
            name=op.f("ck_agency_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agency_public_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("beat_at", Utc(), nullable=True),
        sa.Column("checked_at", Utc(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
        sqlite_strict=True,
    )
    op.create_table(
        "installation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("movable", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("offset_seconds", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one_row")),
        sa.CheckConstraint("movable OR offset_seconds = 0", name=op.f("ck_installation_clock_stands")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
        sqlite_strict=True,
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("runs", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_run")),
        sqlite_strict=True,
    )
    op.create_table(
        "partnership",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("service_name", sa.String(length=120), nullable=False),
        sa.Column("reference_prefix", sa.String(length=6), nullable=False),
        sa.Column("nation", sa.String(length=3), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("duty_phone", sa.String(length=40), nullable=False),
        sa.Column("office_phone", sa.String(length=40), nullable=False),
        sa.Column("office_hours", sa.String(length=80), nullable=False),
        sa.Column("office_address", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership")),
        sa.UniqueConstraint("name", name=op.f("uq_partnership_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_public_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "role",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=255), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("role_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_role_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_account_role_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_role")),
        sqlite_strict=True,
    )
    op.create_table(
        "membership",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_membership_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_membership_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "agency_id", name=op.f("pk_membership")),
        sqlite_strict=True,
    )
    op.create_table(
        "protocol_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("in_force_from", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_protocol_version_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_version")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_protocol_version_partnership_id_id")),
        sa.UniqueConstraint(
            "partnership_id", "key", "version", name=op.f("uq_protocol_version_partnership_id_key_version")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "submission",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_submission_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_submission_partnership_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_submission")),
        sqlite_strict=True,
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("seen_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_web_session_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "case",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("protocol_version_id", BigId, nullable=False),
        sa.Column("raiser_id", BigId, nullable=False),
        sa.Column("challenged_role", sa.String(length=20), nullable=False),
        sa.Column("urgency", sa.String(length=20), nullable=False),
        sa.Column("track", sa.String(length=40), nullable=False),
        sa.Column("pace", sa.String(length=40), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("paused_at", Utc(), nullable=True),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("entry_seq", sa.Integer(), nullable=False),
        sa.Column("position", sa.String(length=10), nullable=False),
        sa.Column("lead_view", sa.String(length=10), nullable=False),
        sa.Column("readdressed", sa.Integer(), nullable=False),
        sa.Column("raised_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("follows_id", BigId, nullable=True),
        sa.Column("beside_id", BigId, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(phase = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_case_closed_has_time")
        ),
        sa.CheckConstraint("lead_view IN ('none', 'supports', 'declines')", name=op.f("ck_case_lead_view")),
        sa.CheckConstraint(
            "phase IN ('draft', 'informal', 'manager', 'senior', 'arbitration', 'provisional', 'closed')",
            name=op.f("ck_case_phase"),
        ),
        sa.CheckConstraint("position IN ('none', 'changed', 'kept')", name=op.f("ck_case_position")),
        sa.CheckConstraint(
            "urgency IN ('today', 'next_days', 'not_urgent', 'not_sure')", name=op.f("ck_case_urgency")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "follows_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_case_partnership_id_follows_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "beside_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_case_partnership_id_beside_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "protocol_version_id"],
            ["protocol_version.partnership_id", "protocol_version.id"],
            name=op.f("fk_case_partnership_id_protocol_version_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_case_partnership_id")),
        sa.ForeignKeyConstraint(["raiser_id"], ["account.id"], name=op.f("fk_case_raiser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_case_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "reference", name=op.f("uq_case_partnership_id_reference")),
        sa.UniqueConstraint("public_id", name=op.f("uq_case_public_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_phase"), ["phase"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_raiser_id"), ["raiser_id"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("line", sa.String(length=20), server_default="", nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "tier IN ('practitioner', 'lead', 'named', 'designated', 'manager', 'senior_manager', 'head', 'director', 'office', 'chair', 'panel')",
            name=op.f("ck_post_tier"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["membership.partnership_id", "membership.agency_id"],
            name=op.f("fk_post_partnership_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint(
            "partnership_id",
            "agency_id",
            "tier",
            "line",
            "title",
            name=op.f("uq_post_partnership_id_agency_id_tier_line_title"),
        ),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_post_partnership_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_post_public_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "draft",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("case_id", BigId, nullable=True),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("saved_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draft_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_draft_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_draft_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("public_id", name=op.f("uq_draft_public_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "uq_draft_case_kind",
            ["account_id", "case_id", "kind"],
            unique=True,
            sqlite_where=sa.text("case_id IS NOT NULL"),
            postgresql_where=sa.text("case_id IS NOT NULL"),
        )

    op.create_table(
        "event",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("entry_seq", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("slot", sa.String(length=40), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "kind IN ('concern_raised', 'lead_supported', 'lead_declined', 'owned', 'decision_changed', 'decision_kept', 'information_asked', 'change_told', 'risk_rose', 'safety_said', 'readdressed', 'settlement_proposed', 'settlement_agreed', 'settlement_declined', 'deadline_lapsed', 'moved_up', 'board_decided', 'recused', 'settled_for_now', 'follow_up_answered', 'withdrawn', 'closed', 'returned', 'handed_over', 'gate_opened', 'meeting_called', 'meeting_held', 'plan_recorded', 'dissent_recorded', 'time_set', 'time_proposed', 'time_agreed', 'extended', 'paused', 'resumed', 'beside_opened', 'taken_as_kept', 'version_changed', 'protected_meanwhile', 'reminded', 'post_vacant', 'mail_undeliverable')",
            name=op.f("ck_event_kind"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_event_actor_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_event_partnership_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "seq", name=op.f("pk_event")),
        sa.UniqueConstraint(
            "partnership_id", "case_id", "previous", name=op.f("uq_event_partnership_id_case_id_previous")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "holding",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("post_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("from_at", Utc(), nullable=False),
        sa.Column("to_at", Utc(), nullable=True),
        sa.Column("away_until", Utc(), nullable=True),
        sa.CheckConstraint("kind IN ('holder', 'deputy')", name=op.f("ck_holding_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_holding_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "post_id"],
            ["post.partnership_id", "post.id"],
            name=op.f("fk_holding_partnership_id_post_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding")),
        sa.UniqueConstraint(
            "partnership_id",
            "post_id",
            "account_id",
            "kind",
            "from_at",
            name=op.f("uq_holding_partnership_id_post_id_account_id_kind_from_at"),
        ),
        sqlite_strict=True,
    )
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.create_index("ix_holding_account", ["account_id"], unique=False)

    op.create_table(
        "participation",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("post_id", BigId, nullable=True),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("vacant", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("entry_seq", sa.Integer(), nullable=False),
        sa.Column("joined_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.CheckConstraint("side IN ('raising', 'challenged', 'board')", name=op.f("ck_participation_side")),
        sa.CheckConstraint(
            "post_id IS NOT NULL OR account_id IS NOT NULL OR vacant", name=op.f("ck_participation_somebody")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_participation_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["membership.partnership_id", "membership.agency_id"],
            name=op.f("fk_participation_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_participation_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "post_id"],
            ["post.partnership_id", "post.id"],
            name=op.f("fk_participation_partnership_id_post_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "no", name=op.f("pk_participation")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.create_index("ix_participation_account", ["account_id"], unique=False)
        batch_op.create_index("ix_participation_post", ["partnership_id", "post_id"], unique=False)

    op.create_table(
        "proposal",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("reply", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("side IN ('raising', 'challenged', 'board')", name=op.f("ck_proposal_side")),
        sa.CheckConstraint(
            "state IN ('open', 'agreed', 'declined', 'lapsed')", name=op.f("ck_proposal_state")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_proposal_partnership_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "event_seq", name=op.f("pk_proposal")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(
            "uq_proposal_open",
            ["partnership_id", "case_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "read_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_read_log_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_read_log_partnership_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_log")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("read_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_read_log_case_id"), ["case_id"], unique=False)

    op.create_table(
        "recusal",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recusal_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_recusal_partnership_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "account_id", name=op.f("pk_recusal")),
        sqlite_strict=True,
    )
    op.create_table(
        "stage_entry",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("pace", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("entered_at", Utc(), nullable=False),
        sa.Column("left_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "phase IN ('draft', 'informal', 'manager', 'senior', 'arbitration', 'provisional', 'closed')",
            name=op.f("ck_stage_entry_phase"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case.partnership_id", "case.id"],
            name=op.f("fk_stage_entry_partnership_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "seq", name=op.f("pk_stage_entry")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("stage_entry", schema=None) as batch_op:
        batch_op.create_index(
            "uq_stage_entry_open",
            ["partnership_id", "case_id"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "deadline",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("entry_seq", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(length=40), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("waits_for", sa.String(length=40), nullable=False),
        sa.Column("base_at", Utc(), nullable=False),
        sa.Column("budget", sa.String(length=40), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("remind_at", Utc(), nullable=True),
        sa.Column("reminded_at", Utc(), nullable=True),
        sa.Column("calendar_version", sa.String(length=120), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("late_by", sa.Integer(), server_default="0", nullable=False),
        sa.Column("set_aside", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_deadline_open_has_no_end")),
        sa.CheckConstraint("side IN ('raising', 'challenged', 'board')", name=op.f("ck_deadline_side")),
        sa.CheckConstraint("state IN ('open', 'met', 'lapsed', 'stopped')", name=op.f("ck_deadline_state")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id", "entry_seq"],
            ["stage_entry.partnership_id", "stage_entry.case_id", "stage_entry.seq"],
            name=op.f("fk_deadline_partnership_id_case_id_entry_seq"),
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "case_id", "entry_seq", "clock", "rung", name=op.f("pk_deadline")
        ),
        sqlite_strict=True,
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deadline_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(
            "ix_deadline_remind",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open' AND remind_at IS NOT NULL AND reminded_at IS NULL"),
            postgresql_where=sa.text("state = 'open' AND remind_at IS NOT NULL AND reminded_at IS NULL"),
        )

    op.create_table(
        "outbox",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("set_up_link", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), server_default="owed", nullable=False),
        sa.Column("owed_at", Utc(), nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("message_id", sa.String(length=160), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sent_at", Utc(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.CheckConstraint("state = 'skipped' OR account_id IS NOT NULL", name=op.f("ck_outbox_somebody")),
        sa.CheckConstraint(
            "state IN ('owed', 'sent', 'failed', 'skipped', 'held')", name=op.f("ck_outbox_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outbox_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id", "event_seq"],
            ["event.partnership_id", "event.case_id", "event.seq"],
            name=op.f("fk_outbox_partnership_id_case_id_event_seq"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_outbox_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_case", ["partnership_id", "case_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_owed",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("state = 'owed'"),
            postgresql_where=sa.text("state = 'owed'"),
        )

    op.create_table(
        "statement",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("field_class", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "field_class IN ('F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9')",
            name=op.f("ck_statement_field_class"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id", "event_seq"],
            ["event.partnership_id", "event.case_id", "event.seq"],
            name=op.f("fk_statement_partnership_id_case_id_event_seq"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "event_seq", "field", name=op.f("pk_statement")),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO installation (id, movable, offset_seconds, epoch) VALUES (1, '0', 0, 1)")


def downgrade() -> None:
    op.drop_table("statement")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_owed",
            sqlite_where=sa.text("state = 'owed'"),
            postgresql_where=sa.text("state = 'owed'"),
        )
        batch_op.drop_index("ix_outbox_case")

    op.drop_table("outbox")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_deadline_remind",
            sqlite_where=sa.text("state = 'open' AND remind_at IS NOT NULL AND reminded_at IS NULL"),
            postgresql_where=sa.text("state = 'open' AND remind_at IS NOT NULL AND reminded_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_deadline_due",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.drop_table("deadline")
    with op.batch_alter_table("stage_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_stage_entry_open",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.drop_table("stage_entry")
    op.drop_table("recusal")
    with op.batch_alter_table("read_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_read_log_case_id"))

    op.drop_table("read_log")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_proposal_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.drop_table("proposal")
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_index("ix_participation_post")
        batch_op.drop_index("ix_participation_account")

    op.drop_table("participation")
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.drop_index("ix_holding_account")

    op.drop_table("holding")
    op.drop_table("event")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_draft_case_kind",
            sqlite_where=sa.text("case_id IS NOT NULL"),
            postgresql_where=sa.text("case_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_draft_account_id"))

    op.drop_table("draft")
    op.drop_table("post")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_raiser_id"))
        batch_op.drop_index(batch_op.f("ix_case_phase"))

    op.drop_table("case")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_expires_at"))

    op.drop_table("web_session")
    op.drop_table("submission")
    op.drop_table("protocol_version")
    op.drop_table("membership")
    op.drop_table("account_role")
    op.drop_table("role")
    op.drop_table("partnership")
    op.drop_table("job_run")
    op.drop_table("installation")
    op.drop_table("heartbeat")
    op.drop_table("agency")
    op.drop_table("account")
