"""The vault's tables. What lies in `vault_pieces` and `vault_data_keys` is of no use without a key of the ring."""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    event,
    text,
)

from integrations.store.tables import METADATA
from integrations.store.types import BIG_ID, Instant

# Which key an id means, so that another key under the same id is noticed. The id "" is the secret's.
VAULT_KEYS = Table(
    "vault_keys",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("first_used_at", Instant, nullable=False),
)

# One data key for a ticket and a period, wrapped. Destroying a ticket's makes its originals unreadable.
VAULT_DATA_KEYS = Table(
    "vault_data_keys",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("ticket_id", BigInteger, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ux_vault_data_keys_ticket_id", "ticket_id", "key_id", unique=True),
)

# `digest` and `token` are keyed, and forgotten when the original is shredded.
VAULT_RECORDS = Table(
    "vault_records",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("ticket_id", BigInteger, nullable=False),
    Column("article_id", BigInteger, nullable=False),
    Column("place", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("digest", Text),
    Column("token", Text),
    Column("key_id", Text, nullable=False),
    Column("data_key_id", BigInteger, ForeignKey("vault_data_keys.id")),
    Column("version", Integer, nullable=False),
    Column("text", Boolean, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("sealed_at", Instant, nullable=False),
    Column("shredded_at", Instant),
    Column("fault", Text),
    Index("ux_vault_records_digest", "digest", unique=True),
    Index("ix_vault_records_ticket_id", "ticket_id"),
    Index("ix_vault_records_token", "token"),
    Index("ix_vault_records_key_id", "key_id", "id"),
    Index("ix_vault_records_data_key_id", "data_key_id"),
    Index("ix_vault_records_fault", "id", sqlite_where=text("fault IS NOT NULL"),
          postgresql_where=text("fault IS NOT NULL")),
)  # fmt: skip

# A nonce that a data key has seen is refused by the database: a broken source of chance is an error, not a disaster.
VAULT_PIECES = Table(
    "vault_pieces",
    METADATA,
    Column("record_id", BigInteger, ForeignKey("vault_records.id"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("data_key_id", BigInteger, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("record_id", "turn"),
    Index("ux_vault_pieces_nonce", "data_key_id", "nonce", unique=True),
)

VAULT_REQUESTS = Table(
    "vault_requests",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("record_id", BigInteger, ForeignKey("vault_records.id"), nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("approver", Text),
    Column("approved_at", Instant),
    Column("refused_by", Text),
    Column("refused_why", Text),
    Column("refused_at", Instant),
    Column("revealed_at", Instant),
    Column("nonce", Text),
    Column("approval_mark", Text),
    Index("ix_vault_requests_record_id", "record_id"),
    Index("ix_vault_requests_expires_at", "expires_at"),
)

# Only ever added to: the database itself refuses anything else. `mark` chains each row to the one before.
VAULT_LOG = Table(
    "vault_log",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("event", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("request_id", BigInteger),
    Column("record_id", BigInteger),
    Column("ticket_id", BigInteger),
    Column("mark", Text, nullable=False),
    Column("address", Text),
    Index("ix_vault_log_ticket_id", "ticket_id"),
    Index("ix_vault_log_request_id", "request_id"),
    Index("ix_vault_log_at", "at"),
)

# To SQLite a row that is put in another's place deletes none, nor does a table that is emptied to PostgreSQL.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "sqlite": (
        *(
            f"CREATE TRIGGER tr_vault_log_no_{verb} BEFORE {verb.upper()} ON vault_log "
            "BEGIN SELECT RAISE(ABORT, 'the query log is only added to'); END"
            for verb in ("update", "delete")
        ),
        "CREATE TRIGGER tr_vault_log_no_replace BEFORE INSERT ON vault_log "
        "WHEN EXISTS (SELECT 1 FROM vault_log WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'the query log is only added to'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION vault_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the query log is only added to'; END $$",
        "CREATE TRIGGER tr_vault_log_only_grows BEFORE UPDATE OR DELETE ON vault_log "
        "FOR EACH ROW EXECUTE FUNCTION vault_log_only_grows()",
        "CREATE TRIGGER tr_vault_log_no_truncate BEFORE TRUNCATE ON vault_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION vault_log_only_grows()",
    ),
}

for _engine, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(VAULT_LOG, "after_create", _ddl.execute_if(dialect=_engine))
