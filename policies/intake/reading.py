"""What the words of one message say of its kind, flags, mood, language and category, and which phrases weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from policies.intake.config import Config
from policies.kernel.kept import kept
from policies.kernel.text import Language, Match, TextFeatures
from policies.kernel.text.phrases import readable
from policies.kernel.vocabulary import FLAGS

BY_PRECEDENCE: Final = ("incident", "suggestion", "support", "business", "inquiry")
"""Kinds of equal weight: the first of them it is. A complaint comes before all, from its own weight on."""
MOODS: Final = ("angry", "distressed", "unhappy")
"""Strong feelings come before mild ones, whatever these weigh."""
CALM: Final = "calm"

SPOKEN: Final = tuple(flag for flag in FLAGS if flag != "amount")
"""The flags that words raise; a sum is told by its figure."""

_OF_WRITERS: Final = ("group", "repeat")
"""What is said of those who write, and not of a report by staff or a partner."""
_STRONG: Final = ("angry", "distressed")
LEANING: Final = "leaning"
"""The field of a ground that is no phrase but a run of plain words."""
CHANNEL: Final = "channel"
"""The field of a ground that is the channel by which the message came."""
_AHEAD, _COMPLAINT_AHEAD = 0.75, 1.5
"""What the kind that the phrases tell is ahead of where the plain words lean; a complaint twice as much."""
_FELT: Final = 2.25
"""What a mood counts ahead of calm where plain words are read with its phrases."""
_LEANS_TO_COMPLAIN: Final = 0.5
"""Plain words make a complaint of what no phrase does only where they lean to one clearly."""
_LEAST, _MOST = -4.0, 8.0
"""Bounds of what the phrases of a kind count against leanings; a single one above the bound counts in full."""
_POLITE: Final = ("fault", "redress")
"""What together makes a complaint without one hard word."""
_FIRM: Final = 4.5
"""A complaint below it gives way to a kind that weighs as much; twice as much, where something is to be mended."""


class Ground(NamedTuple):
    """A phrase that weighed for a label. `phrase` as configured; `words` as the customer wrote them."""

    label: str
    phrase: str
    words: str
    weight: float
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one message is.

    kind      None where neither words nor desk say anything
    outright  the phrases say so, or the desk: no leaning of plain words was needed
    weights   label → weight, of kinds, moods and categories; the desk's and the channel's part included
    flags     those that the words raise
    """

    kind: str | None
    outright: bool
    weights: Mapping[str, float]
    flags: frozenset[str]
    mood: str
    language: Language | None
    category: str | None
    grounds: tuple[Ground, ...]

    def words(self, label: str, most: int = 3) -> tuple[str, ...]:
        """The heaviest phrases of a label as a person reads them, with their weights: `投诉 +4`.

        Without any, the plain words that leaned most.
        """
        told = self._told(label)
        return _heaviest(_phrases(told) or [ground for ground in told if ground.field == LEANING], most)

    def reason(self, label: str) -> tuple[str, ...]:
        """The heaviest phrases of a label that tell an agent something: plain words lean together, none tells alone."""
        return _heaviest(_phrases(self._told(label)), 3)

    def leant(self, label: str) -> bool:
        """Whether plain words speak for a label."""
        return any(ground.label == label and ground.field == LEANING for ground in self.grounds)

    def _told(self, label: str) -> list[Ground]:
        """A label's own grounds; of a complaint told by what went wrong and is to be mended, or by anger, these."""
        own = [ground for ground in self.grounds if ground.label == label]
        if label != "complaint" or self.kind != label:
            return own
        polite = [ground for ground in self.grounds if ground.label in _POLITE]
        if {ground.label for ground in polite} == set(_POLITE):
            return own + polite
        return own or [ground for ground in self.grounds if ground.label == "angry"]


def _phrases(grounds: Iterable[Ground]) -> list[Ground]:
    return [ground for ground in grounds if ground.field not in (LEANING, CHANNEL)]


def _heaviest(grounds: Iterable[Ground], most: int) -> tuple[str, ...]:
    best = {readable(ground.phrase): ground.weight for ground in grounds}
    ranked = sorted(best.items(), key=lambda pair: -pair[1])
    return tuple(f"{phrase} {weight:+g}" for phrase, weight in ranked[:most])


def read(features: TextFeatures, config: Config, *, desk: str | None = None, channel: str = "") -> Reading:
    """The reading of a message.

    desk      the kind of the desk that it came to
    channel   by which it came: email, phone, web, chat, sms
    """
    weights = dict(_kinds(features, config, desk, channel))
    plain = _kind(features, weights, config, desk)
    leans = {} if features.leaning is None or not config.leaning else features.leaning.by(channel)
    kind = _leant(features, weights, config, plain, leans, desk)
    moods = {mood: features.weight(f"mood_{mood}") for mood in MOODS}
    calm = leans.get(CALM, 0)
    felt: dict[str, float] = {name: leans[name] - calm for name in MOODS if name in leans}
    mood = _mood(moods, config, felt)
    about = {name: features.weight(f"category_{name}") for name in config.categories}
    category = max(about, key=about.__getitem__, default=None)
    return Reading(
        kind=kind,
        outright=kind == plain,
        weights=_rounded(weights, config.leaning, leans) | _rounded(moods, config.mood_leaning, felt) | about,
        flags=_raised(features, config, kind),
        mood=mood,
        language=features.language,
        category=category if category and about[category] >= max(config.category_from, 0.01) else None,
        grounds=(*_grounds(features.matches), *_leanings(features, config, kind, mood, leans, channel)),
    )


@kept
def read_once(features: TextFeatures, config: Config, desk: str | None, channel: str) -> Reading:
    """`read`, of a message that is looked at again and again."""
    return read(features, config, desk=desk, channel=channel)


@kept
def raised_flags(features: TextFeatures, config: Config, kind: str | None) -> frozenset[str]:
    """The flags that the words of a message raise that is looked at again and again."""
    return _raised(features, config, kind)


def _raised(features: TextFeatures, config: Config, kind: str | None) -> frozenset[str]:
    """The flags the words raise. In a complaint, a sum of which nothing else is said is the one in dispute.

    Whom an incident strikes, its reporter tells; they do not write together, nor again.
    """
    found = {flag for flag in SPOKEN if features.has(flag) and not (kind == "incident" and flag in _OF_WRITERS)}
    roles = ("disputed", None) if kind == "complaint" else ("disputed",)
    largest = features.largest(*roles) if features.amounts else None
    if largest is not None and largest.cny is not None and largest.cny >= config.amount_from:
        found.add("amount")
    return frozenset(found)


def _kinds(features: TextFeatures, config: Config, desk: str | None, channel: str) -> Iterable[tuple[str, float]]:
    leans = config.channel_weights.get(channel, {})
    for kind in ("complaint", *BY_PRECEDENCE):
        label = kind if kind == "complaint" else f"kind_{kind}"
        weight = features.weight(label)
        if weight > 0:
            weight += next((more for name, more in leans.items() if name == kind), 0)
        yield kind, weight + (config.desk_weight if kind == desk else 0)


def _kind(features: TextFeatures, weights: Mapping[str, float], config: Config, desk: str | None) -> str | None:
    """A withdrawn complaint is business; a complaint wins; else what weighs most; words without weight ask."""
    if features.has("withdrawal"):
        return "business"
    heaviest = max(BY_PRECEDENCE, key=weights.__getitem__)
    if _complains(features, weights, config, heaviest):
        return "complaint"
    if weights[heaviest] > 0:
        return heaviest
    return desk or ("inquiry" if features.length else None)


def _leant(
    features: TextFeatures,
    weights: Mapping[str, float],
    config: Config,
    plain: str | None,
    leans: Mapping[str, float],
    desk: str | None,
) -> str | None:
    """The kind that phrases and plain words together say.

    plain   what the phrases say
    leans   where the plain words lean, by label; empty of a message that is too short
    desk    the kind of the desk: words must lean away clearly from what phrases and desk agree on
    """
    if not leans or features.has("withdrawal"):
        return plain
    firm = {
        match.label.removeprefix("kind_") for match in features.matches if match.weight > _MOST and not match.negated
    }
    scores = {
        kind: min(weights[kind] if kind in firm else _MOST, max(_LEAST, weights[kind]))
        + config.leaning * leans.get(kind, 0)
        for kind in ("complaint", *BY_PRECEDENCE)
        if kind != "complaint" or _may_complain(leans, config, plain)
    }
    if plain in scores:
        scores[plain] += _COMPLAINT_AHEAD if plain == "complaint" else _AHEAD
        scores[plain] += config.desk_weight if plain == desk else 0
    return max(scores, key=scores.__getitem__)


def _may_complain(leans: Mapping[str, float], config: Config, plain: str | None) -> bool:
    return config.complaint_from > 0 and (plain == "complaint" or leans.get("complaint", 0) >= _LEANS_TO_COMPLAIN)


def _rounded(weights: Mapping[str, float], share: float, leans: Mapping[str, float]) -> dict[str, float]:
    """What speaks for each label: its phrases, and where the plain words lean."""
    return {label: round(weight + share * leans.get(label, 0), 2) for label, weight in weights.items()}


def _leanings(
    features: TextFeatures, config: Config, kind: str | None, mood: str, leans: Mapping[str, float], channel: str
) -> Iterable[Ground]:
    """What leaned most to the kind and the mood, the channel included, in weights as phrases have them."""
    leaning = features.leaning
    if leaning is None or not leans or kind is None:
        return
    for label, share in ((kind, config.leaning), (mood, 0 if mood == CALM else config.mood_leaning)):
        if share:
            for run, weight in leaning.grounds(label):
                yield Ground(label=label, phrase=run, words=run, weight=round(share * weight, 2), field=LEANING)
    more = config.leaning * (leans[kind] - leaning.of(kind)) if kind in leans else 0
    if more:
        yield Ground(label=kind, phrase=channel, words=channel, weight=round(more, 2), field=CHANNEL)


def _complains(features: TextFeatures, weights: Mapping[str, float], config: Config, other: str) -> bool:
    """Whether it is a complaint: what is shouted at us is; displeasure that asks for something else is not.

    other   the heaviest of the other kinds
    """
    weight = weights["complaint"]
    angry = features.weight("mood_angry")
    shouts = angry >= max(config.mood_from, 0.01) and angry > features.weight("mood_distressed")
    if shouts and config.complaint_from > 0 and other in ("inquiry", "support", "business"):
        return weight >= 0
    if weight < config.complaint_from or not config.complaint_from:
        return False
    if weight >= _FIRM and other != "incident":
        return True
    mends = shouts or any(features.has(label) for label in _POLITE)
    return weights[other] < weight * (2 if mends else 1)


def _mood(moods: Mapping[str, float], config: Config, felt: Mapping[str, float]) -> str:
    """A strong feeling that phrases tell comes before a mild one; else it is what weighs most.

    felt   how much more the plain words lean to a feeling than to calm; what does needs less of a phrase for it
    """
    if felt and config.mood_leaning:
        told = {mood: weight + config.mood_leaning * felt[mood] for mood, weight in moods.items()}
        among = [mood for mood in _STRONG if moods[mood] >= config.mood_from] or MOODS
        most = max(among, key=told.__getitem__)
        return most if told[most] + _FELT >= config.mood_from else CALM
    strong = max(_STRONG, key=moods.__getitem__)
    if moods[strong] >= config.mood_from:
        return strong
    return "unhappy" if moods["unhappy"] >= config.mood_from else CALM


def _grounds(matches: Iterable[Match]) -> Iterable[Ground]:
    """Each phrase of a label once, as its weight counts once."""
    seen: set[tuple[str, str]] = set()
    for match in matches:
        if match.negated or (match.label, match.phrase) in seen:
            continue
        seen.add((match.label, match.phrase))
        yield Ground(
            label=match.label.removeprefix("kind_").removeprefix("mood_").removeprefix("category_"),
            phrase=match.phrase,
            words=match.surface,
            weight=match.weight,
            field=match.field,
        )
