"""This machine: Python, packages that shadow ours, configuration, secrets, calendars, store, mail server."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import zhidu
from integrations.notify.mail import MailError
from integrations.notify.smtp import SmtpMailer
from integrations.store.errors import StoreError
from integrations.store.migrate import revisions
from integrations.store.records import Health
from policies.kernel.calendar import WorkingCalendar
from policies.kernel.problems import ConfigErrors, did_you_mean
from zhidu import exits
from zhidu.calendars import DEFAULT
from zhidu.checking import examine
from zhidu.compose import Outside, mailer_of
from zhidu.doctoring.lines import Line, fail, warn
from zhidu.people_file import People
from zhidu.settings import Settings
from zhidu.stores import file_of, opened

PACKAGES: Final = ("integrations", "policies", "webhooks", "jobs", "zhidu")
OLDEST_PYTHON: Final = (3, 11)

HOME: Final = Path(zhidu.__path__[0]).parent


def python_lines(version: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Line]:
    """The interpreter."""
    shown = ".".join(map(str, version))
    if tuple(version[:2]) < OLDEST_PYTHON:
        yield fail("environment", f"Python {shown} is too old", "run zhidu with Python 3.11 or newer")
    else:
        yield Line(about="environment", what=f"Python {shown}")


def shadow_lines(path: Sequence[str], home: Path = HOME) -> Iterator[Line]:
    """Our folders have common names: another package of one of these names may be found in place of ours.

    path   where Python looks, in order (`sys.path`)
    """
    clear = True
    for name in PACKAGES:
        places = [Path(entry or ".").resolve() for entry in path]
        holders = list(dict.fromkeys(place for place in places if _has(place, name)))
        others = [place for place in holders if place != home.resolve()]
        if not others:
            continue
        clear = False
        do = "give zhidu an environment of its own (`make setup`), without the package that brings this folder"
        if holders[0] in others:
            yield fail("environment", f"{others[0] / name} hides zhidu's own package {name}", do)
        else:
            yield warn("environment", f"{others[0] / name} has the name of zhidu's package {name}", do)
    if clear:
        yield Line(about="environment", what=f"no other package is called {', '.join(PACKAGES[:-1])} or {PACKAGES[-1]}")


def _has(place: Path, name: str) -> bool:
    return (place / name / "__init__.py").is_file() or (place / f"{name}.py").is_file()


def configuration_lines(folder: Path | None) -> Iterator[Line]:
    """Every problem of every file, and the golden rows with the company's values."""
    report = examine(folder)
    for problem in report.problems:
        yield fail("configuration", str(problem), "mend the file; `zhidu check` shows all problems", exits.WRONG)
    for row in report.failed:
        what = f"{row.place}: does not come out as it says: {row.case}"
        yield fail("configuration", what, "`zhidu check` shows the difference; the company's values may be the cause")
    if not report.problems and not report.failed:
        place = "the shipped defaults" if folder is None else str(folder)
        yield Line(about="configuration", what=f"{place}: {len(report.modules)} modules, {report.rows} golden rows")


def secret_lines(settings: Settings) -> Iterator[Line]:
    """Whether every secret can be read, and by nobody else."""
    config = settings.config
    readers = [("the webhook's secret", settings.webhook_secret, config.http.webhook_secret_file)]
    if config.helpdesk is not None:
        readers.insert(0, ("the helpdesk's token", settings.token, config.helpdesk.token_file))
    for name, reader, file in readers:
        try:
            reader()
        except ConfigErrors as errors:
            yield fail("secrets", str(errors), f"put {name} there", exits.WRONG)
        else:
            yield _kept(settings, name, file)
    if config.mail is not None and config.mail.username is not None:
        try:
            settings.mail_password()
        except ConfigErrors as errors:
            yield fail("secrets", str(errors), "put the mail server's password there", exits.WRONG)
        else:
            yield _kept(settings, "the mail server's password", config.mail.password_file)
    if config.gateway is not None:
        try:
            settings.gateway_secret()
        except ConfigErrors as errors:
            yield fail("secrets", str(errors), "put the gateway's secret there", exits.WRONG)
        else:
            yield _kept(settings, "the gateway's secret", config.gateway.secret_file)


def _kept(settings: Settings, name: str, file: Path | None) -> Line:
    if file is None:
        return Line(about="secrets", what=f"{name} is in the environment")
    path = settings.path(file)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return warn("secrets", f"{path}: others than its owner can read {name}", f"chmod 600 {path}")
    return Line(about="secrets", what=f"{name} is in {path}")


def calendar_lines(calendars: Mapping[str, WorkingCalendar], people: People, today: date) -> Iterator[Line]:
    """The calendars in use: whether they exist, and know the holidays of this year and the next."""
    used = dict.fromkeys([DEFAULT, *(entry.calendar for entry in people.desks.values())])
    for name in used:
        if name not in calendars:
            what = f"people.yaml names the calendar {name!r}, which is none{did_you_mean(name, calendars)}"
            yield fail("calendars", what, f"write calendars/{name}.yaml or name another", exits.WRONG)
            continue
        day = calendars[name].day
        unknown = [year for year in (today.year, today.year + 1) if not day(date(year, 7, 1)).known]
        if unknown:
            years = " and ".join(map(str, unknown))
            what = f"{name}: the holidays of {years} are not known, periods that reach into it are provisional"
            yield warn("calendars", what, f"add the year to calendars/{name}.yaml when its notice is out")
        else:
            yield Line(about="calendars", what=f"{name}: holidays of {today.year} and {today.year + 1} are known")


def store_lines(settings: Settings, outside: Outside) -> Iterator[Line]:
    """Whether the store is there, of which version and revision. Nothing is made or migrated."""
    try:
        file = file_of(settings)
    except ConfigErrors as errors:
        yield fail("store", str(errors), "put the database's password there", exits.WRONG)
        return
    if file is not None and not file.is_file():
        yield _to_be_made(file)
        return
    try:
        with opened(settings, outside) as store:
            health = store.health()
    except StoreError as error:
        yield fail("store", str(error), "see store.url in zhidu.yaml", exits.OUT_OF_REACH)
        return
    yield from health_lines(health)


def _to_be_made(file: Path) -> Line:
    """Whether the service could make its file, and the folders above it."""
    above = next(place for place in file.parents if place.exists())
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return Line(about="store", what=f"{file} is made when the service first starts")
    do = "let the service's account write there, or set store.url"
    return fail("store", f"{file} cannot be made: no writable folder at {above}", do, exits.WRONG)


def health_lines(health: Health) -> Iterator[Line]:
    """What the store says of itself."""
    if not health.reachable:
        what = f"{health.engine}: {'; '.join(health.notes)}"
        yield fail("store", what, "see store.url in zhidu.yaml, and whether the database runs", exits.OUT_OF_REACH)
        return
    yield Line(about="store", what=f"{health.engine} {health.version}, revision {health.revision or 'none yet'}")
    for note in health.notes:
        if health.revision is None:
            yield Line(about="store", what=f"{note}; the service does it at its start")
        elif "revision" in note and health.revision in revisions():
            yield warn("store", note, "`zhidu serve` of this version brings it to its own revision at its start")
        elif "revision" in note:
            yield fail("store", note, "use the newer zhidu that made it", exits.WRONG)
        elif "too old" in note:
            yield fail("store", note, "upgrade the database")
        else:
            yield warn("store", note, "a Python with a newer SQLite, or PostgreSQL, is better")


def mail_lines(settings: Settings, outside: Outside) -> Iterator[Line]:
    """Whether the mail server takes us. Nothing is sent."""
    if settings.config.mail is None:
        do = "add mail to zhidu.yaml, or leave it: notes in tickets do not need it"
        yield warn("mail", "no mail server is configured: messages stay in the outbox", do)
        return
    place = f"{settings.config.mail.host}:{settings.config.mail.port}"
    try:
        mailer = mailer_of(settings.config, settings.mail_password(), outside)
        if isinstance(mailer, SmtpMailer):
            mailer.check()
    except ConfigErrors:
        return  # said with the other secrets
    except (MailError, ValueError) as error:
        yield fail("mail", f"{place}: {error}", "see mail in zhidu.yaml, and whether the server can be reached")
    else:
        yield Line(about="mail", what=f"{place} takes mails from us")


def clock_line(skew: timedelta, most: timedelta = timedelta(seconds=5)) -> Line:
    """skew   by how much the helpdesk's clock is ahead of ours"""
    seconds = skew.total_seconds()
    if abs(skew) <= most:
        return Line(about="clock", what="this clock and the helpdesk's agree")
    what = f"the helpdesk's clock is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} this one"
    do = "let both machines keep their time by NTP: deadlines count from the helpdesk's times"
    return warn("clock", what, do) if abs(skew) < timedelta(minutes=2) else fail("clock", what, do)
