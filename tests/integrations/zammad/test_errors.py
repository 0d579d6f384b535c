"""Every refusal that was recorded becomes the error a caller can act on."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from integrations.zammad.errors import (
    AnswerLost,
    NotFound,
    Permanent,
    Refused,
    Stale,
    Transient,
    ZammadError,
    error_for,
    message_in,
    readable,
)

RECORDED = {
    f"{row['from']}: {row['note'] or row['call']}": row
    for row in map(json.loads, (Path(__file__).parent / "recorded" / "errors.jsonl").read_text().splitlines())
}

BY_STATUS = {200: Refused, 401: Refused, 403: Refused, 404: NotFound, 422: Refused}

KINDS = {
    "basics 3": "credentials",
    "basics 4": "credentials",
    "basics 58": "rights",
    "basics 87": "rights",
    "privacy 10": "rights",
    "privacy 20": "rights",
}


@pytest.mark.parametrize("row", RECORDED.values(), ids=RECORDED)
def test_recorded_errors_are_typed(row: dict[str, Any]) -> None:
    method, path = row["call"].split(" ", 1)

    error = error_for(
        status=row["status"], body=json.dumps(row["json"]).encode(), method=method, path=path, write=method != "GET"
    )

    assert error.status == row["status"]
    assert error.method == method
    assert error.path == path.partition("?")[0]
    if row["status"] == 500:
        return
    assert type(error) is BY_STATUS[row["status"]]
    if not row["json"]["error"].startswith("PG::"):
        assert error.message == row["json"]["error"]
    if isinstance(error, Refused):
        assert error.kind == KINDS.get(row["from"], "value")


MALFORMED = b'{"error":"Error occurred while parsing request parameters"}'
HALF_WAY = b'{"error":"Error ID 6Hdd: Please contact your administrator."}'

FAILURES = {
    # row                          status  body                                             write  type        words
    "malformed JSON is ours":     (500, MALFORMED, True, Permanent, "parsing"),
    "failed half-way, a write":   (500, HALF_WAY, True, AnswerLost, "e-mail address"),
    "failed half-way, a read":    (500, HALF_WAY, False, Transient, "Error ID 6Hdd"),
    "gateway, a write":           (502, b"<html>Bad Gateway</html>", True, AnswerLost, "HTTP 502"),
    "gateway too slow, a write":  (504, b"", True, AnswerLost, "HTTP 504"),
    "gateway too slow, a read":   (504, b"", False, Transient, "HTTP 504"),
    "down for maintenance":       (503, b"<html>", True, Transient, "HTTP 503"),
    "too many, a write":          (429, b"", True, Transient, "HTTP 429"),
    "request timed out":          (408, b"", True, Transient, "HTTP 408"),
    "conflict":                   (409, b"", True, Stale, "HTTP 409"),
    "precondition":               (412, b"", True, Stale, "HTTP 412"),
    "gone":                       (410, b"", False, NotFound, "HTTP 410"),
    "redirected":                 (301, b"", False, Permanent, "right one"),
    "bad request":                (400, b'{"error":"no"}', False, Permanent, "no"),
    "too large":                  (413, b"<html>", True, Permanent, "HTTP 413"),
    "only the human words":       (422, b'{"error_human":"Nein"}', True, Refused, "Nein"),
    "a list is no message":       (422, b'["x"]', True, Refused, "HTTP 422"),
    "an error without words":     (422, b'{"error":{"a":1}}', True, Refused, "HTTP 422"),
}  # fmt: skip


@pytest.mark.parametrize(("status", "body", "write", "kind", "words"), FAILURES.values(), ids=FAILURES)
def test_failures_are_typed(status: int, body: bytes, write: bool, kind: type[ZammadError], words: str) -> None:
    error = error_for(status=status, body=body, method="PUT", path="tickets/1?x=y", write=write)

    assert type(error) is kind
    assert words in error.message
    assert "x=y" not in str(error)


READABLE = {
    "an unknown column": (
        'PG::UndefinedColumn: ERROR:  column tickets.no_such does not exist\nLINE 1: ...d" FROM "tickets"',
        "the helpdesk's database refused it: column tickets.no_such does not exist",
    ),
    "a number that is taken": (
        "PG::InFailedSqlTransaction: ERROR:  current transaction is aborted, commands ignored\n",
        "the helpdesk's database refused it, probably because a value that must be unique is taken already",
    ),
    "lines become blanks": ("one\n  two", "one two"),
}


@pytest.mark.parametrize(("raw", "sentence"), READABLE.values(), ids=READABLE)
def test_raw_database_texts_become_sentences(raw: str, sentence: str) -> None:
    assert readable(raw) == sentence


def test_an_error_reads_as_one_line() -> None:
    error = Refused("Name taken", status=422, method="POST", path="groups", kind="value")

    assert str(error) == "POST groups: 422: Name taken"
    assert repr(error) == "Refused('POST groups: 422: Name taken')"
    assert str(Transient("no answer", status=None, method="GET", path="version")) == "GET version: no answer"


def test_a_long_message_is_cut() -> None:
    error = error_for(status=422, body=b'{"error":"%s"}' % (b"x" * 9000), method="PUT", path="t", write=True)

    assert len(error.message) == 500
    assert len(str(error)) < 600


def test_nothing_in_a_body_that_is_no_json() -> None:
    assert message_in(b"\xff\xfe") == ""


def test_errors_survive_pickling() -> None:
    """They may travel between processes of a task engine."""
    error = Transient("slow", status=429, method="GET", path="tickets/1", retry_after=7.0)

    again = pickle.loads(pickle.dumps(error))  # noqa: S301

    assert (type(again), again.retry_after, str(again)) == (Transient, 7.0, str(error))


def test_the_tree_of_errors() -> None:
    """Callers tell only two kinds apart, and the doubtful write among those to be tried again."""
    assert issubclass(AnswerLost, Transient)
    assert issubclass(NotFound, Permanent)
    assert issubclass(Refused, Permanent)
    assert not issubclass(Stale, Transient | Permanent)
