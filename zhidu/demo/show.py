"""One showing of the demonstration: sets the stage, plays, prints, and stays up where that is wanted."""

from __future__ import annotations

import json
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click

from policies.kernel.voice import language
from zhidu import observe
from zhidu.demo.clock import Chance, VirtualClock
from zhidu.demo.company import login, password
from zhidu.demo.export import export
from zhidu.demo.player import Player
from zhidu.demo.script import ZONE, Week, cues, load_week
from zhidu.demo.stage import SERVICE_USER, Stage, staged
from zhidu.demo.story import Line, Story, Tone
from zhidu.demo.summary import Summary, summarise
from zhidu.demo.words import Words
from zhidu.habits import Habits

COLOURS: Final[dict[Tone, str | None]] = {
    "day": "bright_white",
    "company": "magenta",
    "customer": "green",
    "agent": None,
    "zhidu": "cyan",
    "finding": "yellow",
    "grave": "red",
}

TICKETS: Final = "tickets.jsonl"

_LONGEST_WAIT: Final = 2.0
"""Seconds of real time that a night takes at most."""

_TICK: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """What was asked for on the command line; see `zhidu demo --help`."""

    habits: Habits
    days: int
    seed: int
    speed: float | None
    port: int
    language: str
    keep: Path | None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, *, once: bool) -> None:
        """Plays; ends with the summary, or after it with Ctrl-C. Raises OSError – the port is taken."""
        week, chance = load_week(), Chance(self.seed)
        clock = VirtualClock(week.begins.astimezone(UTC))
        observe.configure(format="console", level="critical", now=clock.now)
        tongue = language(self.language)
        with (
            _ended_by_kill(),
            self._folder() as folder,
            staged(folder, clock=clock, chance=chance, tongue=tongue, port=self.port) as stage,
        ):
            words = Words(tongue=tongue, fields=stage.fields, policy=stage.policy.texts)
            player = self._player(stage, words, week, chance)
            try:
                summary = self._play(player, week)
                self._report(player, summary, words, folder)
                if not once:
                    self._stay(player, words)
            finally:
                player.actors.close()

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        if self.keep is not None:
            self.keep.mkdir(parents=True, exist_ok=True)
            yield self.keep.absolute()
            return
        with tempfile.TemporaryDirectory(prefix="zhidu-demo-") as folder:
            yield Path(folder)

    def _player(self, stage: Stage, words: Words, week: Week, chance: Chance) -> Player:
        story = Story(
            words=words,
            calendar=stage.policy.calendars["default"],
            speak=lambda judgement: stage.policy.speak(judgement.facts, words.tongue),
            tell=self._tell,
        )
        return Player(stage=stage, cues=cues(week, chance), story=story, wait=self._wait)

    def _play(self, player: Player, week: Week) -> Summary:
        ends = week.begins.replace(hour=0, minute=0) + timedelta(days=self.days)
        counters, began = player.stage.box.counters, time.monotonic()
        before = counters.reads, counters.writes
        player.play(ends.astimezone(UTC))
        seconds = time.monotonic() - began
        return summarise(player, begins=week.begins, seed=self.seed, before=before, seconds=seconds)

    def _wait(self, seconds: float) -> None:
        if self.speed is not None and seconds > 0:
            self._stopping.wait(min(seconds / self.speed, _LONGEST_WAIT))

    def _tell(self, line: Line) -> None:
        if not self.habits.quiet and not self.habits.json:
            click.secho(line.text(), fg=COLOURS[line.tone], bold=line.tone == "day")

    def _report(self, player: Player, summary: Summary, words: Words, folder: Path) -> None:
        if self.keep is not None:
            export(player.stage.box, folder / TICKETS, by=SERVICE_USER)
        if self.habits.json:
            click.echo(json.dumps(summary.as_json(), ensure_ascii=False))
            return
        click.echo("")
        for line in summary.table(words):
            click.echo(line)
        if self.keep is not None and not self.habits.quiet:
            command = f"zhidu --config {folder}/config explain --from {folder}/{TICKETS} {player.example}"
            click.echo("\n" + words.of("ready.kept", folder=folder, command=command))
            click.echo(words.of("ready.vault", command=f"zhidu --config {folder}/config vault log"))

    def _stay(self, player: Player, words: Words) -> None:
        """Time goes on as it does, deliveries come, clocks fall due, until Ctrl-C."""
        stage = player.stage
        if not self.habits.quiet:
            for line in self._invitation(player, words):
                click.echo(line, err=self.habits.json)
        began, at = time.monotonic(), stage.clock.now()
        try:
            while not self._stopping.wait(_TICK):
                stage.clock.move(at + timedelta(seconds=time.monotonic() - began))
                player.step()
        except KeyboardInterrupt:
            self._stopping.set()

    def _invitation(self, player: Player, words: Words) -> Iterator[str]:
        stage = player.stage
        at = _minute(stage.clock.now())
        command = f"zhidu --config {stage.config} explain {player.example} --at {at}"
        yield ""
        yield words.of("ready.tickets", url=stage.url)
        yield words.of("ready.explain", command=command)
        yield words.of("ready.vault", command=f"zhidu --config {stage.config} vault log")
        yield words.of("ready.login", login=login("xu"), password=password("xu"))
        yield words.of("ready.mails", folder=stage.mails)
        yield words.of("ready.stop")


@contextmanager
def _ended_by_kill() -> Iterator[None]:
    """SIGTERM ends the demonstration as Ctrl-C does, so that nothing is left behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _minute(at: datetime) -> str:
    return at.astimezone(ZONE).isoformat(timespec="minutes")
