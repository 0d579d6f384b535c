"""Tickets replayed one by one under each policy, and their results kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from integrations.store.records import Matter
from integrations.zammad.errors import NotFound
from integrations.zammad.facts import Reader
from integrations.zammad.names import Names, UnknownName
from integrations.zammad.people import Staff
from integrations.zammad.wire import WireError
from policies.kernel.config import Loaded
from policies.kernel.digest import digest
from policies.kernel.facts import Related, Ticket
from zhidu.clock_runs import kinds_of
from zhidu.people_file import People, desks
from zhidu.policy import Policy
from zhidu.simulating.reading import LazyCache, Roster, story
from zhidu.simulating.reality import real_days, reality
from zhidu.simulating.replay import Loops, Rules, replay
from zhidu.simulating.sources import Source
from zhidu.simulating.story import Story
from zhidu.simulating.tally import Tally, Teller
from zhidu.simulating.workbook import Real, Results, Workbook

TODAY, PROPOSED, REALLY = 0, 1, 2
"""The numbers of the policies in the results; the last is what really was."""
_COMPLAINT = "complaint"
_ALONE = Related()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `begins` to `until`, which is not in it; both aware."""

    begins: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A policy with the people it is for."""

    policy: Policy
    people: Loaded[People]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The helpdesk whose tickets are replayed, as one process has it.

    staff   reads everybody who works in it
    me      zhidu's own user there; 0: nobody
    """

    source: Source
    names: Names
    staff: Callable[[], Staff]
    me: int


class Replayer:
    """Replays the tickets of one shard under every variant."""

    def __init__(self, desk: Desk, variants: Sequence[Variant], period: Period, book: Workbook, shard: int) -> None:
        self._desk, self._period, self._book = desk, period, book
        self._results = Results(book.shard(shard))
        self._zone = variants[0].policy.calendars["default"].zone
        caches = _caches([variant.policy for variant in variants])
        self._sides = [
            _Side(desk, variant, cache, book, self._results, number)
            for number, (variant, cache) in enumerate(zip(variants, caches, strict=True))
        ]

    def run(self, ticket: int, place: str) -> None:
        """One ticket; kept with the next commit. raises ZammadError"""
        try:
            read, history = self._desk.source.fetch(ticket, place)
        except NotFound:
            self._results.put(ticket, _GONE, {})
            return
        except WireError as error:
            self._results.put(ticket, _GONE, {TODAY: Tally(failures={"unreadable": str(error)})})
            return
        try:
            told = [story(side.reader, read, history) for side in self._sides]
        except (UnknownName, NotFound) as error:  # a type or sender that neither the helpdesk nor the file explains
            self._results.put(ticket, _GONE, {TODAY: Tally(failures={"unreadable": str(error)})})
        else:
            self._replay(ticket, told)

    def _replay(self, ticket: int, told: Sequence[Story]) -> None:
        """The same story under each policy."""
        period, facts = self._period, told[0].facts
        tallies: dict[int, Tally] = {}
        for number, (side, one) in enumerate(zip(self._sides, told, strict=True)):
            teller = Teller(period.begins, self._zone, side.kinds)
            try:
                last: Ticket | None = None
                for moment in replay(one, side.rules, period.until):
                    teller.take(moment)
                    last = moment.verdict.facts.ticket
            except Loops as error:
                tallies[number] = Tally(failures={"loops": str(error)})
                continue
            tallies[number] = teller.tell()
            if last is not None and last.kind == _COMPLAINT:
                self._results.complaint(number, _matter(last))
        tallies[REALLY] = real_days(facts, period.begins, period.until, self._zone)
        self._results.put(ticket, reality(facts, period.begins, period.until), tallies)

    def commit(self) -> None:
        self._results.commit()

    def close(self) -> None:
        self._results.close()


_GONE = Real(
    number="", group="", counted=False, came=False, first_reply=None, solved=None,
    closings=0, reopened=0, handed=0, by_zhidu=0,
)  # fmt: skip


def _matter(ticket: Ticket) -> Matter:
    return Matter(
        ticket_id=ticket.id, customer_id=ticket.customer, kind=_COMPLAINT, cause=ticket.cause, received_at=ticket.since
    )


class _Side:
    """One variant over one desk."""

    def __init__(
        self, desk: Desk, variant: Variant, cache: LazyCache, book: Workbook, results: Results, number: int
    ) -> None:
        policy = variant.policy
        directory = Roster(
            desk.staff,
            desk.names,
            variant.people.config.post_by_login(),
            fresh_for=float("inf"),
        )
        found = MappingProxyType(dict(desks(variant.people, directory.id_of).desks))
        zone = policy.calendars["default"].zone
        self.kinds = kinds_of(policy.units)
        self.reader = Reader(
            names=desk.names,
            directory=directory,
            desks=lambda: found,
            calendars=policy.calendars,
            features=cache,
            me=desk.me,
            zone=zone,
        )
        self.rules = Rules(
            units=policy.units,
            desks=found,
            calendars=policy.calendars,
            people=directory.people,
            related=_Related(policy, book, results, number),
            mails=_Mails(desk.names),
            zone=zone,
        )


class _Mails:
    """Whether a group sends mail, asked once for each."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[str, bool] = {}

    def __call__(self, group: str) -> bool:
        known = self._known.get(group)
        if known is None:
            try:
                known = self._names.group_named(group).email_address_id is not None
            except UnknownName:
                known = False
            self._known[group] = known
        return known


class _Related:
    """Other cases as the service would know them at that instant: the customer's earlier ones under the same policy,
    and those of the same cause as the helpdesk has them."""

    def __init__(self, policy: Policy, book: Workbook, results: Results, number: int) -> None:
        core = policy.modules["core"].config
        self._repeat = timedelta(days=core.repeat_within.amount)
        self._group = timedelta(days=core.group_within.amount)
        self._book, self._results, self._number = book, results, number
        self._last: tuple[object, tuple[tuple[int, str | None], ...]] = (None, ())

    def __call__(self, ticket: Ticket, now: datetime) -> Related:
        if ticket.kind not in (None, _COMPLAINT):
            return _ALONE
        received = ticket.since
        asked = (ticket.id, received)
        if self._last[0] != asked:
            found = self._results.earlier(self._number, ticket.customer, received - self._repeat, received)
            self._last = asked, tuple(one for one in found if one[0] != ticket.id)
        earlier = self._last[1]
        cause = None if ticket.cause is None else digest(ticket.cause)
        others = 0
        if ticket.cause is not None:
            until = min(received + self._group, now)
            others = self._book.customers(ticket.cause, received - self._group, until, ticket.customer)
        if not earlier and not others:
            return _ALONE
        linked = tuple(id for id, other in earlier if other is not None and other == cause)
        return Related(earlier=tuple(id for id, _ in earlier), same_cause=others + 1, linked=linked)


def _caches(policies: Sequence[Policy]) -> list[LazyCache]:
    """One for each policy; policies of equal words share theirs."""
    known: dict[object, LazyCache] = {}
    return [known.setdefault(_words(policy), LazyCache(policy.extractor)) for policy in policies]


def _words(policy: Policy) -> str:
    """Names all that the features of an article depend on but its text."""
    parts = []
    for module in policy.modules:
        parts += [module.name, "" if module.phrases is None else repr(module.phrases.value)]
        parts += [repr(getattr(module.config, name, None)) for name in ("rates", "glossary")]
    return digest(*parts)
