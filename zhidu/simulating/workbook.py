"""The results of a run on disk, so that memory does not grow with the tickets and an interrupted run goes on.

A folder: `plan.sqlite` says what was asked and which tickets there are, each of the shards holds the results of its
customers' tickets. A ticket's results are committed with the mark that it is done. Ids, numbers, figures and who works
here: what people wrote is nowhere in it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from integrations.store.records import Matter
from policies.kernel.digest import digest
from zhidu.simulating.tally import Day, Tally

SHARDS: Final = 16
"""Parts of a run; all tickets of a customer are in one, so that what one ticket means for another is known there."""

_AT_ONCE: Final = 500
"""Tickets that are looked up together."""

_PLAN: Final = """
CREATE TABLE IF NOT EXISTS asked (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS leads (
    ticket INTEGER PRIMARY KEY, shard INTEGER NOT NULL, created REAL NOT NULL, place TEXT NOT NULL,
    customer INTEGER NOT NULL, cause TEXT);
CREATE INDEX IF NOT EXISTS leads_by_shard ON leads (shard, created, ticket);
CREATE INDEX IF NOT EXISTS leads_by_cause ON leads (cause, created) WHERE cause IS NOT NULL;
"""
_SHARD: Final = """
CREATE TABLE IF NOT EXISTS tickets (
    ticket INTEGER PRIMARY KEY, number TEXT NOT NULL, grp TEXT NOT NULL, counted INTEGER NOT NULL,
    came INTEGER NOT NULL, first_reply REAL, closings INTEGER NOT NULL, reopened INTEGER NOT NULL,
    handed INTEGER NOT NULL, by_zhidu INTEGER NOT NULL, solved REAL);
CREATE TABLE IF NOT EXISTS whats (id INTEGER PRIMARY KEY, clause TEXT, rule TEXT, what TEXT,
    UNIQUE (clause, rule, what));
CREATE TABLE IF NOT EXISTS hits (policy INTEGER, what INTEGER, ticket INTEGER, times INTEGER,
    PRIMARY KEY (what, policy, ticket)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (policy INTEGER, clause TEXT, name TEXT, module TEXT, ending TEXT, began REAL,
    due REAL, ticket INTEGER);
CREATE TABLE IF NOT EXISTS days (policy INTEGER, day TEXT, person INTEGER, load TEXT, times INTEGER,
    PRIMARY KEY (policy, day, person, load)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totals (policy INTEGER PRIMARY KEY, moments INTEGER);
CREATE TABLE IF NOT EXISTS failures (policy INTEGER, rule TEXT, error TEXT, ticket INTEGER);
CREATE TABLE IF NOT EXISTS matters (policy INTEGER, customer INTEGER, received REAL, ticket INTEGER, cause TEXT,
    PRIMARY KEY (policy, customer, ticket)) WITHOUT ROWID;
"""


class AnotherRun(Exception):
    """The folder holds a run that asked something else; the text says what."""


class Lead(NamedTuple):
    """A ticket to read. `place` is the source's own word for where it is."""

    ticket: int
    customer: int
    created_at: datetime
    place: str
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """What really was, in the period.

    counted      the ticket lived in the period
    came         it was made in the period
    first_reply  seconds until a person first answered; of tickets that came in the period
    solved       seconds until it was closed for the last time; of those that are closed
    handed       how often it got another owner
    by_zhidu     changes, notes and replies of zhidu
    """

    number: str
    group: str
    counted: bool
    came: bool
    first_reply: float | None
    solved: float | None
    closings: int
    reopened: int
    handed: int
    by_zhidu: int


class Workbook:
    """The folder of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._reader: sqlite3.Connection | None = None

    @property
    def plan(self) -> Path:
        return self.folder / "plan.sqlite"

    def shard(self, number: int) -> Path:
        return self.folder / f"shard-{number:02}.sqlite"

    def shards(self) -> tuple[int, ...]:
        """Those that have begun."""
        return tuple(number for number in range(SHARDS) if self.shard(number).exists())

    def begin(self, asked: Mapping[str, str], *, resume: bool) -> bool:
        """Make the folder ready; whether an earlier run goes on. Raises AnotherRun."""
        known = self._asked() if resume else {}
        if known and (differ := [name for name in asked if known.get(name) != asked[name]]):
            raise AnotherRun(f"the run in {self.folder} asked for another {', '.join(sorted(differ))}")
        if not known:
            self.remove()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if not known:
            with closing(_open(self.plan, _PLAN)) as plan, plan:
                plan.executemany("INSERT INTO asked VALUES (?, ?)", asked.items())
        return bool(known)

    def _asked(self) -> dict[str, str]:
        if not self.plan.exists():
            return {}
        with closing(_open(self.plan, _PLAN)) as plan:
            return dict(plan.execute("SELECT name, value FROM asked"))

    def remove(self) -> None:
        """Nothing is left of the run but the folder, if somebody else's files are in it."""
        for path in (self.plan, *(self.shard(number) for number in range(SHARDS))):
            for suffix in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    path.with_name(path.name + suffix).unlink()
        with suppress(OSError):
            self.folder.rmdir()

    def survey(self, leads: Callable[[], Iterable[Lead]], cast: Callable[[], str]) -> int:
        """Keep which tickets there are and who works here, in one transaction, unless that was done; how many tickets.

        cast   what the source wants to be told again by `cast`, once all leads were read
        """
        with closing(_open(self.plan, _PLAN)) as plan:
            if plan.execute("SELECT 1 FROM asked WHERE name = 'cast'").fetchone() is None:
                with plan:
                    for lead in leads():
                        _keep(plan, lead)
                    plan.execute("INSERT INTO asked VALUES ('cast', ?)", (cast(),))
            row = plan.execute("SELECT count(*) FROM leads").fetchone()
        return int(row[0])

    @property
    def cast(self) -> str:
        """What the survey kept of the people."""
        return self._asked()["cast"]

    def customers(self, cause: str, since: datetime, until: datetime, but: int) -> int:
        """How many customers other than `but` have a ticket of that cause that came from `since` until `until`."""
        if self._reader is None:
            self._reader = sqlite3.connect(self.plan)
        query = (
            "SELECT count(DISTINCT customer) FROM leads "
            "WHERE cause = ? AND created >= ? AND created <= ? AND customer != ?"
        )
        row = self._reader.execute(query, (digest(cause), since.timestamp(), until.timestamp(), but)).fetchone()
        return int(row[0])

    def done(self) -> int:
        """How many tickets are done, of all shards."""
        count = 0
        for number in self.shards():
            with closing(Results(self.shard(number))) as results:
                count += results.done()
        return count

    def todo(self, shard: int) -> Iterator[tuple[int, str]]:
        """Ticket and place of each ticket of the shard that is not done, oldest first."""
        with closing(sqlite3.connect(self.plan)) as plan, closing(Results(self.shard(shard))) as done:
            rows = plan.execute("SELECT ticket, place FROM leads WHERE shard = ? ORDER BY created, ticket", (shard,))
            while some := rows.fetchmany(_AT_ONCE):
                known = done.done_of([ticket for ticket, _ in some])
                yield from ((ticket, place) for ticket, place in some if ticket not in known)


def _keep(plan: sqlite3.Connection, lead: Lead) -> None:
    cause = None if lead.cause is None else digest(lead.cause)
    row = (lead.ticket, lead.customer % SHARDS, lead.created_at.timestamp(), lead.place, lead.customer, cause)
    plan.execute("INSERT OR REPLACE INTO leads VALUES (?, ?, ?, ?, ?, ?)", row)


class Results:
    """One shard's results, written ticket by ticket; `commit` makes all since the last one last."""

    def __init__(self, path: Path) -> None:
        self._db = _open(path, _SHARD)
        self._whats: dict[tuple[str, str, str], int] = {
            (clause, rule, what): id for id, clause, rule, what in self._db.execute("SELECT * FROM whats")
        }
        self._kept = _Kept()

    def done_of(self, tickets: Sequence[int]) -> frozenset[int]:
        """Those of `tickets` that are done."""
        marks = ",".join("?" * len(tickets))
        rows = self._db.execute(f"SELECT ticket FROM tickets WHERE ticket IN ({marks})", tuple(tickets))  # noqa: S608
        return frozenset(ticket for (ticket,) in rows)

    def done(self) -> int:
        """How many tickets are done."""
        return int(self._db.execute("SELECT count(*) FROM tickets").fetchone()[0])

    def put(self, ticket: int, real: Real, tallies: Mapping[int, Tally]) -> None:
        """A ticket's results under each policy (0 today's, 1 the proposed one, 2 what really was)."""
        kept = self._kept
        row = (
            ticket, real.number, real.group, real.counted, real.came, real.first_reply,
            real.closings, real.reopened, real.handed, real.by_zhidu, real.solved,
        )  # fmt: skip
        kept.tickets.append(row)
        for policy, tally in tallies.items():
            kept.hits += [(policy, self._what(what), ticket, times) for what, times in tally.decided.items()]
            kept.runs += [(policy, *run, ticket) for run in tally.runs]
            kept.failures += [(policy, rule, error, ticket) for rule, error in tally.failures.items()]
            kept.moments[policy] += tally.moments
            for day, times in tally.days.items():
                kept.days[policy, day] += times

    def _what(self, what: tuple[str, str, str]) -> int:
        known = self._whats.get(what)
        if known is None:
            cursor = self._db.execute("INSERT INTO whats (clause, rule, what) VALUES (?, ?, ?)", what)
            known = self._whats[what] = int(cursor.lastrowid or 0)
        return known

    def complaint(self, policy: int, matter: Matter) -> None:
        """Keep that a ticket is a complaint of the customer."""
        cause = None if matter.cause is None else digest(matter.cause)
        row = (policy, matter.customer_id, matter.received_at.timestamp(), matter.ticket_id, cause)
        self._db.execute("INSERT OR REPLACE INTO matters VALUES (?, ?, ?, ?, ?)", row)

    def earlier(
        self, policy: int, customer: int, since: datetime, before: datetime
    ) -> tuple[tuple[int, str | None], ...]:
        """The customer's complaints that came at or after `since` and before `before`, oldest first, each with the
        digest of its cause."""
        rows = self._db.execute(
            "SELECT ticket, cause FROM matters WHERE policy = ? AND customer = ? AND received >= ? AND received < ? "
            "ORDER BY received, ticket",
            (policy, customer, since.timestamp(), before.timestamp()),
        )
        return tuple(rows)

    def commit(self) -> None:
        """Makes all since the last one last."""
        kept, db = self._kept, self._db
        self._kept = _Kept()
        db.executemany("INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", kept.tickets)
        db.executemany("INSERT INTO hits VALUES (?, ?, ?, ?)", kept.hits)
        db.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", kept.runs)
        db.executemany("INSERT INTO failures VALUES (?, ?, ?, ?)", kept.failures)
        db.executemany(
            "INSERT INTO days VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times",
            [(policy, str(d.day), d.person, d.load, times) for (policy, d), times in kept.days.items()],
        )
        db.executemany(
            "INSERT INTO totals VALUES (?, ?) ON CONFLICT DO UPDATE SET moments = moments + excluded.moments",
            kept.moments.items(),
        )
        db.commit()

    def close(self) -> None:
        """What was not made last is done again by a run that goes on."""
        self._db.close()


@dataclass(slots=True)
class _Kept:
    """Results of tickets that wait for the next commit, as rows; days added up by policy."""

    tickets: list[tuple[object, ...]] = field(default_factory=list)
    hits: list[tuple[int, int, int, int]] = field(default_factory=list)
    runs: list[tuple[object, ...]] = field(default_factory=list)
    failures: list[tuple[int, str, str, int]] = field(default_factory=list)
    days: Counter[tuple[int, Day]] = field(default_factory=Counter)
    moments: Counter[int] = field(default_factory=Counter)


def _open(path: Path, schema: str) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(schema)
    return db
