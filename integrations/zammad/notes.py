"""The one internal note of an evaluation: the important line first, the reasons folded under it, drafts ready to send.

Written with what Zammad's sanitiser leaves: tables, colours, borders, `details`; no classes, no scripts, no emoji.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import starmap

from markupsafe import Markup

from integrations.zammad.writes import ArticleWrite
from policies.kernel.decisions import Decision, Note, Notify, Reply, Say, Tell
from policies.kernel.digest import digest
from policies.kernel.duties import Duty, duties
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts
from policies.kernel.overlay import SITUATION
from policies.kernel.voice import Voice

_CORE = "core"
_LATE, _SOON = "#d9534f", "#e0a030"
_TINT = {_LATE: "#fdeaea", _SOON: "#fff8e6"}
_CELL = "padding:2px 10px 2px 0px"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text to the customer that the agent may send as it stands."""

    decision: Decision
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """The note as it will be written; `lines` is the same in plain words, `decisions` what it shows."""

    article: ArticleWrite
    lines: tuple[str, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWriter:
    """Writes notes in the language of the desk and texts to customers in theirs.

    voice      the voice of the desk that the ticket ends up on
    to_customer  the voice for the ticket's customer
    url        of the helpdesk, for the links of mentions
    """

    voice: Callable[[Facts], Voice]
    to_customer: Callable[[Facts], Voice]
    url: str

    def note(self, verdict: Verdict, given: Facts, drafts: Sequence[Draft], known: set[str]) -> Noted | None:
        """The note for `verdict`; None when it has nothing to say or stands in the ticket already (`known` keys)."""
        shown = sorted((d for d in verdict.decisions if isinstance(d.action, Note)), key=_weight)
        mentions = [d for d in verdict.decisions if isinstance(d.action, Tell) and d.action.how == "mention"]
        if not (shown or mentions or drafts):
            return None
        decisions = (*shown, *mentions, *(draft.decision for draft in drafts))
        key = new_key(given, decisions, known)
        if key is None:
            return None
        page = _Page(voice=self.voice(verdict.facts), verdict=verdict, url=self.url.rstrip("/"))
        parts = (
            page.headline(shown),
            *starmap(page.mention, _by_person(mentions)),
            page.reasons(shown),
            *map(page.draft, drafts),
        )
        lines = (
            page.plain_headline(),
            *(page.plain(d) for d in (*mentions, *shown)),
            *map(page.plain_draft, drafts),
        )
        article = ArticleWrite(body=str(Markup("").join(parts)), internal=True, key=key, subject=page.title)
        return Noted(article=article, lines=tuple(line for line in lines if line), decisions=decisions)

    def field_text(self, text: Say, decision: Decision, facts: Facts) -> str:
        """The words of a field that people read, in the language of the desk."""
        return self.voice(facts).say(text, decision.module)

    def reply_text(self, decision: Decision, facts: Facts) -> str:
        """A text to the customer, in the customer's language, as plain text. Raises KeyError – no such text."""
        if not isinstance(decision.action, Reply | Notify):
            raise TypeError(f"{decision.rule} does not reply to the customer")
        return self.to_customer(facts).say(decision.action.text, decision.module)


def _lines(*texts: str) -> Markup:
    """Plain texts as HTML, each line of them on a line of its own."""
    return Markup("<br>").join(line for text in texts for line in text.splitlines())


def _unbroken(clauses: Sequence[str]) -> str:
    """Clause ids that no narrow column breaks: word joiners beside the dots, a break only after the comma between ids.

    The sanitiser drops `white-space`, so the text itself must hold together.
    """
    return "、\u200b".join(clause.replace(".", "\u2060.\u2060") for clause in clauses)


def _by_person(mentions: Sequence[Decision]) -> Iterator[tuple[int, list[tuple[Say, str]]]]:
    """Each person once, in order, with what the person is told and by which module."""
    told: dict[int, list[tuple[Say, str]]] = {}
    for decision in mentions:
        if isinstance(decision.action, Tell):
            told.setdefault(decision.action.person, []).append((decision.action.text, decision.module))
    yield from told.items()


def _weight(decision: Decision) -> int:
    return -decision.action.weight if isinstance(decision.action, Note) else 0


def new_key(given: Facts, decisions: Sequence[Decision], known: set[str]) -> str | None:
    """Names the occasion: the same decisions on the same ticket give the same key; None when that note stands there.

    A situation that has come back after another is an occasion of its own, with a number.
    """
    keys = [str(getattr(d.action, "key", "")) for d in decisions]
    key = f"{given.ticket.id}:note:{digest(*sorted(keys))}"
    times = sum(1 for other in known if other == key or other.startswith(f"{key}:"))
    before = given.memory.situation
    came_back = before is not None and any(k.startswith(SITUATION) and k != f"{SITUATION}{before}" for k in keys)
    if times == 0:
        return key
    return f"{key}:{times + 1}" if came_back else None


@dataclass(frozen=True, kw_only=True)
class _Page:
    voice: Voice
    verdict: Verdict
    url: str
    title: str = field(init=False)
    duty: Duty | None = field(init=False)

    def __post_init__(self) -> None:
        running = [d for d in self.verdict.decisions if d.action in self.verdict.running]
        open_duties = duties(running, self.verdict.facts.now)
        object.__setattr__(self, "duty", open_duties[0] if open_duties else None)
        object.__setattr__(self, "title", self._core("note.title"))

    def _core(self, key: str, **values: str | int) -> str:
        return self.voice.text(_CORE, key, **values)

    def headline(self, shown: Sequence[Decision]) -> Markup:
        """What is due next, when and by which clause; without an open duty the weightiest line."""
        duty = self.duty
        if duty is None:
            return self._banner(_lines(self.plain(shown[0])), _SOON) if shown else Markup("")
        late = duty.status == "breached"
        when = Markup("<b>{}</b>").format(self._when(duty))
        clause = Markup('<span style="color:#666666">{}</span>').format(_unbroken((duty.clause,)))
        what = self.voice.say(duty.text, duty.module)
        return self._banner(Markup("{} {} &nbsp; {}").format(when, what, clause), _LATE if late else _SOON)

    def _banner(self, inner: Markup, colour: str) -> Markup:
        style = f"border-left:4px solid {colour};background-color:{_TINT[colour]};padding:6px 10px"
        return Markup('<table style="width:100%"><tbody><tr><td style="{}">{}</td></tr></tbody></table>').format(
            style, inner
        )

    def _when(self, duty: Duty) -> str:
        due = "note.by_provisional" if duty.provisional else "note.by"
        key = "note.late" if duty.status == "breached" else due
        return self._core(key, when=self.voice.word(duty.due_at, _CORE))

    def mention(self, person: int, told: Sequence[tuple[Say, str]]) -> Markup:
        """One person, named once, with everything the person must hear."""
        link = Markup('<a href="{}/#user/profile/{}" data-mention-user-id="{}">{}</a>').format(
            self.url, person, person, self.voice.person(person)
        )
        return Markup("<p>{} {}</p>").format(link, _lines(*(self.voice.say(text, module) for text, module in told)))

    def reasons(self, shown: Sequence[Decision]) -> Markup:
        """The grounds, one line each with its clause, folded."""
        if not shown:
            return Markup("")
        row = Markup('<tr><td style="{}"><b>{}</b></td><td style="{}">{}</td></tr>')
        rows = Markup("").join(row.format(_CELL, _unbroken(d.clauses), _CELL, _lines(self.plain(d))) for d in shown)
        summary = self._core("note.why", count=len(shown))
        return Markup("<details><summary>{}</summary><table><tbody>{}</tbody></table></details>").format(summary, rows)

    def draft(self, draft: Draft) -> Markup:
        title = self._core("note.draft", clause="、".join(draft.decision.clauses))
        return Markup("<details><summary>{}</summary><blockquote>{}</blockquote></details>").format(
            title, _lines(draft.text)
        )

    def plain_headline(self) -> str:
        if self.duty is None:
            return ""
        return f"{self._when(self.duty)} {self.voice.say(self.duty.text, self.duty.module)} ({self.duty.clause})"

    def plain(self, decision: Decision) -> str:
        action = decision.action
        if isinstance(action, Tell):
            return f"@{self.voice.person(action.person)} {self.voice.say(action.text, decision.module)}"
        return self.voice.say(action.text, decision.module) if isinstance(action, Note) else ""

    def plain_draft(self, draft: Draft) -> str:
        return f"{self._core('note.draft', clause='、'.join(draft.decision.clauses))}: {draft.text}"
