"""The drivers' and SQLAlchemy's errors as the store's own; apart from `errors`, which imports neither."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError, StatementError, TimeoutError

from integrations.store.errors import StoreBroken, StoreError, StoreUnavailable

_SQLITE_PASSING = ("BUSY", "LOCKED", "IOERR", "FULL", "CANTOPEN", "READONLY", "NOMEM", "INTERRUPT", "PROTOCOL")
_POSTGRES_PASSING = ("08", "25P03", "25P04", "40", "53", "55P03", "57", "58")


def _is_passing(original: BaseException | None) -> bool:
    name = getattr(original, "sqlite_errorname", None)
    if isinstance(name, str):
        return name.removeprefix("SQLITE_").startswith(_SQLITE_PASSING)
    state = getattr(original, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_POSTGRES_PASSING)
    return type(original).__name__ in {"OperationalError", "InterfaceError"}


def translate(error: SQLAlchemyError | sqlite3.Error) -> StoreError:
    """The store's own error for a driver's or SQLAlchemy's. The text is the complaint, never a statement's values."""
    if isinstance(error, TimeoutError):
        return StoreUnavailable("no database connection became free in time")
    original = error.orig if isinstance(error, StatementError) else error
    if isinstance(original, SQLAlchemyError):
        return StoreBroken(f"the database layer refused: {type(error).__name__}")
    complaint = str(original).strip().splitlines()
    # PostgreSQL's second line (DETAIL) quotes the row's values: only the first line is passed on.
    text = complaint[0] if complaint else type(original).__name__
    return StoreUnavailable(text) if _is_passing(original) else StoreBroken(text)


@contextmanager
def translated() -> Iterator[None]:
    """Inside, the drivers' and SQLAlchemy's errors leave as `StoreUnavailable` or `StoreBroken`."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise translate(error) from error
