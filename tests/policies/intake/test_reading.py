"""2.1.1 to 2.1.4, 2.2.5, 3.1.3, 7.1.1: messages read by phrases, against labelled ones. `-s` shows the figures."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

import policies
from policies.intake.config import Config
from policies.intake.reading import read
from policies.kernel.config import load
from policies.kernel.config import read as read_file
from policies.kernel.text import Extractor, Lexicon
from zhidu.measuring import Figures, measured, table

HERE = Path(__file__).parent
HOME = Path(policies.__file__).parent
CONFIG = load(Config, [read_file(HOME / "intake" / "defaults.yaml", shown="defaults.yaml")]).config


def extractor() -> Extractor:
    words = [yaml.safe_load((HOME / name / "phrases.yaml").read_text("utf-8")) for name in ("complaints", "intake")]
    rates = yaml.safe_load((HOME / "complaints" / "defaults.yaml").read_text("utf-8"))["rates"]
    return Extractor([Lexicon.from_mapping(one) for one in words], {k: Decimal(str(v)) for k, v in rates.items()})


EXTRACTOR = extractor()


def figures(rows: list[tuple[str, str, dict[str, Any]]]) -> tuple[dict[str, Figures], float]:
    judged = []
    for subject, text, expect in rows:
        got = read(EXTRACTOR.features(subject, text), CONFIG)
        wanted = {f"kind {expect['kind']}", f"mood {expect['mood']}", *(f"flag {flag}" for flag in expect["flags"])}
        judged.append((wanted, {f"kind {got.kind}", f"mood {got.mood}", *(f"flag {flag}" for flag in got.flags)}))
    found = measured(judged)
    print(*table(found), sep="\n")
    same = sum(any(label.startswith("kind") for label in wanted & got) for wanted, got in judged)
    return {of.label: of for of in found}, same / len(judged)


def test_labelled_cases() -> None:
    """The kinds, and each flag and mood."""
    path = HERE.parent / "kernel" / "text" / "classify.jsonl"
    given = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    of, share = figures([(one["subject"], one["text"], one["expect"]) for one in given])

    assert share >= 0.97
    assert min(figure.f1 for label, figure in of.items() if not label.startswith("kind")) >= 0.97


def test_messages_on_which_nothing_was_tuned() -> None:
    """The kinds and the moods; of rare flags there are too few for a floor each."""
    rows = yaml.safe_load((HERE / "held_out.yaml").read_text("utf-8"))
    given = [("", text, {"kind": kind, "mood": mood, "flags": flags.split()}) for kind, mood, flags, text in rows]
    of, share = figures(given)

    assert len(rows) >= 100
    assert share >= 0.87
    assert min(figure.f1 for label, figure in of.items() if label.startswith("mood")) >= 0.9
