"""Masking: finds personal data in a text, and replaces it. Pure; detection and replacement know nothing of one another.

spans = detect(text, html=True, config=config)
masked = transform(text, spans, operators(config))
"""

from policies.kernel.masking.config import Action, Display, Masking, Style
from policies.kernel.masking.detect import detect
from policies.kernel.masking.kinds import DataClass, Evidence, Kind, Span
from policies.kernel.masking.operators import LocalStars, Operator, Redact, Stars, Token, operators, transform

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
    "operators",
    "transform",
]
