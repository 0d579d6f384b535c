"""The tables as they are now. A change here needs a revision in `migrations/versions`; a test compares the two."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    literal_column,
    text,
)

from integrations.store.types import BIG_ID, Instant

# The condition of the partial index, word for word what queries say: SQLite recognises only that.
CLOCK_IS_OPEN = "status IN ('running', 'paused', 'breached')"

METADATA = MetaData(naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s"})


def has_status(table: Table, status: StrEnum) -> ColumnElement[bool]:
    """That a row of `table` has `status`, as a literal: an index over one status serves no parameter."""
    return table.c.status == literal_column(f"'{status}'")


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that meet `where` only."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


# One row per reason to look at a ticket. `wait_key` is set while an entry that is no delivery waits unclaimed, and
# makes a second one like it fold into the first.
INBOX = Table(
    "inbox",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("ticket_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("token", Text),
    Column("error", Text),
    Column("wait_key", Text),
    Column("delivery_id", Text),
    Column("trigger_name", Text),
    Column("updated_at", Instant),
    Column("updated_by_id", BigInteger),
    Column("article_count", BigInteger),
    Column("article_id", BigInteger),
    Column("article_by_id", BigInteger),
    Column("digest", Text),
    _partial("ux_inbox_delivery_id", "delivery_id", where="delivery_id IS NOT NULL", unique=True),
    _partial("ux_inbox_wait_key", "wait_key", where="wait_key IS NOT NULL", unique=True),
    # With `ticket_id`, so that passing over the entries of busy tickets reads nothing but this index.
    _partial("ix_inbox_waiting", "due_at", "id", "ticket_id", where="status = 'waiting'"),
    _partial("ix_inbox_open", "ticket_id", where="finished_at IS NULL"),
    _partial("ix_inbox_dead", "id", where="status = 'dead'"),
    _partial("ix_inbox_done", "finished_at", where="status = 'done'"),
)

# One row per ticket that is claimed or backs off. `busy_until`: the end of the lease, or of the back-off.
TURNS = Table(
    "inbox_turns",
    METADATA,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False),
    Column("token", Text),
    Column("worker", Text),
    Column("attempts", Integer, nullable=False),
    Column("busy_until", Instant, nullable=False),
    _partial("ix_inbox_turns_claimed", "busy_until", where="token IS NOT NULL"),
)

LOOKS = Table(
    "looks",
    METADATA,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False),
    Column("case_id", Text, nullable=False),
    Column("number", Text),
    Column("updated_at", Instant, nullable=False),
    Column("article_count", BigInteger, nullable=False),
    Column("by_user_id", BigInteger, nullable=False),
    Column("clean", Boolean, nullable=False),
    Column("history", Text, nullable=False),
    Column("history_until", Instant, nullable=False),
)

ALIASES = Table(
    "aliases",
    METADATA,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False),
    Column("case_id", Text, nullable=False),
    Index("ix_aliases_case_id", "case_id"),
)

MATTERS = Table(
    "matters",
    METADATA,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False),
    Column("customer_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cause", Text),
    Column("received_at", Instant, nullable=False),
    Index("ix_matters_customer_id", "customer_id", "received_at"),
    Index("ix_matters_cause", "cause", "received_at"),
)

CLOCKS = Table(
    "clocks",
    METADATA,
    Column("ticket_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("next_at", Instant),
    Column("status", Text, nullable=False),
    Column("provisional", Boolean, nullable=False),
    PrimaryKeyConstraint("ticket_id", "name", "run"),
    _partial("ix_clocks_next_at", "next_at", "ticket_id", where="next_at IS NOT NULL"),
    _partial("ix_clocks_due_at", "due_at", where=CLOCK_IS_OPEN),
    _partial("ix_clocks_provisional", "ticket_id", where="provisional"),
)

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("ticket_id", BigInteger, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("rule", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("occasion", Text),
    Index("ix_decisions_occasion", "occasion", unique=True),
    Index("ix_decisions_ticket_id", "ticket_id", "at"),
    Index("ix_decisions_case_id", "case_id"),
    Index("ix_decisions_at", "at"),
)

# A decision's clauses, in order; `at` is repeated here so that counting a period's clauses reads one index.
DECISION_CLAUSES = Table(
    "decision_clauses",
    METADATA,
    Column("decision_id", BigInteger, ForeignKey("decisions.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("clause", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("decision_id", "position"),
    Index("ix_decision_clauses_clause", "clause", "at"),
    Index("ix_decision_clauses_at", "at", "clause"),
)

FINDINGS = Table(
    "findings",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("key", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("clause", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("person_id", BigInteger),
    Column("at", Instant, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("grave", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Index("ux_findings_key", "key", unique=True),
    Index("ix_findings_status", "status", "at"),
    Index("ix_findings_at", "at"),
    Index("ix_findings_ticket_id", "ticket_id"),
    Index("ix_findings_case_id", "case_id"),
    Index("ix_findings_person_id", "person_id", "at"),
)

FINDING_STEPS = Table(
    "finding_steps",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("finding_id", BigInteger, ForeignKey("findings.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("ix_finding_steps_finding_id", "finding_id"),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("token", Text),
    Column("worker", Text),
    Column("error", Text),
    Index("ux_outbox_key", "key", unique=True),
    # While a message is being sent, `due_at` is the end of the lease: one index serves both.
    _partial("ix_outbox_due_at", "due_at", "id", where="status IN ('waiting', 'sending')"),
    _partial("ix_outbox_dead", "id", where="status = 'dead'"),
    _partial("ix_outbox_sent", "finished_at", where="status = 'sent'"),
)

CURSORS = Table(
    "cursors",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
)

# `files`: path → text of the company's files, as JSON. A row is written once; approval and withdrawal are added to it.
POLICY_VERSIONS = Table(
    "policy_versions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("effective_at", Instant, nullable=False),
    Column("approver", Text),
    Column("approver_account", Text),
    Column("approved_at", Instant),
    Column("withdrawn_by", Text),
    Column("withdrawn_why", Text),
    Column("withdrawn_at", Instant),
)

# What was made in the helpdesk. `fields`: what was written into it last, as JSON.
PROVISIONED = Table(
    "provisioned",
    METADATA,
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("object_id", BigInteger, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("fields", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("kind", "key"),
)

# One row per lock that is held, or was until `until`.
LOCKS = Table(
    "locks",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Instant, nullable=False),
)

# One row per ticket whose kind a person gave. `runs`: hashed runs of the customer's message, as JSON; no words.
CORRECTIONS = Table(
    "corrections",
    METADATA,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False),
    Column("was", Text),
    Column("label", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("runs", Text, nullable=False),
)

# What was learnt from corrections, attempt by attempt; at most one is enabled. `figures` and `model` are JSON.
LEARNT = Table(
    "learnt",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Instant, nullable=False),
    Column("corrections", Integer, nullable=False),
    Column("figures", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("enabled_by", Text),
    Column("enabled_at", Instant),
)
