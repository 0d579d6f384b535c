"""Golden rows: facts a compliance officer can read, and the decisions they must lead to.

A row is judged by the whole policy. `expect` lists every decision that cites one of the row's clauses, in any order;
of each only the values that the row writes are compared. `expect: []` says that nothing of these clauses is decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from policies.kernel.calendar import WorkingCalendar
from policies.kernel.case_rows import INSTANT, ArticleRow, Cast, DeskRow, Given, PersonChange, as_given
from policies.kernel.confidential import BODY, SUBJECT, TITLE, Inspected, Mark, inspect, together
from policies.kernel.decisions import Decision
from policies.kernel.describe import describe
from policies.kernel.evaluate import Unit, Verdict, evaluate
from policies.kernel.facts import Article, Change, Desk, Facts, Fired, Item, Memory, Person, Related, Ticket
from policies.kernel.history import kept
from policies.kernel.masking import Masking
from policies.kernel.text import Extractor, own_words
from policies.kernel.voice import PERSON

_CUSTOMER = 100
_PERSON = re.compile(f"{re.escape(PERSON)}([0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What rows are played on: the policy, its calendars, its reader of texts, the cast, what is personal data."""

    units: Sequence[Unit]
    calendars: Mapping[str, WorkingCalendar]
    extractor: Extractor
    cast: Cast
    masking: Masking

    def who(self, name: str) -> int:
        """The user id of a person of the cast. Raises ValueError for a name that is not in it."""
        if name == "customer":
            return _CUSTOMER
        if name not in self.cast.people:
            raise ValueError(f"no {name!r} in the cast; there are {', '.join(self.cast.people)}")
        return self.cast.people[name].id

    def name(self, user: int | None) -> str | None:
        for name, person in self.cast.people.items():
            if person.id == user:
                return name
        return None if user is None else "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a row went: decisions it expected and did not get, and those it got and did not expect, in words."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]
    verdict: Verdict

    @property
    def passed(self) -> bool:
        return not (self.missing or self.extra or self.verdict.failures)


def play(stage: Stage, clauses: Sequence[str], given: Given, expect: Sequence[Mapping[str, Any]]) -> Outcome:
    """Judge one row. Raises ValueError when the row names somebody or something that is not there."""
    verdict = evaluate(stage.units, facts_of(stage, given))
    wanted = [_wanted(entry) for entry in expect]
    seen = [d for d in verdict.decisions if not set(clauses).isdisjoint(d.clauses)]
    got = [_spoken(d, stage.name) for d in seen]
    missing = []
    for verb, values in wanted:
        match = next((g for g in got if g[0] == verb and _covers(values, g[1])), None)
        if match is None:
            missing.append(_line(verb, values))
        else:
            got.remove(match)
    failures = tuple(f"{failure.rule} failed: {failure.error}" for failure in verdict.failures)
    return Outcome(missing=tuple(missing), extra=tuple(_line(*g) for g in got) + failures, verdict=verdict)


def _wanted(entry: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    if len(entry) != 1:
        raise ValueError(f"one action an entry, such as {{route: {{group: …}}}}; got {', '.join(entry) or 'none'}")
    verb, values = next(iter(entry.items()))
    if not isinstance(values, Mapping):
        values = {_SHORT.get(verb, verb): values}
    return verb, values


_SHORT = {"route": "group", "assign": "owner", "link": "ticket", "note": "text", "reply": "text", "tell": "text"}
_SHORT |= {"notify": "text", "find": "code", "checklist": "lines"}


def _spoken(decision: Decision, name: Callable[[int | None], str | None]) -> tuple[str, Mapping[str, Any]]:
    verb, words = describe(decision.action, name)
    return verb, {key.removeprefix("$"): _person(key, value, name) for key, value in words.items()}


def _person(key: str, value: Any, name: Callable[[int | None], str | None]) -> Any:
    """With the names in the cast of the persons whom a field or a text names by id."""
    if key == "case_owner" and isinstance(value, int):
        return name(value)
    return _PERSON.sub(lambda found: name(int(found[1])) or found[0], value) if isinstance(value, str) else value


def _covers(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    return all(key in got and _same(value, got[key]) for key, value in wanted.items())


def _same(wanted: object, got: object) -> bool:
    if isinstance(got, datetime) and isinstance(wanted, str):
        return INSTANT.validate_python(wanted) == got
    if isinstance(wanted, list) and isinstance(got, list):
        return sorted(map(str, wanted)) == sorted(map(str, got))
    return wanted == got or (isinstance(got, int) and wanted == str(got))


def _line(verb: str, values: Mapping[str, Any]) -> str:
    """In the words of the rows: times as rows give them."""
    values = {key: as_given(value) if isinstance(value, datetime) else value for key, value in values.items()}
    return " ".join((verb, *(f"{key}={value}" for key, value in values.items() if value is not None)))


def facts_of(stage: Stage, given: Given) -> Facts:
    """The facts a row describes."""
    articles = tuple(_articles(stage, given.articles))
    return Facts(
        now=given.now,
        ticket=_ticket(stage, given, articles),
        articles=articles,
        history=tuple(
            kept(Change(at=row.at, by=stage.who(row.by), field=row.field, old=row.old, new=row.new))
            for row in given.history
        ),
        people=_people(stage, given),
        desks=MappingProxyType({name: _desk(stage, name, row) for name, row in stage.cast.desks.items()}),
        calendars=stage.calendars,
        memory=Memory(
            case_id="case-1",
            fired={name: Fired(run=row.run, rungs=frozenset(row.rungs)) for name, row in given.memory.fired.items()},
            done=frozenset(given.memory.done),
            situation=given.memory.situation,
            observed=given.memory.observed,
        ),
        related=Related(
            earlier=tuple(given.related.earlier),
            same_cause=given.related.same_cause,
            linked=tuple(given.related.linked),
            undelivered=frozenset(given.related.undelivered),
            first_at=given.related.first_at,
        ),
        me=stage.who("zhidu"),
    )


def _articles(stage: Stage, rows: Sequence[ArticleRow]) -> Iterator[Article]:
    given: frozenset[Mark] = frozenset()
    for number, row in enumerate(rows, start=1):
        article = _article(stage, number, row)
        parts = tuple(_inspected(stage, row))
        yield replace(article, confidential=together(parts, given if article.to_customer else None))
        if article.from_customer:
            given = given.union(*(part.marks for part in parts))


def _inspected(stage: Stage, row: ArticleRow) -> Iterator[Inspected]:
    texts = [(SUBJECT, row.subject, None), (BODY, row.text, own_words(row.text))]
    for number, (name, text) in enumerate(row.files.items(), start=1):
        texts += [(f"name:{number}", name, None), (f"file:{number}", text, None)]
    for place, text, own in texts:
        yield inspect(place, text, own=own, config=stage.masking, seal=str.encode)


def _article(stage: Stage, number: int, row: ArticleRow) -> Article:
    sender = row.sender if row.sender in ("customer", "system") else "agent"
    article = Article(
        id=number,
        at=row.at,
        sender=sender,
        by=1 if sender == "system" else stage.who(row.sender),
        channel=row.channel,
        internal=row.internal,
        key=row.key,
        features=stage.extractor.features(row.subject, row.text, "text/plain"),
    )
    if not article.to_customer:
        return article
    writer = stage.cast.people.get(row.sender)
    staff = () if writer is None else (writer.staff_no, writer.department)
    return replace(article, wording=stage.extractor.wording(row.text, staff=staff))


_COLLECTIONS = {"flags", "tags", "absent", "nonsense", "custom", "checklist", "ways"}
_STATE_TYPES = {"new", "open", "pending reminder", "pending action", "closed", "merged", "removed"}


def _ticket(stage: Stage, given: Given, articles: Sequence[Article]) -> Ticket:
    row = given.ticket
    values = row.model_dump(exclude={"title", "owner", "case_owner", "created_at", "state"} | _COLLECTIONS)
    created = row.created_at or row.received_at or (articles[0].at if articles else given.now)
    return Ticket(
        **values,
        number=str(21000 + row.id),
        state=row.state,
        state_type=row.state if row.state in _STATE_TYPES else "open",
        owner=None if row.owner is None else stage.who(row.owner),
        case_owner=None if row.case_owner is None else stage.who(row.case_owner),
        customer=_CUSTOMER,
        created_at=created,
        updated_at=given.now,
        tags=frozenset(row.tags),
        flags=frozenset(row.flags),
        ways=frozenset(row.ways),
        checklist=tuple(Item(text=item.text, checked=item.checked) for item in row.checklist),
        custom=MappingProxyType(
            {name: frozenset(value) if isinstance(value, list) else value for name, value in row.custom.items()}
        ),
        absent=frozenset(row.absent),
        nonsense=frozenset(row.nonsense),
        confidential=inspect(TITLE, row.title, config=stage.masking, seal=str.encode).found,
    )


def _people(stage: Stage, given: Given) -> Mapping[int, Person]:
    people = {}
    for name, row in stage.cast.people.items():
        person = Person(
            id=row.id,
            name=name,
            email=f"{name}@example.com",
            active=row.active,
            post=row.post,
            groups=frozenset(row.groups),
            away=row.away,
            stands_in=None if row.stands_in is None else stage.who(row.stands_in),
            staff_no=row.staff_no,
            department=row.department,
        )
        change = given.people.get(name)
        people[row.id] = person if change is None else _changed(stage, person, change)
    for name in given.people:
        stage.who(name)
    return MappingProxyType(people)


def _changed(stage: Stage, person: Person, change: PersonChange) -> Person:
    values = {key: value for key, value in change.model_dump().items() if value is not None}
    if change.groups is not None:
        values["groups"] = frozenset(change.groups)
    if change.stands_in is not None:
        values["stands_in"] = stage.who(change.stands_in)
    return replace(person, **values)


def _desk(stage: Stage, group: str, row: DeskRow) -> Desk:
    def known(name: str | None) -> int | None:
        return None if name is None else stage.who(name)

    return Desk(
        group=group,
        supervisor=known(row.supervisor),
        deputy=known(row.deputy),
        manager=known(row.manager),
        calendar=row.calendar,
        language=row.language,
        kind=row.kind,
        department=row.department,
    )
