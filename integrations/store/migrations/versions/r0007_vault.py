"""The vault: sealed originals, requests to see one, and the query log, which the database only lets grow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0007"
down_revision = "0006"

INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _keys()
    _originals()
    _pieces()
    _requests()
    _log()


def _keys() -> None:
    op.create_table(
        "vault_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("first_used_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "vault_data_keys",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_vault_data_keys_ticket_id", "vault_data_keys", ["ticket_id", "key_id"], unique=True)


def _originals() -> None:
    op.create_table(
        "vault_records",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("data_key_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Boolean(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.Column("shredded_at", INSTANT, nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["data_key_id"], ["vault_data_keys.id"], name="fk_vault_records_data_key_id"),
    )
    op.create_index("ux_vault_records_digest", "vault_records", ["digest"], unique=True)
    op.create_index("ix_vault_records_ticket_id", "vault_records", ["ticket_id"])
    op.create_index("ix_vault_records_token", "vault_records", ["token"])
    op.create_index("ix_vault_records_key_id", "vault_records", ["key_id", "id"])
    op.create_index("ix_vault_records_data_key_id", "vault_records", ["data_key_id"])
    faulty = sa.text("fault IS NOT NULL")
    op.create_index("ix_vault_records_fault", "vault_records", ["id"], sqlite_where=faulty, postgresql_where=faulty)


def _pieces() -> None:
    op.create_table(
        "vault_pieces",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("data_key_id", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "turn"),
        sa.ForeignKeyConstraint(["record_id"], ["vault_records.id"], name="fk_vault_pieces_record_id"),
    )
    op.create_index("ux_vault_pieces_nonce", "vault_pieces", ["data_key_id", "nonce"], unique=True)


def _requests() -> None:
    op.create_table(
        "vault_requests",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("refused_by", sa.Text(), nullable=True),
        sa.Column("refused_why", sa.Text(), nullable=True),
        sa.Column("refused_at", INSTANT, nullable=True),
        sa.Column("revealed_at", INSTANT, nullable=True),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["record_id"], ["vault_records.id"], name="fk_vault_requests_record_id"),
    )
    op.create_index("ix_vault_requests_record_id", "vault_requests", ["record_id"])
    op.create_index("ix_vault_requests_expires_at", "vault_requests", ["expires_at"])


def _log() -> None:
    op.create_table(
        "vault_log",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_vault_log_ticket_id", "vault_log", ["ticket_id"])
    op.create_index("ix_vault_log_at", "vault_log", ["at"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER tr_vault_log_no_{verb} BEFORE {verb.upper()} ON vault_log "
                "BEGIN SELECT RAISE(ABORT, 'the query log is only added to'); END"
            )
    else:
        op.execute(
            "CREATE OR REPLACE FUNCTION vault_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the query log is only added to'; END $$"
        )
        op.execute(
            "CREATE TRIGGER tr_vault_log_only_grows BEFORE UPDATE OR DELETE ON vault_log "
            "FOR EACH ROW EXECUTE FUNCTION vault_log_only_grows()"
        )
