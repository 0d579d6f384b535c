"""The gate notes for whom it hands a mail over before it does, so that a crash in between can be told later."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("gate", sa.Column("attempted", sa.Text(), nullable=False, server_default=""))
