"""A business request as its rules see it: its type, its evidence, and how far that lets it go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, cast

from policies.business.config import Config, Names, Party, RequestType, Verdict
from policies.kernel.copies import twin
from policies.kernel.course import Course, course
from policies.kernel.derived import derived
from policies.kernel.facts import Change, Facts
from policies.kernel.once import is_done
from policies.kernel.voice import language

MODULE: Final = "business"
STAGES: Final = (
    "received",
    "identity_verified",
    "documents_complete",
    "with_department",
    "done",
    "customer_told",
)
"""In the order in which a request goes through them."""
Judged: TypeAlias = Verdict | Literal["fine"]
CHECKED: Final = ("awaiting_satisfaction", "ended")

_VIEW: Final = "_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flawed:
    """A document that is not complete, accurate and valid."""

    names: Names
    verdict: Verdict


def view(facts: Facts, config: Config) -> Request:
    """The request of these facts; the same object for the same facts and settings."""
    known = facts.__dict__.get(_VIEW)
    if known is None or known.config is not config:
        course(facts)  # the request's too
        known = facts.__dict__[_VIEW] = Request(twin(facts), config)
    return known


def rank(stage: str | None) -> int:
    """How far a stage is; a stage of another kind of case is before all."""
    return STAGES.index(stage) if stage in STAGES else -1


@dataclass(frozen=True)
class Request:
    """What several rules ask about one request."""

    facts: Facts
    config: Config

    @property
    def course(self) -> Course:
        return course(self.facts)

    @derived
    def name(self) -> str | None:
        """The type's name; None for one that nobody has told, or that the settings do not have."""
        value = self.facts.ticket.custom.get("business_type")
        return value if isinstance(value, str) and value in self.config.types else None

    @derived
    def type(self) -> RequestType | None:
        return None if self.name is None else self.config.types[self.name]

    @derived
    def documents(self) -> tuple[str, ...]:
        """The documents that it needs: those of its type, and those of whoever comes in the customer's place."""
        kind = self.type
        if kind is None:
            return ()
        party = self.facts.ticket.custom.get("identity_of")
        return tuple(dict.fromkeys((*kind.documents, *kind.parties.get(cast(Party, party), ()))))

    def in_tongue(self, names: Names) -> str:
        """As the desk reads it."""
        return names[language(self.facts.desk.language)]

    def for_customer(self, names: Names) -> str:
        """As the customer reads it: the language of the field, else of the last message, else of the desk."""
        facts = self.facts
        written = next((a.features.language for a in reversed(facts.from_customer) if a.features.language), None)
        return names[language(facts.ticket.language or written or facts.desk.language)]

    @property
    def ungated(self) -> bool:
        """Whether the helpdesk lacks the fields of stages: no gate asks for what nobody can fill in."""
        return "stage" in self.facts.ticket.absent

    # --- evidence -----------------------------------------------------------------------------------------------

    @derived
    def identity_lacking(self) -> tuple[str, ...]:
        """What the check of the identity lacks: the type, how it was done, whose it was, and who of us did it."""
        ticket, kind = self.facts.ticket, self.type
        if self.ungated:
            return ()
        if kind is None:
            return ("@lack.type",)
        lacking = []
        if ticket.identity_method is None:
            lacking.append("@lack.method")
        elif ticket.identity_method not in kind.identity:
            lacking.append("@lack.method_allowed")
        elif self.verified is None:
            lacking.append("@lack.verifier")
        party = ticket.custom.get("identity_of")
        if party is None:
            lacking.append("@lack.party")
        elif party not in kind.parties:
            lacking.append("@lack.party_allowed")
        return tuple(lacking)

    @derived
    def verified(self) -> Change | None:
        """Who wrote how the identity was checked, and when: a person of the company."""
        return self.facts.set_by_person("identity_method")

    @derived
    def flawed(self) -> tuple[Flawed, ...]:
        """The documents that the request still needs, in order: by the checklist, else by the verdict on all."""
        listed = {document: self._line(self.config.documents[document]) for document in self.documents}
        begun = any(verdict is not None for verdict in listed.values())
        found: dict[str, Judged] = {
            document: (verdict or "missing") if begun else self._verdict_on_all for document, verdict in listed.items()
        }
        return tuple(
            Flawed(names=self.config.documents[document], verdict=verdict)
            for document, verdict in found.items()
            if verdict != "fine"
        )

    @property
    def reviewed(self) -> bool:
        """Whether somebody has begun to look at the documents: a line is ticked or says what is wrong,
        or all are judged."""
        lines = any(self._line(names) not in (None, "missing") for names in self.config.documents.values())
        return lines or self.facts.ticket.custom.get("documents_verdict") is not None

    @derived
    def unlisted(self) -> tuple[str, ...]:
        """The documents without a line on the checklist, as the desk reads them."""
        wanted = (self.config.documents[document] for document in self.documents)
        return tuple(self.in_tongue(names) for names in wanted if self._line(names) is None)

    @derived
    def needless(self) -> tuple[str, ...]:
        """Lines of documents that it does not need, as a list of ours has them."""
        others = (names for document, names in self.config.documents.items() if document not in self.documents)
        ours = {name for names in others for name in names.values()}
        return tuple(item.text for item in self.facts.ticket.checklist if item.text in ours and not item.checked)

    @property
    def _verdict_on_all(self) -> Judged:
        value = self.facts.ticket.custom.get("documents_verdict")
        if value == "complete":
            return "fine"
        return next((verdict for verdict in self.config.verdicts if verdict == value), "missing")

    def _line(self, names: Names) -> Judged | None:
        """What the checklist says of a document: `fine` where its line is ticked; None without a line."""
        wanted = tuple(name.casefold() for name in names.values())
        for item in self.facts.ticket.checklist:
            text = item.text.strip().casefold()
            if not text.startswith(wanted):
                continue
            if item.checked:
                return "fine"
            for flaw, words in self.config.flaws.items():
                if any(word.casefold() in text for word in words):
                    return flaw
            return "missing"
        return None

    @derived
    def documents_lacking(self) -> tuple[str, ...]:
        """The documents that lack, as the desk reads them, each with what is wrong."""
        return tuple(self._said(one, self.in_tongue) for one in self.flawed)

    @property
    def documents_asked(self) -> tuple[str, ...]:
        """The same as the customer reads them."""
        return tuple(self._said(one, self.for_customer) for one in self.flawed)

    def _said(self, one: Flawed, speak: Callable[[Names], str]) -> str:
        name, verdict = speak(one.names), speak(self.config.verdicts[one.verdict])
        return name if one.verdict == "missing" else f"{name}（{verdict}）"

    @derived
    def been_with_department(self) -> bool:
        """Whether the department had it in this run."""
        return self.sent_at is not None

    @property
    def notice(self) -> str:
        """The key of the notice that this run is done."""
        return f"completion:{len(self.course.reopened)}"

    @derived
    def noticed(self) -> bool:
        """Whether that notice is on its way to the customer, and was not given up."""
        undelivered = self.notice in self.facts.related.undelivered
        return is_done(self.facts.memory, MODULE, self.notice) and not undelivered

    @derived
    def sent_at(self) -> datetime | None:
        """When it went to the department, the last time in this run; None: it did not."""
        return self._came_to("with_department")

    @property
    def verified_at(self) -> datetime:
        """When its identity was verified, as the stage tells, the last time in this run; else when the run began."""
        return self._came_to("identity_verified") or self.course.run_started_at

    @derived
    def done_at(self) -> datetime | None:
        """When it was done, the last time in this run; None: it is not. Where nothing tells, since the department
        had it, or since the run began."""
        ticket = self.facts.ticket
        if rank(ticket.stage) < rank("done") and not ticket.closed:
            return None
        return self._came_to("done") or self._came_to("with_department") or self.course.run_started_at

    def _came_to(self, stage: str) -> datetime | None:
        facts, since = self.facts, self.course.run_started_at
        if facts.ticket.stage == stage and facts.read is not None and facts.read.stage != stage:
            return facts.now
        times = [c.at for c in facts.history if c.field == "stage" and c.new == stage and c.at >= since]
        return times[-1] if times else since if facts.ticket.stage == stage else None

    @derived
    def told_at(self) -> datetime | None:
        """When the customer was told by a person, since it was done."""
        since = self.done_at
        reply = None if since is None else next((r for r in self.facts.to_customer if r.at >= since), None)
        return None if reply is None else reply.at

    # --- how far it may be --------------------------------------------------------------------------------------

    def lacking(self, stage: str) -> tuple[str, ...]:
        """What is missing for a stage, that of all before it included."""
        needs: list[str] = []
        to = -1 if self.ungated else rank(stage)
        if to >= rank("identity_verified"):
            needs += self.identity_lacking
        if to >= rank("documents_complete"):
            needs += self.documents_lacking
        if to >= rank("done"):
            if self.type is not None and self.type.department is not None and not self.been_with_department:
                needs.append("@lack.department")
            ticket = self.facts.ticket
            if "answer_summary" not in ticket.absent and not (ticket.answer_summary or "").strip():
                needs.append("@lack.result")
        if to >= rank("customer_told") and not self.noticed and self.told_at is None:
            needs.append("@lack.told")
        return tuple(needs)

    def furthest(self, stage: str) -> str:
        """The last stage up to this one for which nothing is missing."""
        fit = (one for one in reversed(STAGES[: rank(stage) + 1]) if not self.lacking(one))
        return next(fit, "received")
