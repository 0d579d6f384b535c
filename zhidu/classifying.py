"""A text read as the service reads a customer's message: by the policy's phrases, with what weighed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from policies.complaints.grading import weight_of
from policies.intake.reading import Reading, read
from policies.kernel.text.phrases import readable
from policies.kernel.vocabulary import FLAGS, KINDS
from zhidu.policy import Policy
from zhidu.reading_line import reading_line


class Classifier:
    """The intake module's reading of texts. Raises LookupError where the module is not enabled."""

    kinds: Final = frozenset(f"kind {kind}" for kind in KINDS)

    def __init__(self, policy: Policy) -> None:
        module = policy.modules.get("intake")
        if module is None:
            raise LookupError("the module intake is not enabled; `zhidu modules` lists what is")
        self._policy = policy
        self._config = module.config

    def read(self, text: str, *, subject: str = "", channel: str = "", desk: str | None = None) -> Reading:
        """The reading of a message; `desk` is the kind of the desk it came to."""
        return read(self._policy.extractor.features(subject, text), self._config, desk=desk, channel=channel)

    def answer(self, text: str, *, subject: str = "", channel: str = "", desk: str | None = None) -> dict[str, Any]:
        """The reading as the command writes it: `why` has each phrase that weighed for what was found."""
        reading = self.read(text, subject=subject, channel=channel, desk=desk)
        about = {reading.kind, reading.mood, reading.category, *FLAGS, "withdrawal", "sum_disputed"}
        return {
            "kind": reading.kind,
            "reading": reading_line(reading),
            "flags": sorted(reading.flags),
            "mood": reading.mood,
            "language": reading.language,
            "category": reading.category,
            "severity": self.severity(reading),
            "weights": {label: weight for label, weight in sorted(reading.weights.items()) if weight},
            "why": [
                {
                    "label": ground.label,
                    "phrase": readable(ground.phrase),
                    "words": ground.words,
                    "weight": ground.weight,
                    "field": ground.field,
                }
                for ground in reading.grounds
                if ground.label in about
            ],
        }

    def severity(self, reading: Reading) -> str | None:
        """How grave the complaint is by its flags; None for another kind, or without the complaints module."""
        module = self._policy.modules.get("complaints")
        if reading.kind != "complaint" or module is None:
            return None
        weight = weight_of(reading.flags, module.config.flag_weights)
        if weight >= module.config.major_from:
            return "major"
        return "serious" if weight >= module.config.serious_from else "ordinary"

    def labels(self, example: Mapping[str, Any]) -> tuple[set[str], set[str]]:
        """The labels a labelled example wants, and those it is given."""
        reading = self.read(
            str(example["text"]), subject=str(example.get("subject") or ""), channel=str(example.get("channel") or "")
        )
        expect = example["expect"]
        wanted = _labels(expect["kind"], expect["flags"], expect["mood"], expect.get("language"))
        got = _labels(reading.kind, reading.flags, reading.mood, reading.language if "language" in expect else None)
        return wanted, got


def _labels(kind: str | None, flags: Any, mood: str, language: str | None) -> set[str]:
    found = {f"kind {kind}", *(f"flag {flag}" for flag in flags), f"mood {mood}"}
    return found | ({f"language {language}"} if language else set())
