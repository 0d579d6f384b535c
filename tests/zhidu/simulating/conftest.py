"""The demonstration's week, played once: its helpdesk still stands, its tickets are in an export too."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.zhidu.logs import as_before
from zhidu.cli import main
from zhidu.demo.clock import Chance, VirtualClock
from zhidu.demo.export import export
from zhidu.demo.player import Player
from zhidu.demo.script import cues, load_week
from zhidu.demo.stage import SERVICE_USER, Stage, staged
from zhidu.demo.story import Story
from zhidu.demo.summary import Summary, summarise
from zhidu.demo.words import Words

DAYS = 8
"""The whole week, a holiday in it: mails, form and telephone, deadlines that run out, a department, a regulator."""


@dataclass(frozen=True)
class Desk:
    """What was played, and how to simulate it."""

    stage: Stage
    summary: Summary
    export: Path
    proposed: Path


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder, week = tmp_path_factory.mktemp("desk"), load_week()
    chance, clock = Chance(1), VirtualClock(week.begins.astimezone(UTC))
    with staged(folder, clock=clock, chance=chance, tongue="en") as stage:
        story = Story(
            words=Words(tongue="en", fields=stage.fields, policy=stage.policy.texts),
            calendar=stage.policy.calendars["default"],
            speak=lambda judgement: stage.policy.speak(judgement.facts, "en"),
            tell=lambda line: None,
        )
        player = Player(stage=stage, cues=cues(week, chance), story=story, wait=lambda seconds: None)
        player.play((week.begins.replace(hour=0, minute=0) + timedelta(days=DAYS)).astimezone(UTC))
        summary = summarise(player, begins=week.begins, seed=1, before=(0, 0), seconds=1.0)
        path = folder / "tickets.jsonl"
        export(stage.box, path, by=SERVICE_USER)
        proposed = with_complaints(stage.config, folder / "proposed", _STRICTER)
        yield Desk(stage=stage, summary=summary, export=path, proposed=proposed)
        player.actors.close()


_STRICTER = {"acknowledge": {"within": {"ordinary": "1wh", "serious": "30wm", "major": "15wm"}}}
"""Less time to acknowledge a complaint."""


def with_complaints(config: Path, folder: Path, settings: dict[str, Any]) -> Path:
    """The same company with other settings for complaints, in `folder`."""
    (folder / "policies").mkdir(parents=True)
    for name in ("zhidu.yaml", "people.yaml"):
        (folder / name).write_text((config / name).read_text(encoding="utf-8"), encoding="utf-8")
    own = yaml.safe_load((config / "policies" / "complaints.yaml").read_text(encoding="utf-8"))
    (folder / "policies" / "complaints.yaml").write_text(json.dumps(own | settings), encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Told:
    """How a command ended and what it printed."""

    status: int
    out: str
    error: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """`zhidu --config CONFIG simulate …` in this process, with a work folder of its own."""

    def call(config: Path, *arguments: object) -> Told:
        work = ["--work", str(tmp_path / "work")]
        status = main(["--config", str(config), "simulate", *work, *map(str, arguments)])
        out, error = capsys.readouterr()
        return Told(status, out, error)

    return call


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    with as_before():
        yield
