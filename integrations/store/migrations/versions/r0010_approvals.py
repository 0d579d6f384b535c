"""An approval to see an original carries a keyed mark, without which it counts as none; the query log keeps addresses.

Approvals from before have no mark: what was not shown by then is approved anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("vault_requests", sa.Column("approval_mark", sa.Text(), nullable=True))
    op.add_column("vault_log", sa.Column("address", sa.Text(), nullable=True))
    op.create_index("ix_vault_log_request_id", "vault_log", ["request_id"])
