"""Settings of the inquiry module."""

from collections.abc import Iterator
from typing import Literal

from policies.core.config import KnownLadder, Send, nominal_days
from policies.kernel.config import StrictModel
from policies.kernel.config_together import together
from policies.kernel.spec import Spec

Recorded = Literal["name", "contact", "question", "category", "answer", "summary"]
Words = Literal["anything_else", "thanks"]
Channel = Literal["email", "web", "chat", "sms", "phone"]


class Deadline(StrictModel):
    """A deadline of one length, and what happens along it."""

    within: Spec
    """How long."""
    ladder: KnownLadder
    """What happens along it."""


class Answer(StrictModel):
    """The time to an answer goes by how hard the question is."""

    simple: Spec
    """For questions that nobody declared complex."""
    complex: Spec
    """For complex ones."""
    ladder: KnownLadder
    """What happens along it."""

    @together
    def _complex_is_no_shorter(self) -> Iterator[str]:
        if nominal_days(self.complex) < nominal_days(self.simple):
            yield f"complex: {self.complex} is shorter than simple: {self.simple}"


class Texts(StrictModel):
    """How each text to the customer leaves: sent, drafted in the note, or not at all."""

    explanation: Send
    """4.1.3: tells why the answer takes longer, and until when."""
    closing_words: Send
    """4.1.5: asks for further questions and thanks, ready for the agent where the last reply lacks it."""


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it."""

    first_reply: Deadline
    """2.1.1: the first reply to an inquiry."""
    answer: Answer
    """4.1.3: the answer itself."""
    explanation: Deadline
    """4.1.3: a complex question is explained to the customer, with a time, so soon after it was declared complex."""
    required_at_close: tuple[Recorded, ...]
    """4.1.2, 4.1.6: what must be recorded when an inquiry is closed."""
    closing_words: tuple[Words, ...]
    """4.1.5: what the last reply must hold when an inquiry is closed."""
    written_channels: tuple[Channel, ...]
    """4.1.5: channels whose replies are the agent's very words; a record of a call is not."""
    texts: Texts
    """4.1.3: how texts to the customer leave."""
