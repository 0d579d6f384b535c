"""What may wait for the end of the working day, so that a person gets one mail of it and not one for each thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from integrations.notify.mail import Mail
from integrations.store.records import Message, Parcel
from policies.kernel.calendar import WorkingCalendar
from policies.kernel.digest import digest
from policies.kernel.spec import Spec
from policies.kernel.texts import Language, Texts
from policies.kernel.voice import language

GATHERED: Final = "gathered"
"""The kind of a message that is an entry of such a mail; its subject is the day."""

NAME: Final = "X-Zhidu-Name"
TONGUE: Final = "X-Zhidu-Tongue"
"""What is kept with an entry and put into the mail's frame: the person's name, and the language."""

_CORE: Final = "core"
_A_DAY: Final = Spec(amount=1, unit="wd")


def end_of_day(calendar: WorkingCalendar, at: datetime) -> datetime:
    """When the working day ends that `at` is in; outside of one, when the next one ends."""
    ends_at = calendar.add(at - timedelta(days=1), _A_DAY).at
    return ends_at if ends_at > at else calendar.add(at, _A_DAY).at


def groups(parcels: Iterable[Parcel]) -> tuple[tuple[Parcel, ...], ...]:
    """What goes together: to one person, of one day, in one language; in the order in which it came."""
    found: dict[tuple[str, str, str], list[Parcel]] = {}
    for parcel in parcels:
        message = parcel.message
        found.setdefault((message.to, message.subject, message.headers.get(TONGUE, "")), []).append(parcel)
    return tuple(map(tuple, found.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Puts entries into one mail, in the words of the core module."""

    texts: Mapping[str, Texts]

    def mail(self, messages: Sequence[Message]) -> Mail:
        """One mail of several entries of one person, day and language."""
        first = messages[0]
        tongue: Language = language(first.headers.get(TONGUE, ""))
        told = {"day": first.subject, "count": str(len(messages))}
        entries = "\n\n".join(message.body for message in messages)
        core = self.texts[_CORE]
        return Mail(
            key=f"{GATHERED}:{digest(*sorted(message.key for message in messages))}",
            to=first.to,
            subject=core.get("mail.gathered_subject", tongue, **told),
            text=core.get("mail.gathered_body", tongue, name=first.headers.get(NAME, ""), entries=entries, **told),
        )
