"""Settings of the masking module: what follows from personal data that was found. Which is found, and how it is masked,
is told by `masking.yaml` (`zhidu mask`)."""

from typing import Literal

from policies.kernel.config import StrictModel
from policies.kernel.masking import Kind

Mode = Literal["find", "flag", "twin", "gate"]


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it."""

    mode: Mode
    """6.1.1: `find` only tells; `flag` makes the article internal, the original stays; `twin` seals the original in the
    vault, erases the ticket and makes it anew with the data masked (needs the vault and an administrator's token);
    `gate` has it masked before the helpdesk sees it (needs the vault and `gate` in zhidu.yaml), and tells of what came
    in by other ways."""
    acts_on: tuple[Kind, ...]
    """6.1.1: the kinds that set the mode in motion. A customer's telephone number alone is no reason to make a ticket
    anew; where there is another, all kinds are masked that `masking.yaml` masks."""
    never_sent: tuple[Kind, ...]
    """6.1.1: kinds that no reply may carry in full, whoever's they are."""
    of_others: tuple[Kind, ...]
    """6.1.1: kinds that a reply may carry only where the customer gave the very same value in the ticket."""
