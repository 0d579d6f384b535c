"""Log lines as they leave the process."""

import io
import json
import logging
from datetime import UTC, datetime

import pytest
import structlog
from structlog.contextvars import bound_contextvars, clear_contextvars

from tests.zhidu.logs import as_before
from zhidu.observe import configure

NOW = datetime(2026, 11, 24, 7, 0, 0, 250000, tzinfo=UTC)


@pytest.fixture
def written():
    """Configures logging into a text and puts everything back afterwards."""
    stream = io.StringIO()

    def start(**options):
        given = {"format": "json", "level": "info", "stream": stream, "now": lambda: NOW} | options
        configure(**given)
        return given["stream"]

    with as_before():
        yield start
    clear_contextvars()


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_one_object_a_line(written):
    stream = written()

    structlog.get_logger("x").info("ticket looked at", outcome="applied", writes=1)

    assert lines(stream) == [
        {
            "event": "ticket looked at",
            "outcome": "applied",
            "writes": 1,
            "level": "info",
            "timestamp": "2026-11-24T07:00:00.250+00:00",
        }
    ]


def test_what_it_is_about_is_bound(written):
    """Ticket, delivery and clause ids stand in every line of one look, however deep it is written."""
    stream = written()

    with bound_contextvars(ticket_id=20261124, delivery_id="f5228ce2-293f-4d7a-a012-318412345678", clauses=["4.3.2"]):
        structlog.get_logger().info("noted")
    structlog.get_logger().info("idle")

    about, after = lines(stream)
    assert about["ticket_id"] == 20261124
    assert about["delivery_id"] == "f5228ce2-293f-4d7a-a012-318412345678"
    assert about["clauses"] == ["4.3.2"]
    assert "ticket_id" not in after


LEVELS = {
    "debug": ["debug", "info", "warning", "error"],
    "info": ["info", "warning", "error"],
    "warning": ["warning", "error"],
    "error": ["error"],
    "critical": [],
}


@pytest.mark.parametrize(("level", "shown"), LEVELS.items(), ids=LEVELS)
def test_level(written, level, shown):
    stream = written(level=level)
    log = structlog.get_logger()
    log.debug("a")
    log.info("b")
    log.warning("c")
    log.error("d")

    assert [line["level"] for line in lines(stream)] == shown


def raise_chained():
    try:
        raise ValueError("input_value='张三', input_type=str] zhang@example.com")
    except ValueError as error:
        raise RuntimeError("手机 13800138000\nsecond line") from error


@pytest.mark.parametrize("format", ["json", "console"])
def test_exceptions_are_scrubbed(written, format):
    """The chain and the places stay; what the exceptions quote does not."""
    stream = written(format=format)
    try:
        raise_chained()
    except RuntimeError:
        structlog.get_logger().exception("failed")

    text = stream.getvalue()
    assert "builtins.RuntimeError: 手机 [number]" in text
    assert "caused by builtins.ValueError" in text
    assert "raise_chained" in text
    for secret in ("13800138000", "张三", "zhang@example.com"):
        assert secret not in text


def test_an_exception_handed_over(written):
    stream = written()

    structlog.get_logger().error("failed", exc_info=OSError("zhang@example.com"))
    structlog.get_logger().error("fine", exc_info=None)

    failed, fine = lines(stream)
    assert failed["exception"] == "builtins.OSError: [e-mail]"
    assert "exception" not in fine


@pytest.mark.parametrize("format", ["json", "console"])
def test_fields_are_scrubbed(written, format):
    stream = written(format=format)

    structlog.get_logger().warning("call 13800138000", token="s3cr3t", who=["zhang@example.com"], body=b"13800138000")

    text = stream.getvalue()
    for secret in ("13800138000", "s3cr3t", "zhang@"):
        assert secret not in text
    assert text.count("\n") == 1


def test_libraries_end_up_in_the_same_stream(written):
    stream = written()
    library = logging.getLogger("a.library")

    library.info("Task queue depth is 3")
    library.warning("Exception while serving %s", "/x?name=13800138000")
    try:
        raise_chained()
    except RuntimeError:
        library.exception("oops")

    warned, oops = lines(stream)
    assert (warned["logger"], warned["level"]) == ("a.library", "warning")
    assert warned["event"] == "Exception while serving /x?[hidden]"
    assert "[number]" in oops["exception"]
    assert "13800138000" not in stream.getvalue()


def test_the_last_configuration_counts(written):
    log = structlog.get_logger()
    written().truncate()
    log.info("one")
    other = io.StringIO()
    written(stream=other, format="console")

    log.info("two")
    logging.getLogger("x").warning("three")

    assert "two" in other.getvalue()
    assert "three" in other.getvalue()
    assert "\x1b" not in other.getvalue()


def test_a_forged_line_stays_in_its_line(written):
    stream = written(format="console")

    structlog.get_logger().info("noted", reason="x\n2026-11-24 [info] all is well\x1b[2J")

    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


def test_standard_error_unless_told(written, capsys):
    written(stream=None)

    structlog.get_logger().info("noted")

    assert "noted" in capsys.readouterr().err


class Deaf(io.StringIO):
    """A pipe that nobody reads any more, or a disk without room."""

    deaf = False

    def write(self, text):
        if self.deaf:
            raise BrokenPipeError(32, "Broken pipe")
        return super().write(text)


@pytest.mark.parametrize(
    "fails", [io.StringIO.close, lambda stream: setattr(stream, "deaf", True)], ids=["shut", "deaf"]
)
@pytest.mark.parametrize("format", ["json", "console"])
def test_a_log_that_cannot_be_written_keeps_nobody_from_working(written, fails, format, capsys):
    stream = written(stream=Deaf(), format=format)
    fails(stream)

    structlog.get_logger().info("stopping")
    logging.getLogger("library").error("went wrong")

    assert capsys.readouterr() == ("", "")
