"""The words that fields of a ticket may hold. The helpdesk stores whatever it is sent; anything else reads as unset."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KINDS = ("inquiry", "business", "complaint", "suggestion", "support", "task", "incident")
SEVERITIES = ("ordinary", "serious", "major")
FLAGS = ("amount", "vulnerable", "media", "legal", "regulator", "repeat", "group")
STAGES = (
    "received",
    "handling",
    "identity_verified",
    "documents_complete",
    "with_department",
    "done",
    "customer_told",
    "awaiting_satisfaction",
    "ended",
)

METHODS = ("counter", "video", "app", "phone", "signature", "notary")
"""How a customer's identity is checked."""

OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "kind": KINDS,
        "severity": SEVERITIES,
        "flags": FLAGS,
        "stage": STAGES,
        "identity_method": METHODS,
        "extension": ("none", "asked", "approved", "refused"),
        "close_approval": ("none", "asked", "approved", "refused"),
        "waiting_for": ("none", "customer", "department", "appraisal"),
        "finding": ("none", "open", "reviewed"),
        "satisfaction": ("none", "satisfied", "dissatisfied", "no_answer"),
        "language": ("zh-CN", "zh-TW", "en"),
    }
)
"""Field → its options. `none` reads as unset, as an empty value does."""

TIMES = frozenset({"received_at", "next_due_at", "promised_at"})
PEOPLE = frozenset({"case_owner"})
LISTS = frozenset({"flags"})
TEXTS = frozenset(
    {
        "category",
        "next_duty",
        "missing",
        "told",
        "cause",
        "responsible",
        "remedy",
        "answer_summary",
        "extension_reason",
        "exhausted_remedy",
        "override_reason",
    }
)
FIELDS = frozenset(OPTIONS) | TIMES | PEOPLE | TEXTS
"""Every ticket field of the core set, without `zhidu_`."""
