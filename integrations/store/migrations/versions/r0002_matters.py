"""What each ticket is about, to find repeats and causes that several customers share; decisions known again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0002"
down_revision = "0001"

INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "matters",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    op.create_index("ix_matters_customer_id", "matters", ["customer_id", "received_at"])
    op.create_index("ix_matters_cause", "matters", ["cause", "received_at"])
    op.add_column("decisions", sa.Column("occasion", sa.Text(), nullable=True))
    op.create_index("ix_decisions_occasion", "decisions", ["occasion"], unique=True)
