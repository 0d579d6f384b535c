"""Learns `policies/intake/leanings.json` from labelled messages.

    python tests/policies/intake/train.py [--check]

Learnt from are the labelled cases, the messages of the unseen files, the everyday complaints of tuned.yaml and
lessons.yaml; never held_out.yaml. Printed is how five-fold cross-validation does: the leanings alone. LIBLINEAR weighs
the runs (logistic regression, L2), each kind against the other kinds and each mood against the other moods; those that
weigh most are kept and weighed again. A channel weighs against the mean of all. Exit status 1 with --check: the file is
another one.
"""

import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from pyliblinear import FeatureMatrix, Model, Solver

from policies.kernel.text.leanings import PRESENT, Leanings, is_run, runs, share_of
from policies.kernel.text.normalise import fold
from policies.kernel.text.quotes import is_answer, own_words

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TARGET = ROOT / "policies" / "intake" / "leanings.json"
UNSEEN = ("unseen.jsonl", "unseen_a.jsonl", "unseen_b.jsonl", "unseen_c.jsonl")
KINDS = ("complaint", "incident", "suggestion", "support", "business", "inquiry")
MOODS = ("calm", "unhappy", "angry", "distressed")
CHANNELS = ("chat", "email", "phone", "web")
FEWEST = 3
COST = 30.0
MOST_RUNS = {KINDS: 3500, MOODS: 1500}
FOLDS = 5


class Message(NamedTuple):
    """A folded text, the channel it came by, its kind and its mood; what nobody has labelled is empty."""

    text: str
    channel: str
    kind: str
    mood: str


def messages(unseen: Sequence[str] = UNSEEN) -> list[Message]:
    """What is learnt from, in an order of its own."""
    found: list[Message] = []
    for path in (HERE.parent / "kernel" / "text" / "classify.jsonl", *(HERE / name for name in unseen)):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            text = text_of(row["subject"], row["text"])
            found.append(Message(text, row["channel"], row["expect"]["kind"], row["expect"]["mood"]))
    tuned = yaml.safe_load((HERE.parent / "kernel" / "text" / "tuned.yaml").read_text("utf-8"))
    found += [Message(text_of("", str(text)), "", "complaint", "") for text in tuned["complaint"]]
    for kind, texts in yaml.safe_load((HERE / "lessons.yaml").read_text("utf-8")).items():
        found += [Message(text_of("", text), "", kind, "") for text in texts]
    return [message for message in found if message.kind in KINDS]


def text_of(subject: str, body: str) -> str:
    """As the extractor reads it."""
    title = "" if is_answer(subject) else subject
    return fold(f"{title}\n\n{own_words(body)}" if title else own_words(body)).text


def learn(told: Sequence[Message]) -> dict[str, object]:
    """The leanings of the messages, as the file has them."""
    every = [runs(message.text) for message in told]
    counts = Counter(run for found in every for run in found)
    usable = sorted(run for run, count in counts.items() if count >= FEWEST and is_run(run))
    chosen: set[str] = set()
    for labels, most in MOST_RUNS.items():
        weights = [rows for rows, _ in columns(told, every, usable, labels)]
        heaviest = {run: max(abs(rows[run]) for rows in weights) for run in usable}
        chosen.update(sorted(usable, key=lambda run: (-round(heaviest[run], 6), run))[:most])
    vocabulary = sorted(chosen)
    learnt = [*columns(told, every, vocabulary, KINDS), *columns(told, every, vocabulary, MOODS)]
    return {
        "labels": [*KINDS, *MOODS],
        "intercepts": [round(base, 1) for _, base in learnt],
        "channels": {channel: [round(rows[f"@{channel}"], 1) for rows, _ in learnt] for channel in CHANNELS},
        "runs": {run: [round(rows[run], 1) for rows, _ in learnt] for run in vocabulary},
    }


def columns(
    told: Sequence[Message], every: Sequence[Iterable[str]], vocabulary: Sequence[str], labels: Sequence[str]
) -> list[tuple[Mapping[str, float], float]]:
    """The weights and the intercept of each of the labels, of the messages that have one of them."""
    mine = [(m, found) for m, found in zip(told, every, strict=True) if (m.kind if labels is KINDS else m.mood)]
    number = {run: place for place, run in enumerate([*vocabulary, *(f"@{name}" for name in CHANNELS)], start=1)}
    vectors = [_vector(message, found, number) for message, found in mine]
    named = [message.kind if labels is KINDS else message.mood for message, _ in mine]
    return [_weighed(vectors, [name == label for name in named], number) for label in labels]


def _vector(message: Message, found: Iterable[str], number: Mapping[str, int]) -> dict[int, float]:
    """What a message weighs of each run and of its channel, by number; of no channel, of each of them a part."""
    known = sorted(number[run] for run in found if run in number)
    vector = dict.fromkeys(known, share_of(len(known)))
    came = [message.channel] if message.channel in CHANNELS else CHANNELS
    return vector | {number[f"@{name}"]: PRESENT / len(came) for name in sorted(came)}


def _weighed(
    vectors: Sequence[dict[int, float]], wanted: Sequence[bool], number: Mapping[str, int]
) -> tuple[Mapping[str, float], float]:
    """The weight of each run for one label against the others, both sides alike in weight, and the intercept."""
    yes = sum(wanted)
    weights = {1: len(wanted) / (2 * yes), 0: len(wanted) / (2 * (len(wanted) - yes))}
    matrix = FeatureMatrix.from_iterables([int(want) for want in wanted], list(vectors))
    kept = io.StringIO()
    Model.train(matrix, Solver("L2R_LR", C=COST, eps=1e-4, weights=weights), bias=1.0).save(kept)
    head, _, body = kept.getvalue().partition("\nw\n")
    first = next(line.split()[1] for line in head.splitlines() if line.startswith("label "))
    sign = 1 if first == "1" else -1
    *told, base = [sign * float(line.split()[0]) for line in body.splitlines() if line.strip()]
    rows = {run: told[place - 1] if place <= len(told) else 0.0 for run, place in number.items()}
    usual = sum(rows[f"@{name}"] for name in CHANNELS) / len(CHANNELS)
    return rows | {f"@{name}": rows[f"@{name}"] - usual for name in CHANNELS}, base + PRESENT * usual


def leanings_of(file: Mapping[str, object]) -> Leanings:
    labels, intercepts, rows, channels = file["labels"], file["intercepts"], file["runs"], file["channels"]
    assert isinstance(labels, list)
    assert isinstance(intercepts, list)
    assert isinstance(rows, dict)
    assert isinstance(channels, dict)
    return Leanings(tuple(labels), tuple(intercepts), rows, channels)


def cross_validated(told: Sequence[Message]) -> tuple[float, float]:
    """The share of messages whose kind the leanings of the others tell alone, and of those whose mood."""
    kinds, moods = [], []
    for fold_number in range(FOLDS):
        model = leanings_of(learn([m for place, m in enumerate(told) if place % FOLDS != fold_number]))
        for message in (m for place, m in enumerate(told) if place % FOLDS == fold_number):
            leaning = model.of(message.text)
            scores = leaning.by(message.channel) if leaning else {}
            kinds.append(bool(scores) and max(KINDS, key=scores.__getitem__) == message.kind)
            if message.mood:
                moods.append(max(MOODS, key=scores.__getitem__) == message.mood if scores else message.mood == "calm")
    return sum(kinds) / len(kinds), sum(moods) / len(moods)


def written(file: Mapping[str, object]) -> str:
    """One run a line, so that a change can be read."""
    head = json.dumps({key: file[key] for key in ("labels", "intercepts", "channels")}, ensure_ascii=False)
    rows = file["runs"]
    assert isinstance(rows, dict)
    lines = ",\n".join(
        f"{json.dumps(run, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}" for run, row in rows.items()
    )
    return f'{head[:-1]}, "runs": {{\n{lines}\n}}}}\n'.replace("-0.0", "0.0").replace(".0,", ",").replace(".0]", "]")


def main() -> int:
    told = messages()
    text = written(learn(told))
    if "--check" in sys.argv:
        return int(text != TARGET.read_text("utf-8"))
    kinds, moods = cross_validated(told)
    print(f"{len(told)} messages, cross-validated: kinds {kinds:.3f}, moods {moods:.3f}")
    TARGET.write_text(text, "utf-8")
    print(f"{text.count(chr(10)) - 2} runs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
