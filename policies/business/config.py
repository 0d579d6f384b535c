"""Settings of the business module: kinds of request as data, and what holds for all of them."""

from collections.abc import Iterator
from itertools import permutations
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from policies.core.config import KnownLadder, Send, nominal_days
from policies.kernel.config import StrictModel
from policies.kernel.config_together import together
from policies.kernel.decisions import Way
from policies.kernel.problems import did_you_mean
from policies.kernel.spec import Spec
from policies.kernel.texts import LANGUAGES, Language

Method = Literal["counter", "video", "app", "phone", "signature", "notary"]
Party = Literal["holder", "agent", "legal"]
Verdict = Literal["missing", "incomplete", "inaccurate", "invalid"]
Flaw = Literal["incomplete", "inaccurate", "invalid"]
Recorded = Literal["result"]


def _in_every_language(names: dict[Language, str]) -> dict[Language, str]:
    lacking = [tongue for tongue in LANGUAGES if not names.get(tongue, "").strip()]
    if lacking:
        raise ValueError(f"needs a text in {', '.join(LANGUAGES)}; {lacking[0]} is not there")
    return names


Names = Annotated[dict[Language, str], AfterValidator(_in_every_language)]
"""A text in the three languages, as customers and agents read it."""


class Deadline(StrictModel):
    """A deadline of one length, and what happens along it."""

    within: Spec
    """How long."""
    ladder: KnownLadder
    """What happens along it."""


class RequestType(StrictModel):
    """A kind of business request: what it needs, who does it, what the customer hears."""

    names: Names
    """2.1.2: what it is called."""
    documents: tuple[str, ...]
    """4.2.2: the documents it needs, as they are called under `documents`."""
    identity: Annotated[tuple[Method, ...], Field(min_length=1)]
    """4.2.1: how the identity may be checked."""
    parties: Annotated[dict[Party, tuple[str, ...]], Field(min_length=1)]
    """4.2.1: whose identity may be checked: the customer's, that of somebody authorised, of a legal representative; and
    the documents that come on top then, as they are called under `documents`."""
    department: str | None
    """4.2.4: the department that does it; null: the desk itself."""
    within: Spec
    """4.2.4: how long the department may take."""
    process: Names
    """4.2.2: how it goes on, as the customer is told."""
    completion: Names
    """4.2.5: what the customer hears when it is done."""
    safekeeping: Names | None
    """4.2.5: how to keep what was handed out; null: nothing was."""


class Texts(StrictModel):
    """How each text to the customer leaves: sent, drafted in the note, or not at all."""

    requirements: Send
    """4.2.2: tells of the documents and the process."""
    documents: Send
    """4.2.3: tells what is missing or must be mended."""
    reminder: Send
    """4.2.3: reminds of it."""
    lapsed: Send
    """4.2.3: tells that the request lapsed."""
    completion: Send
    """4.2.5: tells that it is done; a text message or messenger is sent for anything but `off` and `draft`."""


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it."""

    first_reply: Deadline
    """2.1.2: the first reply to a request."""
    review: Deadline
    """4.2.3: identity and documents are looked at, from receipt or from the customer's last message."""
    department_ladder: KnownLadder
    """4.2.4: what happens along the department's time."""
    tell: Deadline
    """4.2.5: the customer is told of the result."""
    reminders: tuple[Spec, ...]
    """4.2.3: when a customer who was asked is reminded."""
    lapses: Spec
    """4.2.3: when a request lapses whose customer does not answer."""
    departments: dict[str, str]
    """4.2.4: department → its group."""
    ways: Annotated[tuple[Way, ...], Field(min_length=1)]
    """4.2.5: ways on which the company can write to customers; without a gateway for short messages: [mail]."""
    texts: Texts
    """4.2.2: how texts to the customer leave."""
    flaws: dict[Flaw, tuple[str, ...]]
    """4.2.3: words in a line of the checklist that tell what is wrong with the document."""
    verdicts: dict[Verdict, Names]
    """4.2.3: how the customer is told what is wrong with a document; what is only missing needs no word."""
    documents: dict[str, Names]
    """4.2.2: documents by the names that requests give them; lines of the checklist begin with one of the names."""
    checklist: bool
    """4.2.3: whether a request's documents are put on the ticket's checklist; false: agents begin it themselves."""
    types: dict[str, RequestType]
    """2.1.2: the kinds of request."""

    @together
    def _one_after_the_other(self) -> Iterator[str]:
        waits = [nominal_days(wait) for wait in (*self.reminders, self.lapses)]
        if waits != sorted(waits):
            yield "reminders come one after the other, and before lapses"

    @together
    def _needs_known_documents(self) -> Iterator[str]:
        for name, kind in self.types.items():
            needed = {"documents": kind.documents, **{f"parties.{who}": more for who, more in kind.parties.items()}}
            for place, documents in needed.items():
                for document in documents:
                    if document not in self.documents:
                        hint = did_you_mean(document, self.documents)
                        yield f"types.{name}.{place}: no document {document!r} in documents{hint}"

    @together
    def _told_apart(self) -> Iterator[str]:
        """A line of the checklist tells by its first words which document it is about."""
        names = [(text.casefold(), document) for document, told in self.documents.items() for text in told.values()]
        alike = {(one, other) for (short, one), (long, other) in permutations(names, 2) if long.startswith(short)}
        for one, other in sorted(alike):
            if one != other:
                yield f"documents: a name of {other} begins with one of {one}: a line could mean either"
