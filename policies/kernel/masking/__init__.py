"""Masking: finds personal data in a text, and replaces it. Pure; detection and replacement know nothing of one another.

spans = detect(text, html=True, config=config)
hidden = masked(text, spans, operators(config), html=True, config=config)
"""

from policies.kernel.masking.config import Action, Display, Masking, Style
from policies.kernel.masking.detect import detect
from policies.kernel.masking.kinds import DataClass, Evidence, Kind, Span
from policies.kernel.masking.operators import LocalStars, Operator, Redact, Stars, Token, operators, transform
from policies.kernel.masking.settled import masked

__all__ = [
    "Action",
    "DataClass",
    "Display",
    "Evidence",
    "Kind",
    "LocalStars",
    "Masking",
    "Operator",
    "Redact",
    "Span",
    "Stars",
    "Style",
    "Token",
    "detect",
    "masked",
    "operators",
    "transform",
]
