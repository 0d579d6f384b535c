"""Where masking stands, and where originals may still be read: said as it is, for status and doctor (6.1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.store.store import Store
from policies.masking.config import Config, Mode
from zhidu.config import Config as Settings
from zhidu.originals.places import places
from zhidu.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingState:
    """At one instant.

    made      tickets made anew to the end
    waiting   tickets under way; `trouble`: id of the original → why the last attempt did not come to its end
    lacks     settings without which tickets that wait are not touched
    """

    mode: Mode
    made: int
    waiting: int
    trouble: Mapping[int, str]
    lacks: tuple[str, ...]

    @property
    def remains(self) -> tuple[str, ...]:
        """Where originals may still exist."""
        return places(self.mode)

    @property
    def line(self) -> str:
        """One line for a person."""
        text = f"mode {self.mode}"
        if self.mode == "twin" or self.made or self.waiting:
            text += f", {self.made} tickets made anew, {self.waiting} under way"
        if self.lacks:
            text += f"; nothing is masked without {' and '.join(self.lacks)}"
        for ticket, why in self.trouble.items():
            text += f"; #{ticket}: {why}"
        return text

    def plain(self) -> Mapping[str, object]:
        """As JSON has it."""
        return {
            "mode": self.mode,
            "made": self.made,
            "waiting": self.waiting,
            "trouble": {str(ticket): why for ticket, why in self.trouble.items()},
            "lacks": list(self.lacks),
            "originals_may_remain_in": list(self.remains),
        }


def mode_of(policy: Policy) -> Mode | None:
    """None: the module is not on."""
    found = next((module.config for module in policy.modules if isinstance(module.config, Config)), None)
    return None if found is None else found.mode


def lacking(mode: Mode, config: Settings) -> tuple[str, ...]:
    """What a mode needs and the settings have not."""
    place = config.helpdesk
    admin = place is not None and (place.admin_token_file or place.admin_token_env) is not None
    needs: Mapping[Mode, tuple[tuple[str, bool], ...]] = {
        "twin": (("a vault", config.vault is not None), ("helpdesk.admin_token_file or _env", admin)),
        "gate": (("gate.relay or gate.intake", config.gate is not None),),
    }
    return tuple(name for name, there in needs.get(mode, ()) if not there)


def masking_state(mode: Mode | None, store: Store, config: Settings) -> MaskingState | None:
    """None where the module is off and nothing is under way."""
    unfinished = store.twins.unfinished()
    if mode is None and not unfinished:
        return None
    lacks = (*lacking(mode or "find", config), *(lacking("twin", config) if unfinished else ()))
    return MaskingState(
        mode=mode or "find",
        made=store.twins.count(),
        waiting=len(unfinished),
        trouble={twin.ticket_id: twin.trouble for twin in unfinished if twin.trouble},
        lacks=tuple(dict.fromkeys(lacks)),
    )
