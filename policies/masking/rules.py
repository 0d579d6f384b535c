"""The masking module's rules: what a reply must not carry, and what becomes of personal data in a ticket (6.1.1).

Everything here knows kinds, places and counts, and never a value.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from policies.kernel.confidential import Confidential
from policies.kernel.decisions import Find, Mask, Note, Tell, say
from policies.kernel.facts import Article, Facts
from policies.kernel.masking import Kind
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import ANSWERED, CONFIDENTIAL
from policies.masking.config import Config

THE_TICKET: Final = 0
"""Stands for the article where the ticket's own title and fields are meant."""


def _names(kinds: Iterable[Kind]) -> tuple[str, ...]:
    return tuple(f"@kind.{kind}" for kind in sorted(set(kinds)))


def _places(facts: Facts) -> Iterator[tuple[int, tuple[Confidential, ...]]]:
    """What articles and the ticket itself hold; our own articles hold nothing that was not masked before."""
    if facts.ticket.confidential:
        yield THE_TICKET, facts.ticket.confidential
    for article in facts.articles:
        if article.key is None and article.confidential:
            yield article.id, article.confidential


def _moved(facts: Facts, config: Config) -> bool:
    """Whether anything in the ticket sets the mode in motion."""
    return any(one.kind in config.acts_on for _, found in _places(facts) for one in found)


def _grave(facts: Facts, reply: Article, code: str, kinds: tuple[str, ...]) -> Wants:
    """A grave finding that only its writer, the supervisor and the figures know; the supervisor hears at once."""
    why = say(f"{code}.why", kinds=kinds)
    key = f"{code}:{reply.id}"
    yield Find(key=key, code=code, text=why, person=reply.by, grave=True, private=True), why
    supervisor = facts.supervisor
    if supervisor is not None:
        text = say(f"{code}.told", number=facts.ticket.number, person=f"person:{reply.by}", kinds=kinds)
        yield Tell(key=f"{key}:told", person=supervisor.id, text=text, private=True), why


@rule("6.1.1", when=ANSWERED & CONFIDENTIAL)
def sends_no_secrets(facts: Facts, config: Config) -> Wants:
    """A reply carries no full card number, security code or password, quoted ones included; else it is grave."""
    for reply in facts.to_customer:
        kinds = _names(one.kind for one in reply.confidential if one.kind in config.never_sent)
        if kinds:
            yield from _grave(facts, reply, "secret_sent", kinds)


@rule("6.1.1", when=ANSWERED & CONFIDENTIAL)
def sends_nothing_of_others(facts: Facts, config: Config) -> Wants:
    """A reply carries no number that the customer has not given in this ticket: whose it is nobody can know, and it is
    likely another person's."""
    for reply in facts.to_customer:
        kinds = _names(one.kind for one in reply.confidential if one.strange and one.kind in config.of_others)
        if kinds:
            yield from _grave(facts, reply, "others_data_sent", kinds)


@rule("6.1.1", when=CONFIDENTIAL)
def finds_what_is_readable(facts: Facts, config: Config) -> Wants:
    """Personal data that stays readable in a ticket is a finding of the desk's, for the figures alone."""
    if config.mode == "twin":
        return
    for article, found in _places(facts):
        kinds = _names(one.kind for one in found if one.kind in config.acts_on)
        if kinds:
            why = say("readable.why", kinds=kinds)
            yield Find(key=f"readable:{article}", code="readable_data", text=why, private=True), why


@rule("6.1.1", when=CONFIDENTIAL)
def hides_articles(facts: Facts, config: Config) -> Wants:
    """In the mode `flag`, an article with such data shows to staff only; a note says so, once."""
    if config.mode != "flag":
        return
    for article in facts.articles:
        kinds = [one for one in article.confidential if one.masked]
        if article.internal or article.key is not None or not any(one.kind in config.acts_on for one in kinds):
            continue
        for one in kinds:
            why = say("flag.why", kind=f"@kind.{one.kind}")
            yield Mask(article=article.id, place=one.place, kind=one.kind, way="flag"), why
        names = _names(one.kind for one in kinds)
        note = say("flag.note", kinds=names)
        yield Note(key=f"flagged:{article.id}", text=note, weight=60), say("flag.noted", kinds=names)


@rule("6.1.1", when=CONFIDENTIAL)
def makes_twins(facts: Facts, config: Config) -> Wants:
    """In the mode `twin`, a ticket with such data is made anew with all masked that is to be masked."""
    if config.mode != "twin" or not _moved(facts, config):
        return
    for article, found in _places(facts):
        for one in found:
            if one.masked:
                why = say("twin.why", kind=f"@kind.{one.kind}")
                yield Mask(article=article, place=one.place, kind=one.kind, way="twin"), why


RULES = (sends_no_secrets, sends_nothing_of_others, finds_what_is_readable, hides_articles, makes_twins)
