"""What the command does: work out the question, run it with progress, show the answer."""

from __future__ import annotations

import fcntl
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from policies.kernel.texts import Language
from policies.kernel.voice import language
from zhidu.calendars import load_calendars
from zhidu.exits import WrongUse
from zhidu.habits import Habits
from zhidu.progress import Progress
from zhidu.provisioning import read_needs
from zhidu.settings import load_settings
from zhidu.simulating.asking import Question
from zhidu.simulating.replaying import Period, Variant
from zhidu.simulating.report import Report
from zhidu.simulating.running import run
from zhidu.simulating.showing import Head, as_json, lines
from zhidu.simulating.sources import span
from zhidu.simulating.words import Words
from zhidu.simulating.workbook import AnotherRun, Workbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command's options."""

    begins: str | None
    ends: str | None
    proposed: Path | None
    files: tuple[Path, ...]
    xlsx: Path | None
    html: Path | None
    jobs: int | None
    resume: bool
    work: Path
    language: str | None


@dataclass(frozen=True, slots=True)
class Simulation:
    """One call of the command."""

    habits: Habits
    asked: Asked

    def run(self) -> None:
        """raises WrongUse, ConfigErrors, ZammadError, UnreadableExport, OSError"""
        asked = self.asked
        for path in (asked.xlsx, asked.html):
            if path is not None and not path.absolute().parent.is_dir():
                raise WrongUse(f"{path} cannot be written: there is no folder {path.absolute().parent}")
        zone = load_calendars(self.habits.directory)["default"].zone
        question = Question(
            today=self.habits.directory, proposed=asked.proposed, files=asked.files, period=self._period(zone)
        )
        variants = question.variants()
        if question.published() is not None:
            self._say("today's policy is the version in force, whatever has been changed in the folder since")
        book = Workbook(asked.work)
        with _alone(asked.work):
            try:
                going_on = book.begin(question.stamp(variants), resume=asked.resume)
            except AnotherRun as error:
                raise WrongUse(f"{error}; without --resume it begins anew") from None
            if asked.resume and not going_on:
                self._say(f"there is no interrupted run in {asked.work}: it begins")
            try:
                self._work(question, variants, book)
            except KeyboardInterrupt:
                self._say(f"interrupted; --resume goes on with the run in {asked.work}")
                raise
            book.remove()

    def _work(self, question: Question, variants: tuple[Variant, ...], book: Workbook) -> None:
        total = question.survey(book, variants)
        with question.desk(book, variants) as desk:
            people = {user.id: user.name for user in desk.staff().users}
        progress = Progress(total, before=book.done(), to=None if self.habits.quiet else sys.stderr)
        jobs = self.asked.jobs or min(os.cpu_count() or 1, 16)
        run(question, book, variants, jobs=jobs if total > 1000 or self.asked.jobs else 1, done=progress)
        progress.end()
        policy = variants[0].policy
        tongue = language(self.asked.language or _tongue(variants[0]))
        words = Words(
            tongue=tongue,
            policy=policy.texts,
            people=people,
            zone=policy.calendars["default"].zone,
            fields=field_names(variants, tongue),
        )
        head = Head(
            period=question.period,
            digests=tuple(variant.policy.digest for variant in variants),
            tickets=total,
            desk=_desk(self.habits.directory),
        )
        with closing(Report(book, len(variants) > 1)) as report:
            self._show(head, report, words)

    def _show(self, head: Head, report: Report, words: Words) -> None:
        if self.habits.json:
            for piece in as_json(head, report, words):
                click.echo(piece, nl=False)
            click.echo()
        else:
            for line in lines(head, report, words):
                click.echo(line)
        if self.asked.xlsx is not None:
            from zhidu.simulating.xlsx import write_xlsx

            write_xlsx(self.asked.xlsx, head, report, words)
        if self.asked.html is not None:
            from zhidu.simulating.html import write_html

            write_html(self.asked.html, head, report, words)

    def _say(self, text: str) -> None:
        if not self.habits.quiet:
            click.echo(text, err=True)

    def _period(self, zone: ZoneInfo) -> Period:
        begins, ends = _day(self.asked.begins, "--from", zone), _day(self.asked.ends, "--to", zone)
        until = None if ends is None else ends + timedelta(days=1)
        if begins is None or until is None:
            if not self.asked.files:
                raise WrongUse("which period? --from 2026-07-01 --to 2026-09-30")
            first, last = span(self.asked.files)
            begins = begins or datetime.combine(first.astimezone(zone).date(), datetime.min.time(), zone)
            until = until or last + timedelta(seconds=1)
        if begins >= until:
            raise WrongUse(f"the period ends before it begins: {begins:%Y-%m-%d} to {until:%Y-%m-%d}")
        return Period(begins=begins, until=until)


def field_names(variants: Iterable[Variant], tongue: Language) -> dict[str, str]:
    """What the fields of tickets are called in Zammad; of one name in both policies as it is called today."""
    found: dict[str, str] = {}
    for variant in variants:
        needs, _ = read_needs(variant.policy.modules.modules)
        for need in needs.ticket_fields:
            found.setdefault(need.name, need.display.of(tongue))
    return found


def _desk(directory: Path | None) -> str | None:
    """The helpdesk's address, so that a ticket can be opened from the report; an export may do without one."""
    helpdesk = load_settings(directory).config.helpdesk
    return None if helpdesk is None else helpdesk.url


def _day(text: str | None, option: str, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), zone)
    except ValueError:
        raise WrongUse(f"{option} is a day such as 2026-07-01, got {text[:40]!r}") from None


def _tongue(variant: Variant) -> str:
    """The language in which most desks are written to."""
    spoken = Counter(entry.language for entry in variant.people.config.desks.values())
    return spoken.most_common(1)[0][0] if spoken else "zh-CN"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One run a folder. Raises WrongUse while another one works there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.with_name(f"{folder.name}.lock")
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongUse(f"another run works in {folder}; give this one its own --work DIR") from None
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
