"""Structured logs: one event a line, as JSON or to be read, with ticket, delivery and clause ids, scrubbed.

`integrations`, `webhooks` and `jobs` log through `structlog.get_logger()`; what concerns one ticket binds its ids with
`structlog.contextvars.bound_contextvars(ticket_id=…, delivery_id=…, clauses=…)`. Libraries that log through `logging`
end up in the same stream, scrubbed in the same way.
"""

import logging
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from policies.kernel.scrub import scrub, scrub_text

Format = Literal["json", "console"]
Level = Literal["debug", "info", "warning", "error", "critical"]

_EXCEPTION = "exception"
_LONGEST_CHAIN = 5
# Ours, or made by the logging library: not to be taken for somebody's data.
_PLAIN = frozenset({"timestamp", "level", "logger", _EXCEPTION, "_record", "_from_structlog"})


def configure(*, format: Format, level: Level, stream: TextIO | None = None, now: Callable[[], datetime]) -> None:
    """Sets up logging of the whole process; the last call counts.

    format   `json`: an object a line · `console`: to be read, coloured on a terminal
    level    of our own lines; libraries are never below `warning`
    stream   None: standard error
    now      aware UTC; the timestamp of each line
    """
    out = cast(TextIO, _Sink(stream if stream is not None else sys.stderr))
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _stamper(now),
        _render_exception,
        _scrubbed,
    ]
    renderer = _renderer(format, out)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        # Loggers are made at import, before this runs, and tests configure more than once.
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[*shared, structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(threshold, logging.WARNING))


class _Sink:
    """Where lines go. One that is closed, full or read by nobody loses lines, and keeps nobody from working."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def isatty(self) -> bool:
        return self._out.isatty()

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._out.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._out.flush()


def _stamper(now: Callable[[], datetime]) -> Processor:
    def stamp(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        event["timestamp"] = now().isoformat(timespec="milliseconds")
        return event

    return stamp


def _renderer(format: Format, out: TextIO) -> Processor:
    if format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(
        colors=out.isatty(), pad_event_to=28, exception_formatter=structlog.dev.plain_traceback
    )


def _scrubbed(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Every field, except those made here, as it may stand in a log."""
    return {key: value if key in _PLAIN else scrub(key, value) for key, value in event.items()}


def _render_exception(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """`exc_info` as text: each exception of the chain with its frames, no source lines and no local values."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else None
    if given is True:
        error = sys.exception()
    if error is not None:
        event[_EXCEPTION] = scrub_text(_told(error), lines=True)
    return event


def _told(error: BaseException) -> str:
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < _LONGEST_CHAIN:
        frames = _frames(current.__traceback__)
        parts.append("\n".join([f"{type(current).__module__}.{type(current).__qualname__}: {current}", *frames]))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\ncaused by ".join(parts)


def _frames(trace: TracebackType | None) -> list[str]:
    frames = traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False)
    return [f"  at {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
