"""Keeps personal data and secrets out of log lines and of what the store keeps of errors and grounds.

Rather too much than too little: a log is read by many.

What goes: runs of seven digits and more however they are grouped, identity numbers with letters, e-mail addresses,
whatever stands behind `token=`, `Bearer`, `password:` and the like, queries of URLs, values quoted by exceptions, by
validation, by the helpdesk's and the database's refusals. What stays: times, UUIDs, IP addresses, and ids under the
names that ids have.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite

HIDDEN = "[hidden]"
_LONGEST = 2_000
_LONGEST_TRACE = 20_000
_DEEPEST = 6

_SECRET_NAME = r"(?:token|secret|passw(?:or)?d|pwd|authorization|api[_-]?key|cookie|signature|credential)s?"  # noqa: S105
_SECRET_KEY = re.compile(rf"(?:^|[_.-]){_SECRET_NAME}$", re.IGNORECASE)
# Names under which an id of ours, of the helpdesk or of the policy is logged, and counts that may grow large.
_ID_KEYS = frozenset(
    {"id", "number", "ticket_id", "article_id", "user_id", "updated_by_id", "article_by_id", "entry_id"}
)
_ID_KEYS |= {"delivery_id", "case_id", "clause", "clauses", "rule", "rules", "policy", "revision", "digest"}
_ID_KEYS |= {"length", "count", "pid"}
_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
_LONG_NUMBER = 1_000_000

_QUOTED_INPUT = re.compile(r"input_value=.*?(?=, input_type=|\]|$)", re.MULTILINE)
_SQL_VALUES = re.compile(r"(\[parameters: |DETAIL: ).*?(?=\]?$)", re.MULTILINE)
# "Invalid value 'x' for field": the value goes, the name of the field stays; a short number is an id.
_REFUSED_VALUE = re.compile(
    r"(\b(?:value|literal for int\(\) with base \d+:|input syntax for type [\w ]+:) ?)(?!['\"]\d{1,6}['\"])(['\"]).*?\2"
)
_REFUSED_PARAM = re.compile(r"(\bvalue for param '\w+': )(?!\d{1,6}$).*", re.MULTILINE)
_EXCEPTION = re.compile(r"(\b\w*(?:Error|Exception): )(.*)")
_QUOTED = re.compile(r"(['\"]).*?(?:\1|$)")
_USER_INFO = re.compile(r"(?<=://)[^\s/@]+(?=@)")
_URL_QUERY = re.compile(r"(?<=[\w/-])\?[\w%.-]+=[^\s'\"<>)]*")
# With a digit or a padding in it, so that "token permissions" stays readable.
_SCHEMED = re.compile(r"\b(bearer|basic|token)\s+(?!token=)(?=\S*[\d=])[\w.~+/=-]{8,}", re.IGNORECASE | re.ASCII)
_HEADER = re.compile(r"((?:authorization|cookie)[\"']?\s*[=:]\s*).+", re.IGNORECASE)
_NAMED = re.compile(rf"(?<![\w-])([\w-]*{_SECRET_NAME})([\"']?\s*[=:]\s*[\"']?)[^\s\"',;]+", re.IGNORECASE | re.ASCII)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)*")
_NUMBERS = re.compile(
    r"(?P<keep>"
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
    r"|(?<![\d-])\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?![\d-])"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
    r")"
    r"|(?<![A-Za-z])[A-Z]{1,2}\d{6}\s?[(（][\dA][)）]"
    r"|\+?\d(?:[ .()\u2010-\u2015\u00a0-]{0,2}\d){6,}[Xx]?"
)
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)}
_CONTROL |= {0x2028: "\\u2028", 0x2029: "\\u2029"}
_ONE_LINE = {0x09: "\\t", 0x0A: "\\n"}


def scrub_text(text: str, *, lines: bool = False) -> str:
    """`text` without personal data, secrets and control characters, cut at 2,000 characters.

    lines    a traceback: line breaks stay, and ten times as much of it
    """
    longest = _LONGEST_TRACE if lines else _LONGEST
    whole = len(text) <= longest
    # Cut first, since a long text must not cost long; a number that the cut splits is cut off with it.
    text = text if whole else text[:longest].rstrip("0123456789")
    text = _QUOTED_INPUT.sub(f"input_value={HIDDEN}", text)
    text = _SQL_VALUES.sub(rf"\1{HIDDEN}", text)
    text = _REFUSED_VALUE.sub(rf"\1{HIDDEN}", text)
    text = _REFUSED_PARAM.sub(rf"\1{HIDDEN}", text)
    text = _EXCEPTION.sub(lambda found: found[1] + _QUOTED.sub(HIDDEN, found[2]), text)
    text = _USER_INFO.sub(HIDDEN, text)
    text = _URL_QUERY.sub(f"?{HIDDEN}", text)
    text = _HEADER.sub(rf"\1{HIDDEN}", text)
    text = _SCHEMED.sub(rf"\1 {HIDDEN}", text)
    text = _NAMED.sub(rf"\1\2{HIDDEN}", text)
    text = _EMAIL.sub("[e-mail]", text)
    text = _NUMBERS.sub(lambda found: found.group() if found.group("keep") else "[number]", text)
    text = text.translate(_CONTROL if lines else _CONTROL | _ONE_LINE)
    return text if whole else f"{text}… (cut)"


def scrub(key: str, value: object, *, depth: int = 0) -> object:
    """`value`, logged under `key`, as it may stand in a log: text, numbers, lists and mappings of them."""
    if _SECRET_KEY.search(key) and not isinstance(value, bool):
        return None if value is None else HIDDEN
    match value:
        case None | bool():
            return value
        case str():
            return value if key in _ID_KEYS and _ID.fullmatch(value) else scrub_text(value)
        case int():
            return value if key in _ID_KEYS or abs(value) < _LONG_NUMBER else "[number]"
        case float():
            # JSON has no name for infinities.
            return value if isfinite(value) else str(value)
        case datetime() | date():
            return value.isoformat()
        case bytes() | bytearray():
            return f"[{len(value)} bytes]"
        case _ if depth >= _DEEPEST:
            return f"[{type(value).__name__}]"
        case Mapping():
            return {scrub_text(str(k)): scrub(str(k), v, depth=depth + 1) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [scrub(key, item, depth=depth + 1) for item in value]
        case _:
            return scrub_text(str(value))
