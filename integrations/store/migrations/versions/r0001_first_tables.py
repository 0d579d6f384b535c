"""The inbox, looks, cases, clocks, decisions, findings, outbox and cursors."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0001"
down_revision = None

INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def partial_index(name: str, table: str, columns: list[str], *, where: str, **options: Any) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where), **options)


def upgrade() -> None:
    create_inbox()
    create_tickets()
    create_clocks()
    create_decisions()
    create_findings()
    create_outbox()
    create_cursors()


def create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("wait_key", sa.Text(), nullable=True),
        sa.Column("delivery_id", sa.Text(), nullable=True),
        sa.Column("trigger_name", sa.Text(), nullable=True),
        sa.Column("updated_at", INSTANT, nullable=True),
        sa.Column("updated_by_id", sa.BigInteger(), nullable=True),
        sa.Column("article_count", sa.BigInteger(), nullable=True),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("article_by_id", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    partial_index("ix_inbox_dead", "inbox", ["id"], where="status = 'dead'")
    partial_index("ix_inbox_done", "inbox", ["finished_at"], where="status = 'done'")
    partial_index("ix_inbox_open", "inbox", ["ticket_id"], where="finished_at IS NULL")
    partial_index("ix_inbox_waiting", "inbox", ["due_at", "id", "ticket_id"], where="status = 'waiting'")
    partial_index("ux_inbox_delivery_id", "inbox", ["delivery_id"], unique=True, where="delivery_id IS NOT NULL")
    partial_index("ux_inbox_wait_key", "inbox", ["wait_key"], unique=True, where="wait_key IS NOT NULL")
    op.create_table(
        "inbox_turns",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("busy_until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    partial_index("ix_inbox_turns_claimed", "inbox_turns", ["busy_until"], where="token IS NOT NULL")


def create_tickets() -> None:
    op.create_table(
        "looks",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("article_count", sa.BigInteger(), nullable=False),
        sa.Column("by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("clean", sa.Boolean(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.Column("history_until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    op.create_table(
        "aliases",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    op.create_index("ix_aliases_case_id", "aliases", ["case_id"])


def create_clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "name", "run"),
    )
    partial_index("ix_clocks_due_at", "clocks", ["due_at"], where="status IN ('running', 'paused', 'breached')")
    partial_index("ix_clocks_next_at", "clocks", ["next_at", "ticket_id"], where="next_at IS NOT NULL")
    partial_index("ix_clocks_provisional", "clocks", ["ticket_id"], where="provisional")


def create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_decisions_at", "decisions", ["at"])
    op.create_index("ix_decisions_case_id", "decisions", ["case_id"])
    op.create_index("ix_decisions_ticket_id", "decisions", ["ticket_id", "at"])
    op.create_table(
        "decision_clauses",
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name="fk_decision_clauses_decision_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("decision_id", "position"),
    )
    op.create_index("ix_decision_clauses_at", "decision_clauses", ["at", "clause"])
    op.create_index("ix_decision_clauses_clause", "decision_clauses", ["clause", "at"])


def create_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("grave", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_findings_at", "findings", ["at"])
    op.create_index("ix_findings_case_id", "findings", ["case_id"])
    op.create_index("ix_findings_person_id", "findings", ["person_id", "at"])
    op.create_index("ix_findings_status", "findings", ["status", "at"])
    op.create_index("ix_findings_ticket_id", "findings", ["ticket_id"])
    op.create_index("ux_findings_key", "findings", ["key"], unique=True)
    op.create_table(
        "finding_steps",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("finding_id", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name="fk_finding_steps_finding_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_finding_steps_finding_id", "finding_steps", ["finding_id"])


def create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    partial_index("ix_outbox_dead", "outbox", ["id"], where="status = 'dead'")
    partial_index("ix_outbox_due_at", "outbox", ["due_at", "id"], where="status IN ('waiting', 'sending')")
    partial_index("ix_outbox_sent", "outbox", ["finished_at"], where="status = 'sent'")
    op.create_index("ux_outbox_key", "outbox", ["key"], unique=True)


def create_cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
