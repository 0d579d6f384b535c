"""What the report of originals says, gathered from the store: kinds, places and times, never a value (6.1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from integrations.store.records import FindingStatus
from integrations.store.store import Store
from integrations.store.twins import Twin
from policies.kernel.texts import Language
from policies.masking.config import Mode
from zhidu.originals.places import places, words

State: TypeAlias = Literal["readable", "waiting", "anew", "sent"]

_MOST: Final = 1_000_000
_SENT: Final = ("secret_sent", "others_data_sent")
_ORDER: Final[tuple[State, ...]] = ("readable", "waiting", "sent", "anew")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """One place in a ticket where an original is, or was.

    article   None: all of the ticket; 0: its title or fields
    what      of which kinds, or what became of the ticket, in words
    """

    ticket: int
    article: int | None
    state: State
    since: datetime
    what: str = ""
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Originals:
    """Everything at one instant. `mode`: that of the policy in force; None: the module masking is off.

    unbound   originals that were sealed at the gate and have no ticket yet
    """

    at: datetime
    mode: Mode | None
    remainders: tuple[Remainder, ...]
    made: int
    sealed: int
    destroyed: int
    unbound: int


def gathered(store: Store, mode: Mode | None, at: datetime) -> Originals:
    """What the store knows. raises StoreError"""
    done = store.twins.finished()
    gone = {twin.ticket_id for twin in done}
    found = [
        *_found(store, "readable_data", "readable", gone),
        *(one for code in _SENT for one in _found(store, code, "sent", frozenset())),
        *(_waiting(twin) for twin in store.twins.unfinished()),
        *(_anew(twin) for twin in done),
    ]
    found.sort(key=lambda one: (_ORDER.index(one.state), one.ticket, one.article or 0))
    held = store.vault_rows.holdings(at)
    return Originals(
        at=at,
        mode=mode,
        remainders=tuple(found),
        made=len(done),
        sealed=sum(held.by_key.values()),
        destroyed=held.shredded,
        unbound=store.gate.counts().unbound,
    )


def _found(store: Store, code: str, state: State, gone: set[int] | frozenset[int]) -> Iterator[Remainder]:
    """What was found and, whatever a person said of the finding, is still so; but for tickets that were erased."""
    for record in store.findings.list(code=code, limit=_MOST):
        finding = record.finding
        if finding.ticket_id in gone or record.status is FindingStatus.CLOSED:
            continue
        article = next((int(part) for part in finding.key.split(":")[2:] if part.isdigit()), None)
        yield Remainder(ticket=finding.ticket_id, article=article, state=state, since=finding.at, what=finding.evidence)


def _waiting(twin: Twin) -> Remainder:
    return Remainder(ticket=twin.ticket_id, article=None, state="waiting", since=twin.begun_at, what=twin.trouble or "")


def _anew(twin: Twin) -> Remainder:
    since = twin.erased_at or twin.begun_at
    return Remainder(
        ticket=twin.ticket_id, article=None, state="anew", since=since, what=str(twin.new_id or ""), erased_at=since
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The report in the words of one language, times in one zone."""

    report: Originals
    tongue: Language
    zone: ZoneInfo

    def of(self, key: str, **values: object) -> str:
        return words().get(key, self.tongue, **values)

    def when(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The title first."""
        report = self.report
        mode = self.of(
            "mode", mode=report.mode or "–", tickets=len(report.remainders), made=report.made, sealed=report.sealed,
            destroyed=report.destroyed,
        )  # fmt: skip
        gate = (self.of("gate", unbound=report.unbound),) if report.unbound else ()
        return self.of("title"), self.of("made_at", at=self.when(report.at)), mode, *gate, self.of("note")

    @property
    def places(self) -> tuple[str, ...]:
        """Outside tickets."""
        return places(self.report.mode or "find", self.tongue)

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(self.of(f"heads.{name}") for name in ("ticket", "article", "state", "since", "what", "where"))

    def row(self, one: Remainder) -> tuple[str, ...]:
        """In the order of `heads`."""
        article = "" if one.article is None else self.of("articles.ticket") if one.article == 0 else f"#{one.article}"
        return (
            f"#{one.ticket}", article, self.of(f"states.{one.state}"), self.when(one.since), self._what(one),
            self._where(one),
        )  # fmt: skip

    def _what(self, one: Remainder) -> str:
        if one.state == "anew":
            return self.of("anew", id=one.what or "–")
        return self.of("trouble", why=one.what) if one.state == "waiting" and one.what else one.what

    def _where(self, one: Remainder) -> str:
        if one.state == "readable":
            mode = self.report.mode
            return self.of(f"where.{mode if mode in ('flag', 'gate') else 'find'}")
        if one.erased_at is not None:
            return self.of("where.anew", at=self.when(one.erased_at))
        return self.of(f"where.{one.state}")


def plain(said: Said) -> Mapping[str, Any]:
    """For machines."""
    report = said.report
    return {
        "at": report.at.isoformat(),
        "mode": report.mode,
        "made_anew": report.made,
        "sealed": report.sealed,
        "destroyed": report.destroyed,
        "without_ticket": report.unbound,
        "originals_may_remain_in": list(said.places),
        "tickets": [
            {
                "ticket": one.ticket,
                "article": one.article,
                "state": one.state,
                "since": one.since.isoformat(),
                "what": one.what,
                "where": said.row(one)[-1],
            }
            for one in report.remainders
        ],
    }
