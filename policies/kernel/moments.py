"""Which instants are the same moment told twice: a change of ours as the answer dated it, and as the history dates it.

Zammad dates the history of a write before its article, and the answer after it: 20 to 230 ms later on a quiet machine.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

SAME_MOMENT: Final = timedelta(seconds=5)
"""More than a write takes between its first and its last time; less than anything that counts as a new start."""

_RUN: Final = re.compile(r"([^@]+)@([^@#]+)(#[0-9]+)?")
_NAMED: Final = re.compile(r"(?<![0-9])[0-9]{8}T[0-9]{6}(?![0-9])")
_FORM: Final = "%Y%m%dT%H%M%S"


def same_run(one: str, other: str) -> bool:
    """Whether two identities of runs (`Clock.run`) are of one run: clock and restarts equal, started at one moment."""
    if one == other:
        return True
    first, second = _parts(one), _parts(other)
    if first is None or second is None or first[0] != second[0]:
        return False
    return abs(first[1] - second[1]) <= SAME_MOMENT


@lru_cache(maxsize=1024)
def _parts(run: str) -> tuple[tuple[str, str], datetime] | None:
    """What two runs must share, and the start; None for what another program wrote."""
    found = _RUN.fullmatch(run)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[2])
    except ValueError:
        return None
    return ((found[1], found[3] or ""), at) if at.tzinfo is not None else None


def moment_name(at: datetime, known: Iterable[str]) -> str:
    """Names an instant in keys, to the second: as a `known` key does that names the same moment, else anew."""
    words = (word for key in known for word in _NAMED.findall(key))
    near = ((abs(named - at), word) for word in words if (named := _instant(word)) is not None)
    apart, word = min(near, default=(SAME_MOMENT, ""))
    return word if word and apart <= SAME_MOMENT else f"{at:{_FORM}}"


@lru_cache(maxsize=1024)
def _instant(word: str) -> datetime | None:
    try:
        return datetime.strptime(word, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None
