"""Column types that mean the same on both engines."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """An aware time. PostgreSQL: `timestamptz`. SQLite: UTC text of fixed width, so that text order is time order."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return aware(value) if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)


def aware(value: datetime) -> datetime:
    """`value`. Raises ValueError where it has no zone: it would mean another instant on another machine."""
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {value.isoformat()}")
    return value


def instant_text(value: datetime) -> str:
    """`2026-05-06T01:00:00.000000+00:00`: always UTC, always the same width. Raises ValueError without a zone."""
    return aware(value).astimezone(UTC).isoformat(timespec="microseconds")


# SQLite gives an automatic row id to a column of the very type INTEGER only.
BIG_ID = BigInteger().with_variant(Integer(), "sqlite")
