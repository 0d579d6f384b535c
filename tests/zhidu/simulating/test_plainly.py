"""What a run finds by its shortcuts is what it finds without them, ticket by ticket."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.old_tickets import write_config, write_export
from integrations.zammad.rows import ArticleRow
from policies.kernel.deadlines import look
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts
from policies.kernel.ladders import fired_in
from policies.kernel.text import TextFeatures, Wording
from policies.kernel.text.features import EMPTY
from tests.policies.kernel.test_shortcuts import plainly
from zhidu.simulating import replay, replaying
from zhidu.simulating.asking import Question
from zhidu.simulating.reading import LazyCache
from zhidu.simulating.replay import Moment, Rules
from zhidu.simulating.replaying import Period
from zhidu.simulating.running import run
from zhidu.simulating.story import Story
from zhidu.simulating.workbook import Workbook

COUNT = 60
PERIOD = Period(begins=datetime(2026, 1, 5, tzinfo=UTC), until=datetime(2026, 2, 10, tzinfo=UTC))


class PlainCache(LazyCache):
    """Every article is read at once, and again for each ticket."""

    def of(self, article: ArticleRow) -> TextFeatures:
        if article.key is not None:
            return EMPTY
        return self._extractor.features(article.subject or "", article.body, article.content_type)

    def wording(self, article: ArticleRow, staff: tuple[str, ...]) -> Wording:
        return self._extractor.wording(article.body, article.content_type, staff=staff)


class PlainStage(replay._Stage):
    """Every event is looked at, whatever the last look asked for."""

    def look(self, now: datetime) -> Moment:
        moment = super().look(now)
        self.heard = True
        return moment


class PlainDues(replay._Dues):
    """When a clock could change is worked out of the clock, made anew, each time."""

    def after(self, verdict: Verdict, now: datetime) -> datetime | None:
        clocks = [replace(action.clock) for action in verdict.running]
        times = (look(clock, now, fired_in(verdict.memory, clock)).next_at for clock in clocks)
        return min((at for at in times if at is not None and at > now), default=None)


def facts(story: Story, rules: Rules) -> Facts:
    return Facts(
        now=story.began.created_at, ticket=story.began, desks=rules.desks, calendars=rules.calendars, me=story.facts.me
    )


def results(folder: Path, export: Path, work: Path) -> dict[str, list[Any]]:
    """Every row of a run's results, by table; how often was looked apart, which is what shortcuts save."""
    question = Question(today=folder, files=(export,), period=PERIOD)
    variants, book = question.variants(), Workbook(work)
    book.begin(question.stamp(variants), resume=False)
    question.survey(book, variants)
    run(question, book, variants, jobs=1, done=lambda more: None)
    found: dict[str, list[Any]] = {}
    for shard in book.shards():
        with closing(sqlite3.connect(book.shard(shard))) as db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                found.setdefault(table, []).extend(sorted(map(repr, db.execute(f"SELECT * FROM {table}"))))  # noqa: S608
    del found["totals"]
    return found


def test_the_shortcuts_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export = tmp_path / "tickets.jsonl"
    write_config(tmp_path)
    write_export(export, COUNT, seed=5)
    quick = results(tmp_path, export, tmp_path / "quick")

    monkeypatch.setattr(replay, "evaluate", plainly)
    monkeypatch.setattr(replay, "_Stage", PlainStage)
    monkeypatch.setattr(replay, "_Dues", PlainDues)
    monkeypatch.setattr(replay, "_heard", facts)
    monkeypatch.setattr(replaying, "LazyCache", PlainCache)
    plain = results(tmp_path, export, tmp_path / "plain")

    assert quick == plain
    assert len(quick["tickets"]) == COUNT
    assert len(quick["whats"]) > 40
    assert quick["failures"] == []
