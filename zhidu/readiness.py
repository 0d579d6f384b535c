"""Whether the service can do its work, as `/readyz` tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.store.errors import StoreError
from integrations.store.store import Store
from jobs.access import Access
from webhooks.ports import Check
from webhooks.readiness import TOKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Ready while the store answers. The helpdesk may be away, or refuse us: deliveries are kept until it is back."""

    store: Store
    access: Access

    def checks(self) -> Sequence[Check]:
        """The store, which is needed, and whether the helpdesk accepts the token."""
        token = Check(name=TOKEN, ok=not self.access.shut, note="the helpdesk refuses it", needed=False)
        try:
            self.store.inbox.depth()
        except StoreError as error:
            return (Check(name="store", ok=False, note=str(error)), token)
        return (Check(name="store", ok=True), token)
