"""User-visible texts in three languages: every key in every language, with the same placeholders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal, get_args

from policies.kernel.config import Layer, merge
from policies.kernel.config_fields import Place
from policies.kernel.config_messages import quote
from policies.kernel.problems import ConfigErrors, Loc, Problem, did_you_mean
from policies.kernel.yaml_nodes import Document, Value, parse

Language = Literal["zh-CN", "zh-TW", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Texts:
    """A module's texts: language → key (`notes.due_soon`) → text with `{placeholders}`."""

    by_language: Mapping[Language, Mapping[str, str]]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.by_language[LANGUAGES[0]])

    def get(self, key: str, language: Language, **values: object) -> str:
        """The text with its placeholders filled in.

        raises   KeyError – there is no such text, or a placeholder has no value; the message names it.
        """
        texts = self.by_language[language]
        if key not in texts:
            raise KeyError(f"there is no text {key!r}{did_you_mean(key, texts)}")
        return texts[key].format_map(values)


NO_TEXTS = Texts(MappingProxyType({language: MappingProxyType({}) for language in LANGUAGES}))


def load_texts(layers: Mapping[Language, Sequence[Layer]]) -> Texts:
    """The texts of one module; for each language the shipped file and, above it, what the company changed.

    Keys may be nested (`notes: {due_soon: …}`) and are joined with dots. A company's file changes texts and adds none.

    raises   ConfigErrors – a text that is no text, a placeholder other than `{name}`, a key or placeholder that is in
             one language and not in another.
    """
    problems: list[Problem] = []
    books: dict[Language, _Book] = {}
    for language in LANGUAGES:
        try:
            books[language] = _book(layers[language])
        except ConfigErrors as errors:
            problems.extend(errors.problems)
    problems.extend(problem for book in books.values() for problem in book.problems)
    if not problems:
        problems.extend(_differences(books))
    if problems:
        raise ConfigErrors(problems)
    return Texts(MappingProxyType({language: MappingProxyType(book.texts) for language, book in books.items()}))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """The texts of one language, with where each stands and the placeholders it has."""

    shipped: Document
    document: Document
    texts: dict[str, str]
    locs: dict[str, Loc]
    placeholders: dict[str, frozenset[str]]
    problems: list[Problem]


def _book(layers: Sequence[Layer]) -> _Book:
    shipped, *changed = [parse(layer.text, layer.path) for layer in layers]
    merged = merge([shipped, *changed], Place(kinds=(Any,)))
    book = _Book(shipped=shipped, document=merged, texts={}, locs={}, placeholders={}, problems=[])
    known = {".".join(map(str, loc)) for loc, _ in _leaves(shipped.value, ())}
    for loc, text in _leaves(merged.value, ()):
        key = ".".join(map(str, loc))
        if key not in known:
            book.problems.append(merged.problem(f"unknown text{did_you_mean(key, known)}", *loc))
        elif isinstance(text, str):
            book.texts[key], book.locs[key] = text, loc
            try:
                book.placeholders[key] = placeholders(text)
            except ValueError as error:
                book.problems.append(merged.problem(str(error), *loc))
        else:
            book.problems.append(merged.problem(f"must be text ({quote(text)})", *loc))
    return book


def _leaves(value: Value, loc: Loc) -> Iterator[tuple[Loc, Value]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*loc, key))
    else:
        yield loc, value


def placeholders(text: str) -> frozenset[str]:
    """The names in braces in a text; a brace itself is written twice.

    raises   ValueError – a lone brace, or anything in braces that is not just a name.
    """
    names = set()
    try:
        for _, name, spec, conversion in Formatter().parse(text):
            if name is not None:
                if not name.isidentifier() or spec or conversion:
                    written = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
                    raise ValueError(f"{{{written}}} is no placeholder; only a name goes in braces")
                names.add(name)
    except ValueError as error:
        raise ValueError(str(error) if "placeholder" in str(error) else "a lone { or }; write {{ or }}") from None
    return frozenset(names)


def _differences(books: Mapping[Language, _Book]) -> Iterator[Problem]:
    every = dict.fromkeys(key for book in books.values() for key in book.texts)
    for key in every:
        holders = {language: book for language, book in books.items() if key in book.texts}
        model, *_ = holders
        for language, book in books.items():
            if key not in book.texts:
                yield book.shipped.problem(f"no text {key}, which {model} has")
                continue
            here, there = book.placeholders[key], books[model].placeholders[key]
            for name in sorted(here ^ there):
                has, lacks = (language, model) if name in here else (model, language)
                yield book.document.problem(f"{has} has {{{name}}}, {lacks} has not", *book.locs[key])
