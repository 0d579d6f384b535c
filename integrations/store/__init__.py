"""The store: inbox, looks, clocks, decisions, findings, outbox and cursors on SQLite or PostgreSQL.

`from integrations.store.store import open_store` opens one. Everything a caller passes in or gets back is a frozen
record of `integrations.store.records`, which costs no import of SQLAlchemy.
"""
