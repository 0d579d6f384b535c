"""What a message reads as, on one line: kind, flags, mood, category, language, each with the phrases that weighed."""

from __future__ import annotations

from collections.abc import Iterator

from policies.intake.reading import Reading

_SUM = "sum_disputed"
"""The label of the phrases that make a sum the one in dispute."""


def reading_line(reading: Reading) -> str:
    """Such as `kind complaint 7 (投诉 +4, 多扣 +3); flags amount; mood calm; category cards 2 (年费 +2)`.

    A number is the weight of all that speaks for it, the desk's and the channel's part included; the three heaviest
    phrases are told.
    """
    return "; ".join(_parts(reading))


def _parts(reading: Reading) -> Iterator[str]:
    yield f"kind {_weighed(reading, reading.kind)}" if reading.kind else "no kind"
    if reading.flags:
        yield f"flags {', '.join(_flag(reading, flag) for flag in sorted(reading.flags))}"
    yield f"mood {_weighed(reading, reading.mood)}"
    if reading.category:
        yield f"category {_weighed(reading, reading.category)}"
    if reading.language:
        yield f"language {reading.language}"


def _weighed(reading: Reading, label: str) -> str:
    words, weight = reading.words(label), reading.weights.get(label, 0)
    grounds = f" ({', '.join(words)})" if words else " (the desk)" if weight else ""
    return f"{label} {weight:g}{grounds}" if weight else label


def _flag(reading: Reading, flag: str) -> str:
    words = reading.words(flag) or (reading.words(_SUM) if flag == "amount" else ())
    return f"{flag} ({', '.join(words)})" if words else flag
