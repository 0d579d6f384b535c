"""Whether a body was sent by somebody who knows the webhook's secret."""

import hmac
from enum import Enum, auto


class Verdict(Enum):
    """What a signature proves."""

    GENUINE = auto()
    MISSING = auto()
    WRONG = auto()


def sign(body: bytes, secret: bytes) -> str:
    """The header value Zammad sends with `body`: `sha1=` and the HMAC-SHA1 of the raw bytes in lower-case hex."""
    return "sha1=" + hmac.digest(secret, body, "sha1").hex()


def verify(header: str | None, *, expected: str) -> Verdict:
    """What `header` (`X-Hub-Signature`, as the server decoded it) proves, where `expected` is what `sign` gives.

    The comparison takes the same time wherever the first difference is. Another scheme than `sha1=` is WRONG.
    """
    if not header:
        return Verdict.MISSING
    # Bytes, since compare_digest refuses text beyond ASCII, which anybody may send.
    given = header.strip().encode("utf-8", "replace")
    return Verdict.GENUINE if hmac.compare_digest(given, expected.encode()) else Verdict.WRONG
