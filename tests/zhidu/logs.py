"""Logging of the whole process, which commands and plays set up for themselves."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


@contextmanager
def as_before() -> Iterator[None]:
    """Whatever is configured within, logging is as it was in the end."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
