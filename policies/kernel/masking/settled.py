"""Masks until nothing readable is left: what hides one value may bring another to light, or put two side by side."""

from collections.abc import Mapping, Sequence
from typing import Final

from policies.kernel.masking.config import Masking
from policies.kernel.masking.detect import detect
from policies.kernel.masking.kinds import Kind, Span
from policies.kernel.masking.operators import Operator, transform

_MOST: Final = 8
"""Rounds; each hides at least one character more, and a second one that changes anything is rare."""


def masked(text: str, spans: Sequence[Span], known: Mapping[Kind, Operator], *, html: bool, config: Masking) -> str:
    """`text` without what was found in it, and without what is found in the result: masked again it stays as it is.

    spans    of `text`, as `detect` gives them
    known    as `operators` gives them
    """
    result = transform(text, spans, known)
    for _ in range(_MOST):
        if result == text:
            break
        text, result = result, transform(result, detect(result, html=html, config=config), known)
    return result
