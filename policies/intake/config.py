"""Settings of the intake module."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from policies.kernel.config import StrictModel
from policies.kernel.manifest import LocalText

Kind = Literal["inquiry", "business", "complaint", "suggestion", "support", "incident"]
Asked = Literal["inquiry", "business", "suggestion", "support", "incident"]
Fact = Literal["name", "contact", "matter"]
Weight = Annotated[float, Field(ge=0, le=100)]


class Name(LocalText):
    """A name in the three languages."""

    model_config = ConfigDict(serialize_by_alias=True)  # as it is written, so that a row can lay its own over it


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it."""

    complaint_from: Weight
    """2.1.3: the weight of complaint phrases from which a message is a complaint, whatever else it is."""
    desk_weight: Weight
    """2.1.1: what a desk of a kind adds to it; nothing where the customer asks for something else outright."""
    channel_weights: dict[str, dict[Kind, Weight]]
    """2.1.1: what a channel adds to a kind."""
    leaning: Annotated[float, Field(ge=0, le=5)]
    """2.1.1: how much plain words count beside the phrases, where a message has enough of them (leanings.json); 0:
    not at all."""
    mood_leaning: Annotated[float, Field(ge=0, le=5)]
    """3.1.3: how much plain words count beside the phrases of feeling; 0: not at all."""
    mood_from: Weight
    """3.1.3: the weight from which words of feeling make a mood."""
    amount_from: Annotated[int, Field(ge=1)]
    """2.2.5: a disputed sum of so many CNY or more is a large one."""
    categories: dict[str, Name]
    """4.3.3: what a ticket is about: the label in phrases.yaml without `category_`, and its name."""
    category_from: Weight
    """4.3.3: the weight from which words say what a ticket is about."""
    required: dict[Asked, tuple[Fact, ...]]
    """4.1.2: what must be known of a ticket of a kind; complaints have their own."""
    matter_from: Annotated[int, Field(ge=1)]
    """4.1.2: characters from which a message says what the matter is."""
    ask: Literal["auto", "draft", "off"]
    """4.1.2: how the text that asks for what is missing leaves."""
    proposals: Annotated[float, Field(ge=0, le=1)]
    """4.3.3: from this probability on, what was learnt from corrections is proposed."""
