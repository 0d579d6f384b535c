"""Learns `policies/intake/leanings.json` from labelled messages.

    python tests/policies/intake/train.py [--check]

Learnt from are the labelled cases, the messages of unseen.jsonl, the everyday complaints of tuned.yaml and
lessons.yaml; never held_out.yaml. Printed is how five-fold cross-validation does: the leanings alone. LIBLINEAR chooses
the runs (L1), then weighs them (L2), each kind against all others. Exit status 1 with --check: the file is another one.
"""

import io
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml
from pyliblinear import FeatureMatrix, Model, Solver

from policies.kernel.text.leanings import Leanings, is_run, runs
from policies.kernel.text.normalise import fold
from policies.kernel.text.quotes import is_answer, own_words
from policies.kernel.vocabulary import KINDS

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TARGET = ROOT / "policies" / "intake" / "leanings.json"
LEARNT_KINDS = ("complaint", "incident", "suggestion", "support", "business", "inquiry")
FEWEST = 3
CHOOSES, WEIGHS = 10.0, 3.0
FOLDS = 5

Message = tuple[str, str]
"""A folded text and its kind."""


def messages() -> list[Message]:
    """What is learnt from, in an order of its own."""
    found: list[Message] = []
    for path in (HERE.parent / "kernel" / "text" / "classify.jsonl", HERE / "unseen.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append((text_of(row["subject"], row["text"]), row["expect"]["kind"]))
    tuned = yaml.safe_load((HERE.parent / "kernel" / "text" / "tuned.yaml").read_text("utf-8"))
    found += [(text_of("", str(text)), "complaint") for text in tuned["complaint"]]
    for kind, texts in yaml.safe_load((HERE / "lessons.yaml").read_text("utf-8")).items():
        found += [(text_of("", text), kind) for text in texts]
    return [(text, kind) for text, kind in found if kind in LEARNT_KINDS]


def text_of(subject: str, body: str) -> str:
    """As the extractor reads it."""
    title = "" if is_answer(subject) else subject
    return fold(f"{title}\n\n{own_words(body)}" if title else own_words(body)).text


def learn(told: Sequence[Message]) -> dict[str, object]:
    """The leanings of the messages, as the file has them."""
    every = [runs(text) for text, _ in told]
    counts = Counter(run for found in every for run in found)
    usable = sorted(run for run, count in counts.items() if count >= FEWEST and is_run(run))
    chosen = set[str]()
    for kind in LEARNT_KINDS:
        rows, _ = weighed(every, [k == kind for _, k in told], usable, "L1R_LR", CHOOSES)
        chosen |= {run for run, weight in rows.items() if weight}
    vocabulary = sorted(chosen)
    columns = [weighed(every, [k == kind for _, k in told], vocabulary, "L2R_LR", WEIGHS) for kind in LEARNT_KINDS]
    return {
        "labels": list(LEARNT_KINDS),
        "intercepts": [round(base, 2) for _, base in columns],
        "runs": {run: [round(rows[run], 2) for rows, _ in columns] for run in vocabulary},
    }


def weighed(
    every: Sequence[Iterable[str]], wanted: Sequence[bool], vocabulary: Sequence[str], solver: str, cost: float
) -> tuple[Mapping[str, float], float]:
    """The weight of each run for one kind against the others, both sides alike in weight, and the intercept."""
    number = {run: place for place, run in enumerate(vocabulary, start=1)}
    vectors = []
    for found in every:
        known = [number[run] for run in found if run in number]
        vectors.append(dict.fromkeys(sorted(known), 1 / math.sqrt(len(known) or 1)))
    yes = sum(wanted)
    weights = {1: len(wanted) / (2 * yes), 0: len(wanted) / (2 * (len(wanted) - yes))}
    matrix = FeatureMatrix.from_iterables([int(want) for want in wanted], vectors)
    kept = io.StringIO()
    Model.train(matrix, Solver(solver, C=cost, eps=1e-4, weights=weights), bias=1.0).save(kept)
    head, _, body = kept.getvalue().partition("\nw\n")
    first = next(line.split()[1] for line in head.splitlines() if line.startswith("label "))
    sign = 1 if first == "1" else -1
    *rows, base = [sign * float(line.split()[0]) for line in body.splitlines() if line.strip()]
    return {run: rows[place - 1] if place <= len(rows) else 0.0 for run, place in number.items()}, base


def leanings_of(file: Mapping[str, object]) -> Leanings:
    labels, intercepts, rows = file["labels"], file["intercepts"], file["runs"]
    assert isinstance(labels, list)
    assert isinstance(intercepts, list)
    assert isinstance(rows, dict)
    return Leanings(tuple(labels), tuple(intercepts), {run: tuple(row) for run, row in rows.items()})


def cross_validated(told: Sequence[Message]) -> float:
    """The share of messages whose kind the leanings of the others tell alone."""
    right = 0
    for fold_number in range(FOLDS):
        model = leanings_of(learn([m for place, m in enumerate(told) if place % FOLDS != fold_number]))
        for text, kind in (m for place, m in enumerate(told) if place % FOLDS == fold_number):
            leaning = model.of(text)
            right += leaning is not None and max(leaning.scores, key=lambda pair: pair[1])[0] == kind
    return right / len(told)


def written(file: Mapping[str, object]) -> str:
    """One run a line, so that a change can be read."""
    head = json.dumps({key: file[key] for key in ("labels", "intercepts")}, ensure_ascii=False)
    rows = file["runs"]
    assert isinstance(rows, dict)
    lines = ",\n".join(f"{json.dumps(run, ensure_ascii=False)}: {json.dumps(row)}" for run, row in rows.items())
    return f'{head[:-1]}, "runs": {{\n{lines}\n}}}}\n'


def main() -> int:
    assert set(LEARNT_KINDS) <= set(KINDS)
    told = messages()
    print(f"{len(told)} messages, cross-validated {cross_validated(told):.3f}")
    text = written(learn(told))
    if "--check" in sys.argv:
        return int(text != TARGET.read_text("utf-8"))
    TARGET.write_text(text, "utf-8")
    print(f"{text.count(chr(10)) - 2} runs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
