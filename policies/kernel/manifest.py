"""A module's manifest: what it is and what it needs, read without importing any of it."""

from typing import Annotated

from pydantic import Field

from policies.kernel.clauses import ClauseId
from policies.kernel.config import Layer, Loaded, StrictModel, load
from policies.kernel.texts import Language

NAME = "^[a-z][a-z0-9_]{1,39}$"
"""A module's name is also the name of its folder and of a Python package."""


class LocalText(StrictModel):
    """One text in the three languages of the product."""

    zh_cn: Annotated[str, Field(alias="zh-CN", min_length=1)]
    """Chinese, simplified."""
    zh_tw: Annotated[str, Field(alias="zh-TW", min_length=1)]
    """Chinese, traditional."""
    en: Annotated[str, Field(min_length=1)]
    """English."""

    def of(self, tongue: Language) -> str:
        """The text in that language."""
        return {"zh-CN": self.zh_cn, "zh-TW": self.zh_tw, "en": self.en}[tongue]


class Manifest(StrictModel):
    """manifest.yaml."""

    name: Annotated[str, Field(pattern=NAME)]
    """The module's name, which is also its folder's."""
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){0,3}$")]
    """Of the module, in numbers."""
    summary: LocalText | str
    """What it does, in a line; a module of one company may say it in one language."""
    depends: tuple[str, ...] = ()
    """The modules it reads, extends or overrules; they decide before it."""
    early: bool = False
    """Whether it decides before every module that it does not depend on: they take what it says as given."""
    clauses: Annotated[tuple[ClauseId, ...], Field(min_length=1)]
    """The clauses its rules cite or its other parts serve."""
    kinds: tuple[str, ...] = ()
    """The kinds of ticket it is about; none: every kind."""
    maintainers: tuple[str, ...] = ()
    """Whom to ask."""

    def summary_in(self, language: Language) -> str:
        """The summary in this language, or the only one there is."""
        if isinstance(self.summary, str):
            return self.summary
        return {"zh-CN": self.summary.zh_cn, "zh-TW": self.summary.zh_tw, "en": self.summary.en}[language]


def load_manifest(layer: Layer) -> Loaded[Manifest]:
    """One module's manifest. raises ConfigErrors – all that is wrong with it."""
    return load(Manifest, [layer])
