"""The journal of tickets that are made anew with confidential data masked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0008"
down_revision = "0007"

INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "twins",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger()),
        sa.Column("new_id", sa.BigInteger()),
        sa.Column("seen", sa.Text()),
        sa.Column("trouble", sa.Text()),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("erased_at", INSTANT),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
