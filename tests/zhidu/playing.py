"""Some cases of the demonstration played alone, on a stage that still stands afterwards."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.zhidu.logs import as_before
from zhidu import observe
from zhidu.demo.clock import Chance, VirtualClock
from zhidu.demo.export import export
from zhidu.demo.player import Player
from zhidu.demo.script import Week, cues
from zhidu.demo.stage import SERVICE_USER, Stage, staged
from zhidu.demo.story import Line, Story
from zhidu.demo.summary import Summary, summarise
from zhidu.demo.words import Words


@dataclass(frozen=True)
class Played:
    """A play, and all that was logged."""

    stage: Stage
    player: Player
    lines: list[Line]
    log: io.StringIO
    folder: Path
    summary: Summary

    @property
    def values(self) -> Mapping[str, str]:
        """What a customer of the script should not have written."""
        private = self.stage.private
        return {"card": private.card, "identity": private.identity, "password": private.password}

    def told(self, number: str) -> list[str]:
        """What the story tells of a ticket."""
        return [line.text() for line in self.lines if line.number == number]

    def number(self, title: str) -> str:
        """Of the ticket with this title."""
        return next(str(row["number"]) for row in self.stage.box.desk.tickets if row["title"] == title)


def of_these(week: Week, *names: str, begins: datetime | None = None) -> Week:
    """The week with these cases alone, and nothing that befalls the company."""
    reveals = tuple(reveal for reveal in week.reveals if reveal.case in names)
    alone = {"cases": {name: week.cases[name] for name in names}, "reveals": reveals}
    quiet: dict[str, object] = {"outages": (), "leaves": (), "astray": (), "begins": begins or week.begins}
    return week.model_copy(update=alone | quiet)


@contextmanager
def playing(week: Week, folder: Path, until: datetime) -> Iterator[Played]:
    """Plays until then. The log is as talkative as it can be; logging is as before in the end."""
    chance, clock = Chance(1), VirtualClock(week.begins.astimezone(UTC))
    lines: list[Line] = []
    log = io.StringIO()
    with as_before():
        observe.configure(format="json", level="debug", stream=log, now=clock.now)
        with staged(folder, clock=clock, chance=chance, tongue="en") as stage:
            story = Story(
                words=Words(tongue="en", fields=stage.fields, policy=stage.policy.texts),
                calendar=stage.policy.calendars["default"],
                speak=lambda judgement: stage.policy.speak(judgement.facts, "en"),
                tell=lines.append,
            )
            player = Player(stage=stage, cues=cues(week, chance), story=story, wait=lambda seconds: None)
            before = stage.box.counters.reads, stage.box.counters.writes
            player.play(until.astimezone(UTC))
            summary = summarise(player, begins=week.begins, seed=1, before=before, seconds=1.0)
            export(stage.box, folder / "tickets.jsonl", by=SERVICE_USER)
            yield Played(stage, player, lines, log, folder, summary)
            player.actors.close()
