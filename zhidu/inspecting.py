"""What looks for personal data in the helpdesk, where the module masking is on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from integrations import files
from integrations.zammad.confidential import Inspector
from zhidu.policy import Policy

if TYPE_CHECKING:
    from zhidu.compose import Helpdesk

MODULE = "masking"


def inspector_of(policy: Policy, helpdesk: Helpdesk, entropy: Callable[[int], bytes]) -> Inspector | None:
    """The one for `policy`; None where its module is not on.

    entropy   so many bytes from the operating system's generator
    """
    if all(unit.name != MODULE for unit in policy.units):
        return None
    return Inspector(
        masking=policy.masking,
        secret=entropy(32),
        fetch=lambda ticket, article, attachment: helpdesk.pool.client().attachment(ticket, article, attachment),
        texts=file_texts,
    )


def file_texts(name: str, mime_type: str, content: bytes) -> tuple[str, ...]:
    """The text in a file; none in one that cannot be read."""
    try:
        return files.texts(name, mime_type, content)
    except files.Unreadable:
        return ()
