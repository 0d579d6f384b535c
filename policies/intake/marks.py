"""What else the customer's words say: flags, mood, language, category."""

from policies.core.flags import taken_away
from policies.intake.config import Config
from policies.intake.kinds import first_reading, reading_of
from policies.intake.reading import CALM, SPOKEN, Reading, raised_flags
from policies.kernel.decisions import Say, SetField, say
from policies.kernel.facts import Facts
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import CUSTOMER_WROTE, SUM_NAMED, has, said


@rule("2.2.5", when=has("kind") & ~has("kind", "complaint", "task") & (said(*SPOKEN) | SUM_NAMED))
def flags_by_words(facts: Facts, config: Config) -> Wants:
    """What the customer writes raises flags on tickets of every kind; complaints have a rule of their own for it.

    A person's correction stands: only later messages add to it, and a flag that a person took away stays away.
    """
    corrected = facts.set_by_person("flags")
    found: set[str] = set()
    for article in facts.from_customer:
        if corrected is None or article.at > corrected.at:
            found |= raised_flags(article.features, config, facts.ticket.kind)
    new = found - facts.ticket.flags - taken_away(facts)
    if new:
        flags = tuple(f"@flag.{flag}" for flag in sorted(new))
        yield SetField(field="flags", value=facts.ticket.flags | new), say("flags", flags=flags)


@rule("3.1.3", when=CUSTOMER_WROTE)
def mood_by_words(facts: Facts, config: Config) -> Wants:
    """How the customer feels, by the last message: the next reply begins with it. A person may know better."""
    last = next((article for article in reversed(facts.from_customer) if article.features.length), None)
    if last is None:
        return
    corrected = facts.set_by_person("mood")
    if corrected is not None and corrected.at >= last.at:
        return
    reading = reading_of(last, facts, config)
    known = facts.ticket.custom.get("mood") or CALM
    if reading.mood != known:
        yield SetField(field="mood", value=reading.mood), _felt(reading)


def _felt(reading: Reading) -> Say:
    mood, words = f"@mood.{reading.mood}", reading.reason(reading.mood)
    if reading.mood == CALM:
        return say("mood.calm")
    return say("mood.words", mood=mood, words=words) if words else say("mood.wording", mood=mood)


@rule("4.1.2", when=CUSTOMER_WROTE & ~has("language"))
def language_of_customer(facts: Facts, config: Config) -> Wants:
    """The customer is written to in the language that the first message is in, unless the field says otherwise."""
    reading = first_reading(facts, config)
    if reading is None or reading.language is None:
        return
    if facts.set_by_person("language") is None:
        why = say("language.set", tongue=f"@language.{reading.language}")
        yield SetField(field="language", value=reading.language), why


@rule("4.1.2", when=CUSTOMER_WROTE & ~has("category"))
def category_by_words(facts: Facts, config: Config) -> Wants:
    """What the ticket is about, where nobody has said so."""
    reading = first_reading(facts, config)
    if reading is None or reading.category is None:
        return
    if facts.set_by_person("category") is not None:
        return
    name = config.categories[reading.category]
    value = {"zh-TW": name.zh_tw, "en": name.en}.get(facts.desk.language, name.zh_cn)
    yield SetField(field="category", value=value), say("category", words=reading.reason(reading.category))
