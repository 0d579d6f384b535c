"""The query log is neither emptied as a whole nor one of its rows put in another's place."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER tr_vault_log_no_replace BEFORE INSERT ON vault_log "
            "WHEN EXISTS (SELECT 1 FROM vault_log WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'the query log is only added to'); END"
        )
    else:
        op.execute(
            "CREATE TRIGGER tr_vault_log_no_truncate BEFORE TRUNCATE ON vault_log "
            "FOR EACH STATEMENT EXECUTE FUNCTION vault_log_only_grows()"
        )
