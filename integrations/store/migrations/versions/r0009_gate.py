"""What came in through the gate: masked before the helpdesk saw it, its original sealed before there was a ticket."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0009"
down_revision = "0008"

INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "gate",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("message_mark", sa.Text(), nullable=False),
        sa.Column("content_mark", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger()),
        sa.Column("forwarded", sa.Text(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("forwarded_at", INSTANT),
        sa.Column("ticket_id", sa.BigInteger()),
        sa.Column("article_id", sa.BigInteger()),
        sa.Column("number", sa.Text()),
        sa.Column("bound_at", INSTANT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_gate_identity", "gate", ["identity"], unique=True)
    op.create_index("ix_gate_message_mark", "gate", ["message_mark"])
    unbound = sa.text("bound_at IS NULL")
    op.create_index("ix_gate_unbound", "gate", ["id"], sqlite_where=unbound, postgresql_where=unbound)
