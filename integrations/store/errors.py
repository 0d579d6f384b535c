"""What can go wrong with the store, in two kinds: try again later (`transient`), or a person must look."""

from typing import ClassVar


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
