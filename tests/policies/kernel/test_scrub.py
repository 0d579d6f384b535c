"""What may stand in a log, and what may not. All persons and numbers are invented."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.kernel.scrub import scrub, scrub_text

GONE = {
    "mobile": ("来电 13800138000 投诉", "13800138000"),
    "mobile, grouped": ("call 138-0013-8000 now", "0013"),
    "mobile, spaced": ("call 138 0013 8000 now", "0013"),
    "mobile, with country": ("+86 138 0013 8000", "138"),
    "mobile, dotted": ("138.0013.8000", "0013"),
    "mobile, full width": ("１３８００１３８０００", "３８００"),
    "mobile, in words around": ("手机号13800138000的客户", "13800138000"),
    "landline": ("(010) 6555 1234", "6555"),
    "card": ("6222 0212 3456 7894", "3456"),
    "card, dashed": ("6222-0212-3456-7894", "3456"),
    "card, solid": ("card6222021234567894.", "6222021234567894"),
    "identity card": ("11010519491231002X", "19491231002X"),
    "identity card, small x": ("11010519491231002x", "002x"),
    "Hong Kong identity card": ("A123456(3) 先生", "A123456"),
    "Taiwan identity number": ("A123456789", "123456789"),
    "passport": ("E12345678", "12345678"),
    "seven digits": ("1234567", "1234567"),
    "e-mail": ("from zhang.san@example.com: hello", "zhang.san"),
    "e-mail, in Chinese": ("请联系zhang@example.com。", "zhang"),
    "e-mail, Chinese name": ("张三@例子.中国", "张三"),
    "bearer": ("Authorization: Bearer eyJhbGciOi.J9-x_y", "eyJhbGciOi"),
    "basic": ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    "Zammad's token": ("Authorization: Token token=s3cr3t-abcdef", "s3cr3t"),
    "a token alone": ("Token token=s3cr3t-abcdef", "s3cr3t"),
    "headers as a dictionary": ("{'Authorization': 'Token token=s3cr3t', 'X': '1'}", "s3cr3t"),
    "a cookie": ("Cookie: session=abc; csrf=def", "def"),
    "password": ("password=hunter2 for login", "hunter2"),
    "password, JSON": ('{"password": "hunter2"}', "hunter2"),
    "api key": ("api_key: k-42", "k-42"),
    "access token in a URL": ("GET /x?access_token=abc", "abc"),
    "a signature": ("X-Hub-Signature: sha1=0be9d5175a67", "0be9d5175a67"),
    "a user in a URL": ("postgresql://zhidu:hunter2@db/zhidu", "hunter2"),
    "a search": ("url: /api/v1/tickets/search?query=张三&page=1 (Caused by", "张三"),
    "validation's quote": ("valid integer [type=int_parsing, input_value='张三', input_type=str]", "张三"),
    "a database's values": ("duplicate key\nDETAIL: Key (name)=(张三) already exists.", "张三"),
    "an exception's quote": ("KeyError: '多扣年费'", "多扣年费"),
    "an exception's quote, unclosed": ('rules.x: ValueError: no "多扣年费', "多扣年费"),
    "an exception's second quote": ("ValueError: 'a' is not in ['多扣年费']", "多扣年费"),
    "the helpdesk's quote": ("422: Invalid value '多扣 年费' for field 'zhidu_remedy'!", "年费"),
    "the helpdesk's value": ("422: Invalid value for param 'owner': 多扣 年费", "年费"),
    "PostgreSQL's quote": ('invalid input syntax for type integer: "多扣年费"', "多扣年费"),
    "Python's quote": ("invalid literal for int() with base 10: '多扣年费'", "多扣年费"),
    "statement's values": ("[SQL: INSERT]\n[parameters: ('张三', 2)]\n(Background", "张三"),
}


@pytest.mark.parametrize(("text", "secret"), GONE.values(), ids=GONE)
def test_gone(text, secret):
    assert secret in text
    assert secret not in scrub_text(text)
    assert secret not in scrub_text(text, lines=True)
    assert secret not in str(scrub("note", {"deep": [text]}))


STAYS = {
    "words": "delivery refused: wrong signature",
    "a time": "2026-11-24T06:57:01.250+08:00",
    "a time in words": "updated at 2026-11-24 06:57:01, then closed",
    "a UUID": "delivery f5228ce2-293f-4d7a-a012-318412345678 kept",
    "an address": "no route to 192.168.100.200:5432",
    "a version": "PostgreSQL 15.4 is too old",
    "a ticket": "ticket 21002 of group 3",
    "a clause": "4.3.2 and 2.2.5",
    "a path": "/var/lib/zhidu/zhidu.db: no such folder",
    "a refused id": "422: Invalid value '2' for field 'group_id'!",
    "a name that is unknown": "no group 'Cards' in this helpdesk",
    "about tokens": "the token lacks the permission ticket.agent",
    "tokens' permissions": "token permissions are missing",
    "a question": "is it there? yes",
    "Chinese": "投诉已受理",
}


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS)
def test_stays(text):
    assert scrub_text(text) == text


FIELDS = {
    # row: (key, value, as logged)
    "an id": ("ticket_id", 123456789, 123456789),
    "an id as text": ("delivery_id", "f5228ce2293f4d7aa0123184", "f5228ce2293f4d7aa0123184"),
    "clauses": ("clauses", ("4.3.2", "2.2.5"), ["4.3.2", "2.2.5"]),
    "a ticket's number": ("number", "202611240000017", "202611240000017"),
    "prose under an id's name": ("ticket_id", "call 13800138000", "call [number]"),
    "a large number": ("phone", 13800138000, "[number]"),
    "a negative one": ("x", -13800138000, "[number]"),
    "a small number": ("status", 503, 503),
    "a figure": ("seconds", 0.25, 0.25),
    "no figure": ("seconds", float("inf"), "inf"),
    "true": ("token", True, True),
    "none": ("password", None, None),
    "a secret": ("password", "hunter2", "[hidden]"),
    "a secret by its ending": ("webhook_secret", "hunter2", "[hidden]"),
    "a secret by a header's name": ("X-Api-Key", "hunter2", "[hidden]"),
    "secrets inside": (
        "headers",
        {"Authorization": "Token x", "Accept": "*/*"},
        {"Authorization": "[hidden]", "Accept": "*/*"},
    ),
    "a time": ("due_at", datetime(2026, 11, 24, tzinfo=UTC), "2026-11-24T00:00:00+00:00"),
    "bytes": ("body", b"13800138000", "[11 bytes]"),
    "an object": ("error", ValueError("zhang@example.com"), "[e-mail]"),
    "a number as a key": ("seen", {"13800138000": 1}, {"[number]": 1}),
    "a line break": ("event", "fine\n2026 level=info forged", "fine\\n2026 level=info forged"),
    "a terminal's control": ("event", "\x1b[2Jgone\u2028", "\\x1b[2Jgone\\u2028"),
}


@pytest.mark.parametrize(("key", "value", "logged"), FIELDS.values(), ids=FIELDS)
def test_field(key, value, logged):
    assert scrub(key, value) == logged


def test_long_text_is_cut():
    assert scrub_text("x" * 1998 + "13800138000") == "x" * 1998 + "… (cut)"
    assert len(scrub_text("a\n" * 50_000, lines=True)) < 25_000


def test_what_is_nested_without_end():
    value = []
    value.append(value)

    assert "[list]" in str(scrub("x", value))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(), st.integers(10**6, 10**18), st.text())
def test_no_long_number_ever(before, number, after):
    assert str(number) not in scrub_text(before + str(number) + after)
