"""How a command ends: 0 done, 1 the answer is no, 2 wrong use or configuration, 3 helpdesk or store out of reach."""

import sys
from typing import Final

DONE: Final = 0
NO: Final = 1
WRONG: Final = 2
OUT_OF_REACH: Final = 3
INTERRUPTED: Final = 130
READER_GONE: Final = 141


class NotOk(Exception):
    """The answer is no: drift, failed rows, findings. Without a text the command has said it all."""


class WrongUse(Exception):
    """What was asked cannot be done as asked; the text says how to ask."""


class Unreachable(Exception):
    """The helpdesk or the store could not be reached; the text names which, and its address."""


# Named and not imported: an error only comes from a module that was imported already, and `zhidu --help` imports none.
STATUSES: Final[tuple[tuple[str, str, int], ...]] = (
    ("zhidu.exits", "NotOk", NO),
    ("zhidu.exits", "WrongUse", WRONG),
    ("zhidu.exits", "Unreachable", OUT_OF_REACH),
    ("zhidu.simulating.running", "WorkerDied", NO),
    ("policies.kernel.problems", "ConfigErrors", WRONG),
    ("integrations.store.errors", "StoreUnavailable", OUT_OF_REACH),
    ("integrations.store.errors", "StoreBroken", OUT_OF_REACH),
    ("integrations.store.errors", "UnusableUrl", WRONG),
    ("integrations.store.errors", "SchemaMismatch", WRONG),
    ("integrations.store.errors", "StoreError", NO),
    ("integrations.zammad.offline", "UnreadableExport", WRONG),
    ("integrations.zammad.errors", "Transient", OUT_OF_REACH),
    ("integrations.zammad.errors", "Refused", WRONG),
    ("integrations.zammad.errors", "ZammadError", NO),
)


def status_of(error: BaseException) -> int | None:
    """The exit status an expected error stands for; None for a defect, which deserves its traceback.

    Of several entries that fit, the first counts.
    """
    for module, name, status in STATUSES:
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(error, getattr(loaded, name)):
            return status
    return None
