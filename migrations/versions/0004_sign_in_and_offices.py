"""Sign-in, offices of a partnership, cases opened without a seat, and raising without being named.

Passkeys, second factors, one-time codes and tries; who is appointed, who declared an interest, which mail
domains are known, who waits to be let in, and the quarterly reviews of access.
"""

import sqlalchemy as sa
from alembic import op

from escalation.models.types import BigId, Utc

revision, down_revision, branch_labels, depends_on = "0004", "0003", None, None

_KINDS = "'concern_raised', 'lead_supported', 'lead_declined', 'owned', 'decision_changed', 'decision_kept', 'information_asked', 'change_told', 'risk_rose', 'safety_said', 'readdressed', 'settlement_proposed', 'settlement_agreed', 'settlement_declined', 'deadline_lapsed', 'moved_up', 'board_decided', 'recused', 'settled_for_now', 'follow_up_answered', 'withdrawn', 'closed', 'returned', 'handed_over', 'gate_opened', 'meeting_called', 'meeting_held', 'plan_recorded', 'dissent_recorded', 'time_set', 'time_proposed', 'time_agreed', 'extended', 'paused', 'resumed', 'beside_opened', 'taken_as_kept', 'version_changed', 'protected_meanwhile', 'reminded', 'post_vacant', 'mail_undeliverable'"
_NEW_KINDS = "'glass_broken', 'glass_reviewed', 'raiser_named', "
_SINCE = "'reminded'"
"""The first of the kinds that the service writes by itself: the new ones stand before it."""


def upgrade() -> None:
    _create_address_proof()
    _create_attempts()
    _create_appointment()
    _create_identity()
    _create_passkey()
    _create_sign_in_record()
    _create_access_review()
    _create_declared_interest()
    _create_mail_domain()
    _create_newcomer()
    _create_opened_glass()
    _add_columns()
    _check_kinds(_KINDS, _KINDS.replace(_SINCE, _NEW_KINDS + _SINCE))


def downgrade() -> None:
    _check_kinds(_KINDS.replace(_SINCE, _NEW_KINDS + _SINCE), _KINDS)
    op.drop_index("ix_web_session_account", table_name="web_session")
    op.drop_index("ix_web_session_public_id", table_name="web_session")
    op.drop_index("ix_account_fs_webauthn_user_handle", table_name="account")
    # Not in a batch: SQLite would copy the table, and the copy would not be STRICT any more.
    for table, column in reversed(_COLUMNS):
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN {column}')
    op.drop_index(
        "ix_opened_glass_unreviewed",
        table_name="opened_glass",
        sqlite_where=sa.text("reviewed_at IS NULL"),
        postgresql_where=sa.text("reviewed_at IS NULL"),
    )
    op.drop_index("ix_opened_glass_account", table_name="opened_glass")
    op.drop_table("opened_glass")
    op.drop_index(
        "uq_newcomer_waiting",
        table_name="newcomer",
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.drop_index(op.f("ix_newcomer_account_id"), table_name="newcomer")
    op.drop_table("newcomer")
    op.drop_index("ix_mail_domain_domain", table_name="mail_domain")
    op.drop_table("mail_domain")
    op.drop_index("ix_declared_interest_account", table_name="declared_interest")
    op.drop_table("declared_interest")
    op.drop_table("access_review")
    op.drop_index("ix_sign_in_record_account", table_name="sign_in_record")
    op.drop_table("sign_in_record")
    op.drop_table("passkey")
    op.drop_index(op.f("ix_identity_account_id"), table_name="identity")
    op.drop_table("identity")
    op.drop_index("ix_appointment_account", table_name="appointment")
    op.drop_table("appointment")
    op.drop_index("ix_attempts_since", table_name="attempts")
    op.drop_table("attempts")
    op.drop_index(op.f("ix_address_proof_expires_at"), table_name="address_proof")
    op.drop_index(op.f("ix_address_proof_email"), table_name="address_proof")
    op.drop_table("address_proof")


_COLUMNS = (
    ("account", "totp_counter"),
    ("account", "mf_recovery_codes"),
    ("account", "fs_webauthn_user_handle"),
    ("account", "used_at"),
    ("account", "lapsed_at"),
    ("case", "quiet"),
    ("case", "named_at"),
    ("read_log", "reason"),
    ("web_session", "public_id"),
    ("web_session", "how"),
    ("web_session", "verified_at"),
    ("web_session", "agent"),
)


def _check_kinds(before: str, after: str) -> None:
    """The list of kinds of an event. SQLite keeps it in the text of the table, and nothing else changes."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE event DROP CONSTRAINT ck_event_kind")
        op.execute(f"ALTER TABLE event ADD CONSTRAINT ck_event_kind CHECK (kind IN ({after}))")
        return
    _rebuild_event(before, after)


def _rebuild_event(before: str, after: str) -> None:
    """The table anew with another list, as SQLite's own manual tells; foreign keys are off meanwhile."""
    bind = op.get_bind()
    text = bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'event'")).scalar_one()
    made = text.replace(f"IN ({before})", f"IN ({after})").replace("event", "event_anew", 1)
    op.execute(made)
    op.execute("INSERT INTO event_anew SELECT * FROM event")
    op.execute("DROP TABLE event")
    # Who points at the table points at its name: it must not follow the one that is renamed.
    op.execute("PRAGMA legacy_alter_table = 1")
    op.execute("ALTER TABLE event_anew RENAME TO event")
    op.execute("PRAGMA legacy_alter_table = 0")


def _add_columns() -> None:
    op.add_column("account", sa.Column("totp_counter", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("mf_recovery_codes", sa.UnicodeText(), nullable=True))
    op.add_column("account", sa.Column("fs_webauthn_user_handle", sa.String(length=64), nullable=True))
    op.add_column("account", sa.Column("used_at", Utc(), nullable=True))
    op.add_column("account", sa.Column("lapsed_at", Utc(), nullable=True))
    op.create_index(
        op.f("ix_account_fs_webauthn_user_handle"), "account", ["fs_webauthn_user_handle"], unique=True
    )
    op.add_column("case", sa.Column("quiet", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("case", sa.Column("named_at", Utc(), nullable=True))
    op.add_column("read_log", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("web_session", sa.Column("public_id", sa.String(length=32), nullable=True))
    op.add_column("web_session", sa.Column("how", sa.String(length=20), nullable=True))
    op.add_column("web_session", sa.Column("verified_at", Utc(), nullable=True))
    op.add_column("web_session", sa.Column("agent", sa.String(length=80), nullable=True))
    op.create_index("ix_web_session_account", "web_session", ["account_id"], unique=False)
    op.create_index(op.f("ix_web_session_public_id"), "web_session", ["public_id"], unique=True)


def _create_address_proof() -> None:
    op.create_table(
        "address_proof",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_address_proof")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_address_proof_email"), "address_proof", ["email"], unique=False)
    op.create_index(op.f("ix_address_proof_expires_at"), "address_proof", ["expires_at"], unique=False)


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("whom", sa.String(length=64), nullable=False),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "whom", name=op.f("pk_attempts")),
        sqlite_strict=True,
    )
    op.create_index("ix_attempts_since", "attempts", ["since"], unique=False)


def _create_appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("from_at", Utc(), nullable=False),
        sa.Column("to_at", Utc(), nullable=True),
        sa.Column("by_account_id", BigId, nullable=True),
        sa.CheckConstraint(
            "office IN ('board_member', 'administrator', 'privacy_officer', 'inspector', 'custodian')",
            name=op.f("ck_appointment_office"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_appointment_account_id")),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_appointment_by_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_appointment_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint(
            "partnership_id",
            "account_id",
            "office",
            "from_at",
            name=op.f("uq_appointment_partnership_id_account_id_office_from_at"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_appointment_account", "appointment", ["account_id"], unique=False)


def _create_identity() -> None:
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("linked_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_identity_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_identity_account_id"), "identity", ["account_id"], unique=False)


def _create_passkey() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("transports", sa.UnicodeText(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("extensions", sa.String(length=255), nullable=True),
        sa.Column("create_datetime", Utc(), nullable=False),
        sa.Column("lastuse_datetime", Utc(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usage", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["account.id"], name=op.f("fk_passkey_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_passkey_user_id_name")),
        sqlite_strict=True,
    )


def _create_sign_in_record() -> None:
    op.create_table(
        "sign_in_record",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sign_in_record_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_record")),
        sqlite_strict=True,
    )
    op.create_index("ix_sign_in_record_account", "sign_in_record", ["account_id", "at"], unique=False)


def _create_access_review() -> None:
    op.create_table(
        "access_review",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("reminded_at", Utc(), nullable=True),
        sa.Column("signed_at", Utc(), nullable=True),
        sa.Column("signed_by_id", BigId, nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by_id IS NULL)", name=op.f("ck_access_review_signed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["membership.partnership_id", "membership.agency_id"],
            name=op.f("fk_access_review_partnership_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(["signed_by_id"], ["account.id"], name=op.f("fk_access_review_signed_by_id")),
        sa.PrimaryKeyConstraint("partnership_id", "agency_id", "quarter", name=op.f("pk_access_review")),
        sqlite_strict=True,
    )


def _create_declared_interest() -> None:
    op.create_table(
        "declared_interest",
        sa.Column("id", BigId, nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("from_at", Utc(), nullable=False),
        sa.Column("to_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_declared_interest_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["membership.partnership_id", "membership.agency_id"],
            name=op.f("fk_declared_interest_partnership_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_interest")),
        sa.UniqueConstraint(
            "partnership_id",
            "account_id",
            "agency_id",
            "from_at",
            name=op.f("uq_declared_interest_partnership_id_account_id_agency_id_from_at"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_declared_interest_account", "declared_interest", ["account_id"], unique=False)


def _create_mail_domain() -> None:
    op.create_table(
        "mail_domain",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        sa.Column("by_account_id", BigId, nullable=True),
        sa.CheckConstraint("domain = lower(domain)", name=op.f("ck_mail_domain_domain_lower")),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_mail_domain_by_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["membership.partnership_id", "membership.agency_id"],
            name=op.f("fk_mail_domain_partnership_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "domain", "agency_id", name=op.f("pk_mail_domain")),
        sqlite_strict=True,
    )
    op.create_index("ix_mail_domain_domain", "mail_domain", ["domain"], unique=False)


def _create_newcomer() -> None:
    op.create_table(
        "newcomer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("draft_public_id", sa.String(length=32), nullable=True),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("settled_at", Utc(), nullable=True),
        sa.Column("admitted", sa.Boolean(), nullable=True),
        sa.Column("by_account_id", BigId, nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (admitted IS NULL)", name=op.f("ck_newcomer_settled_has_answer")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_newcomer_account_id")),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_newcomer_by_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["membership.partnership_id", "membership.agency_id"],
            name=op.f("fk_newcomer_partnership_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newcomer")),
        sa.UniqueConstraint("public_id", name=op.f("uq_newcomer_public_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_newcomer_account_id"), "newcomer", ["account_id"], unique=False)
    op.create_index(
        "uq_newcomer_waiting",
        "newcomer",
        ["partnership_id", "account_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def _create_opened_glass() -> None:
    op.create_table(
        "opened_glass",
        sa.Column("partnership_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.Column("review_by", Utc(), nullable=False),
        sa.Column("escalated_at", Utc(), nullable=True),
        sa.Column("reviewed_at", Utc(), nullable=True),
        sa.Column("reviewed_by_id", BigId, nullable=True),
        sa.Column("finding", sa.String(length=10), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("finding IN ('right', 'wrong')", name=op.f("ck_opened_glass_finding")),
        sa.CheckConstraint(
            "reason IN ('consent', 'legal', 'public_interest')", name=op.f("ck_opened_glass_reason")
        ),
        sa.CheckConstraint(
            "(reviewed_at IS NULL) = (finding IS NULL)", name=op.f("ck_opened_glass_reviewed_has_finding")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_opened_glass_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id", "event_seq"],
            ["event.partnership_id", "event.case_id", "event.seq"],
            name=op.f("fk_opened_glass_partnership_id_case_id_event_seq"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["account.id"], name=op.f("fk_opened_glass_reviewed_by_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "case_id", "event_seq", name=op.f("pk_opened_glass")),
        sqlite_strict=True,
    )
    op.create_index("ix_opened_glass_account", "opened_glass", ["account_id", "until"], unique=False)
    op.create_index(
        "ix_opened_glass_unreviewed",
        "opened_glass",
        ["review_by"],
        unique=False,
        sqlite_where=sa.text("reviewed_at IS NULL"),
        postgresql_where=sa.text("reviewed_at IS NULL"),
    )
