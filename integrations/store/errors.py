"""What can go wrong with the store, in two kinds: try again later (`transient`), or a person must look."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from sqlalchemy.exc import SQLAlchemyError, StatementError, TimeoutError

_SQLITE_PASSING = ("BUSY", "LOCKED", "IOERR", "FULL", "CANTOPEN", "READONLY", "NOMEM", "INTERRUPT", "PROTOCOL")
_POSTGRES_PASSING = ("08", "25P03", "25P04", "40", "53", "55P03", "57", "58")


class StoreError(Exception):
    """Something about the store. `transient` says whether the same call may succeed later."""

    transient: ClassVar[bool] = False


class StoreUnavailable(StoreError):
    """The database cannot be reached, is full, or is too busy: the same call may succeed later."""

    transient: ClassVar[bool] = True


class StoreBroken(StoreError):
    """The database answered and refused: damaged, of another shape, or given a value it cannot hold."""


class SchemaMismatch(StoreError):
    """The database's revision is not the one this program works with."""


class UnusableUrl(StoreError):
    """The store's URL names no database that can be used."""


class NotFound(StoreError):
    """There is no such record."""


class Refused(StoreError):
    """The record exists and may not change in this way."""


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
