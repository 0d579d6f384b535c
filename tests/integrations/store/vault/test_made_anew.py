"""A ticket that was made anew is one ticket under all ids it had: listed and destroyed as such."""

import pytest

from integrations.store.store import Store
from integrations.store.twins import Step, Twin
from integrations.store.vault.errors import Denied
from integrations.store.vault.records import Event, Origin, Original
from integrations.store.vault.vault import Vault
from tests.integrations.store.vault.conftest import CARD, XU, shown

WHY = "the customer's wish, case C-7"


@pytest.fixture
def originals(store: Store, vault: Vault) -> dict[int, int]:
    """Ticket → its original. 42 was made anew as 43 and that as 44, under one number; 50 is another, made as 51."""
    for old, new, number in ((42, 43, "10042"), (43, 44, "10042"), (50, 51, "10050")):
        put(store, old, new, number, Step.DONE)
    return {
        id: vault.seal(Origin(ticket_id=id, article_id=0, place="title", kind="bank_card"), Original.of_text(CARD)).id
        for id in (42, 43, 44, 50)
    }


def put(store: Store, old: int, new: int | None, number: str, step: Step) -> None:
    store.twins.want(old, number)
    found = store.twins.of(old)
    assert found is not None
    store.twins.put(Twin(ticket_id=old, number=number, step=step, begun_at=found.begun_at, new_id=new))


@pytest.mark.parametrize("id", [42, 43, 44])
def test_by_any_of_its_ids_all_of_it_is_destroyed(vault: Vault, originals: dict[int, int], id: int) -> None:
    assert vault.shred(id, XU, WHY) == 3

    alive = [one.origin.ticket_id for one in vault.rows.records() if one.shredded_at is None]
    assert alive == [50]
    assert shown(vault, originals[50]).content == CARD.encode()
    rows = [(row.about.ticket_id, row.what) for row in vault.rows.log() if row.event is Event.SHREDDED]
    assert rows == [(42, "1 originals"), (43, "1 originals"), (44, "1 originals")]


def test_its_ids_and_no_others(store: Store, originals: dict[int, int]) -> None:
    assert [store.twins.ids(id) for id in (42, 43, 44, 51, 7)] == [(42, 43, 44)] * 3 + [(50, 51), (7,)]


@pytest.mark.parametrize("step", [Step.SEALED, Step.ERASED, Step.MADE])
def test_while_it_is_made_anew_nothing_is_destroyed(
    vault: Vault, store: Store, originals: dict[int, int], step: Step
) -> None:
    """The masked copy from which it is made lies there, too."""
    put(store, 44, None, "10042", step)

    with pytest.raises(Denied, match="ticket 44 is being made anew"):
        vault.shred(42, XU, WHY)

    assert all(one.shredded_at is None for one in vault.rows.records())
    assert vault.rows.log()[-1].event is Event.DENIED


def test_one_that_is_yet_to_be_made_anew_can_be_destroyed(
    vault: Vault, store: Store, originals: dict[int, int]
) -> None:
    put(store, 44, None, "10042", Step.WANTED)

    assert vault.shred(44, XU, WHY) == 3
