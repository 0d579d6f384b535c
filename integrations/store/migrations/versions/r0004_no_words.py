"""What people wrote is no longer kept: causes are known by a digest, histories are read anew."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

LOOKS = sa.table("looks", sa.column("history", sa.Text()), sa.column("clean", sa.Boolean()))
MATTERS = sa.table("matters", sa.column("ticket_id", sa.BigInteger()), sa.column("cause", sa.Text()))


def upgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.update(LOOKS).values(history="", clean=False))
    causes = connection.scalars(sa.select(MATTERS.c.cause).where(MATTERS.c.cause.is_not(None)).distinct()).all()
    for cause in causes:
        known = hashlib.sha256(f"cause\x1f{cause}".encode()).hexdigest()[:16]
        connection.execute(sa.update(MATTERS).where(MATTERS.c.cause == cause).values(cause=known))
