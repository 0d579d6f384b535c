"""Every kind can be masked, flagged or ignored, the institution's own numbers kept; every finding says why."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.kernel.masking import Action, Evidence, Kind, Masking, Span, detect, operators, transform

TABLES = Path(__file__).parent / "golden"
ROWS: list[dict[str, Any]] = [
    row for path in sorted(TABLES.glob("*.yaml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def of_kind(kind: Kind) -> list[dict[str, Any]]:
    return [row for row in ROWS if any(kind in entry for entry in row["finds"])]


def with_action(config: Masking, kind: Kind, action: Action) -> Masking:
    display = config.of(kind).model_copy(update={"action": action})
    return config.model_copy(update={"kinds": {**config.kinds, kind: display}})


def found(row: dict[str, Any], config: Masking) -> tuple[Span, ...]:
    return detect(row["text"], html=row.get("html", False), config=config)


@pytest.mark.parametrize("kind", Kind)
def test_an_ignored_kind_is_not_reported_and_the_others_are_as_before(kind: Kind, config: Masking) -> None:
    ignoring = with_action(config, kind, Action.IGNORE)
    for row in of_kind(kind):
        others = tuple(span for span in found(row, config) if span.kind is not kind)
        assert found(row, ignoring) == others


@pytest.mark.parametrize("kind", Kind)
def test_a_flagged_kind_is_reported_and_stays_readable(kind: Kind, config: Masking) -> None:
    flagging = with_action(config, kind, Action.FLAG)
    for row in of_kind(kind):
        spans = found(row, flagging)
        assert spans == found(row, config)
        shown = transform(row["text"], spans, operators(flagging))
        masked = transform(row["text"], spans, operators(config))
        assert all(row["text"][span.start : span.end] in shown for span in spans if span.kind is kind)
        assert shown != masked


def test_every_finding_says_why_without_the_value(config: Masking) -> None:
    for row in ROWS:
        for span in found(row, config):
            assert span.evidence
            assert 0.6 <= span.confidence <= 1
            assert (span.label != "") is (Evidence.LABEL in span.evidence)
            proven = span.kind is Kind.EMAIL or {Evidence.LABEL, Evidence.CHECKSUM} & set(span.evidence)
            assert span.confidence <= 0.9 or proven
            digits = re.sub(r"\W", "", row["text"][span.start : span.end])
            assert span.why.count(": ") >= 1
            assert digits not in re.sub(r"\W", "", span.why)


@pytest.mark.parametrize("written", ["138-0013-8000", "13800138000", "138 0013 8000", "(138)0013.8000"])
def test_what_the_institution_publishes_stays_however_it_is_written(written: str, config: Masking) -> None:
    keeping = config.model_copy(update={"keep": frozenset({written})})
    assert detect("请打13800138000或138-0013-8000", config=keeping) == ()
    assert len(detect("请打13900139000", config=keeping)) == 1


def test_findings_below_the_least_confidence_are_left_out(config: Masking) -> None:
    text = "号码310104550812003，身份证11010519491231002X"
    assert len(detect(text, config=config)) == 2
    sure = config.model_copy(update={"least_confidence": 0.9})
    assert [span.confidence >= 0.9 for span in detect(text, config=sure)] == [True]
