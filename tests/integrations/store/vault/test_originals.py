"""What is sealed comes out as it went in, for whoever has the key, and only so."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from integrations.store.errors import StoreBroken
from integrations.store.store import Store
from integrations.store.vault import cipher
from integrations.store.vault.errors import Denied, KeyGone, Shredded, Tampered, TooLarge, WrongKey
from integrations.store.vault.keys import KeyRing, RingKey
from integrations.store.vault.records import Origin, Original, Seal
from integrations.store.vault.tables import VAULT_DATA_KEYS, VAULT_PIECES, VAULT_RECORDS
from integrations.store.vault.vault import Vault
from tests.integrations.store.vault.conftest import AGNES, BODY, CARD, KEYS, SECRET, XU, Open, ring, shown

ORIGINALS = {
    "a text": Original.of_text(f"卡号 {CARD}"),
    "an empty one": Original(content=b""),
    "a lone surrogate": Original.of_text("\ud800 and on"),
    "an attachment with its name": Original(content=os.urandom(5000), name="身份证 正面.jpg"),
    "one piece exactly": Original(content=bytes(cipher.PIECE_BYTES - 3)),
    "a byte more than one piece": Original(content=bytes(cipher.PIECE_BYTES - 2)),
    "three pieces": Original(content=os.urandom(3 * cipher.PIECE_BYTES - 100), name="statement.pdf"),
}


@pytest.mark.parametrize("original", ORIGINALS.values(), ids=ORIGINALS)
def test_round_trip(vault: Vault, original: Original) -> None:
    sealed = vault.seal(BODY, original)

    assert shown(vault, sealed.id) == original


def test_nothing_readable_is_in_the_store(vault: Vault, store: Store) -> None:
    vault.seal(BODY, Original(content=CARD.encode(), name="wang-xiaoming.txt"))

    with store._database.read() as connection:
        for table in (VAULT_RECORDS, VAULT_PIECES, VAULT_DATA_KEYS):
            held = repr([tuple(row) for row in connection.execute(select(table))])
            assert held != "[]"
            assert CARD not in held
            assert "wang" not in held
            assert not any(key.hex() in held or repr(key)[2:-1] in held for key in (SECRET, *KEYS.values()))


def test_the_same_is_sealed_once(vault: Vault) -> None:
    first = vault.seal(BODY, Original.of_text(CARD))
    again = vault.seal(BODY, Original.of_text(CARD))
    elsewhere = vault.seal(Origin(ticket_id=43, article_id=1, place="title", kind="bank_card"), Original.of_text(CARD))

    assert (again.id, first.new, again.new) == (first.id, True, False)
    assert (elsewhere.id != first.id, elsewhere.new) == (True, True)
    assert elsewhere.token == first.token


TOKENS = {
    "the same value written otherwise": (("6222 02", "622202"), ("6222-02", "622202"), True),
    "the same content": (("6222 02", None), ("6222 02", None), True),
    "another value": (("6222 02", "622202"), ("6222 02", "622203"), False),
}


@pytest.mark.parametrize(("one", "other", "equal"), TOKENS.values(), ids=TOKENS)
def test_tokens(vault: Vault, one: tuple[str, str | None], other: tuple[str, str | None], equal: bool) -> None:
    places = (BODY, Origin(ticket_id=7, article_id=8, place="body", kind="account"))
    tokens = {vault.seal(place, Original.of_text(text), value=value).token for place, (text, value) in zip(
        places, (one, other), strict=True)}  # fmt: skip

    assert (len(tokens) == 1) is equal
    assert not tokens & {"622202", None}


def test_what_is_not_to_be_compared_has_no_token(vault: Vault) -> None:
    assert vault.seal(BODY, Original.of_text("123"), comparable=False).token is None


def test_a_token_outlives_a_change_of_keys_and_finds_its_records(opened_by: Open) -> None:
    before = opened_by(ring("2026h1")).seal(BODY, Original.of_text(CARD))
    later = opened_by(ring("2026h2", "2026h1"))
    after = later.seal(Origin(ticket_id=44, article_id=1, place="body", kind="bank_card"), Original.of_text(CARD))

    assert after.token == before.token == later.token(CARD)
    assert [record.id for record in later.rows.records(token=before.token)] == [before.id, after.id]


def test_too_large(vault: Vault) -> None:
    with pytest.raises(TooLarge, match="at most 64 MiB"):
        vault.seal(BODY, Original(content=bytes(cipher.LARGEST_BYTES + 1)))


def test_losing_a_key_loses_its_period_only(opened_by: Open) -> None:
    old = opened_by(ring("2026h1")).seal(BODY, Original.of_text(CARD))
    vault = opened_by(ring("2026h2", missing=("2026h1",)))
    new = vault.seal(Origin(ticket_id=42, article_id=901, place="body", kind="mobile"), Original.of_text("13800138000"))

    assert shown(vault, new.id).content == b"13800138000"
    request = vault.ask(old.id, AGNES, "why not")
    vault.approve(request.id, XU)
    for _ in range(2):  # nothing is used up
        with pytest.raises(KeyGone, match="2026h1 is not at hand: keys/old cannot be read"):
            vault.reveal(request.id, AGNES)
    assert [record.id for record in vault.rows.unreadable("2026h1")] == [old.id]
    assert dict(vault.rows.holdings(datetime.now(UTC)).by_key) == {"2026h1": 1, "2026h2": 1}


def test_an_original_whose_key_is_gone_is_sealed_again_in_its_stead(opened_by: Open) -> None:
    old = opened_by(ring("2026h1")).seal(BODY, Original.of_text(CARD))
    vault = opened_by(ring("2026h2"))

    again = vault.seal(BODY, Original.of_text(CARD))

    assert (again.id, again.new) == (old.id, True)
    assert shown(vault, old.id).content == CARD.encode()


def test_another_key_under_the_same_id_is_noticed(opened_by: Open) -> None:
    sealed = opened_by(ring()).seal(BODY, Original.of_text(CARD))
    other = opened_by(KeyRing(keys=[RingKey(id="2026h1", secret=os.urandom(32))], current="2026h1", secret=SECRET))

    with pytest.raises(WrongKey, match="the key 2026h1 is another"):
        other.seal(BODY, Original.of_text("something else"))
    with pytest.raises(WrongKey, match="the key 2026h1 is another"):
        shown(other, sealed.id)
    assert other.rows.holdings(datetime.now(UTC)).faults == {}


def test_another_secret_is_noticed(opened_by: Open) -> None:
    opened_by(ring()).seal(BODY, Original.of_text(CARD))
    key = RingKey(id="2026h1", secret=KEYS["2026h1"])

    with pytest.raises(WrongKey, match="the vault's secret is another"):
        opened_by(KeyRing(keys=[key], current="2026h1", secret=os.urandom(32))).seal(BODY, Original.of_text("x"))


def forged(table, **values: object) -> Callable[[object, int], object]:
    return lambda connection, id: connection.execute(  # type: ignore[attr-defined]
        update(table).where((table.c.id if "id" in table.c else table.c.record_id) == id).values(**values)
    )


def swapped(connection, id: int) -> None:
    """The pieces of two originals, of the same kind at the same place, exchanged."""
    rows = connection.execute(select(VAULT_PIECES).where(VAULT_PIECES.c.turn == 0)).all()
    connection.execute(delete(VAULT_PIECES).where(VAULT_PIECES.c.turn == 0))
    for row, other in zip(rows, reversed(rows), strict=True):
        connection.execute(insert(VAULT_PIECES).values({**row._mapping, "record_id": other.record_id}))


TAMPERED = {
    "another ticket": forged(VAULT_RECORDS, ticket_id=43),
    "another article": forged(VAULT_RECORDS, article_id=1),
    "another place": forged(VAULT_RECORDS, place="title"),
    "another kind": forged(VAULT_RECORDS, kind="mobile"),
    "another digest": forged(VAULT_RECORDS, digest="0" * 64),
    "another version": forged(VAULT_RECORDS, version=2),
    "another period": forged(VAULT_RECORDS, key_id="2026h2"),
    "another nonce": forged(VAULT_PIECES, nonce=bytes(12)),
    "a short nonce": forged(VAULT_PIECES, nonce=b"1234"),
    "another text": forged(VAULT_PIECES, sealed=bytes(40)),
    "an empty text": forged(VAULT_PIECES, sealed=b""),
    "a piece gone": lambda connection, id: connection.execute(delete(VAULT_PIECES)),
    "another data key": lambda connection, id: connection.execute(update(VAULT_DATA_KEYS).values(wrapped=bytes(48))),
    "the data key of another ticket": lambda connection, id: connection.execute(
        update(VAULT_DATA_KEYS).values(ticket_id=43)
    ),
    "the text of another original": swapped,
}


@pytest.mark.parametrize("forge", TAMPERED.values(), ids=TAMPERED)
def test_what_is_tampered_with_does_not_open_and_is_a_grave_finding(
    opened_by: Open, store: Store, forge: Callable[..., object]
) -> None:
    vault = opened_by(ring("2026h1", "2026h2"))
    sealed = vault.seal(BODY, Original.of_text(CARD))
    vault.seal(BODY, Original.of_text("6217 0000 1000 0000 002"))
    request = vault.ask(sealed.id, AGNES, "to compare")
    vault.approve(request.id, XU)
    with store._database.write() as connection:
        forge(connection, sealed.id)

    with pytest.raises(Tampered):
        vault.reveal(request.id, AGNES)

    (found,) = store.findings.list(code="vault_tampered")
    assert (found.finding.grave, found.finding.clause, CARD in found.finding.evidence) == (True, "6.1.1", False)
    assert list(vault.rows.holdings(datetime.now(UTC)).faults) == [sealed.id]
    assert vault.rows.log()[-1].event == "tampered"
    assert vault.rows.request(request.id).revealed_at is None


def test_pieces_cannot_change_places_or_be_cut(vault: Vault, store: Store) -> None:
    original = Original(content=os.urandom(2 * cipher.PIECE_BYTES + 5))
    sealed = vault.seal(BODY, original)
    request = vault.ask(sealed.id, AGNES, "to compare")
    vault.approve(request.id, XU)
    turn = VAULT_PIECES.c.turn
    for change in (turn * -1, turn):  # backwards, then forwards again
        with store._database.write() as connection:
            connection.execute(update(VAULT_PIECES).values(turn=change))
        if change is not turn:
            with pytest.raises(Tampered):
                vault.reveal(request.id, AGNES)
            with store._database.write() as connection:
                connection.execute(update(VAULT_PIECES).values(turn=turn * -1))
    with store._database.write() as connection:
        connection.execute(delete(VAULT_PIECES).where(turn == 2))
    with pytest.raises(Tampered):
        vault.reveal(request.id, AGNES)


def test_a_nonce_is_never_used_twice(opened_by: Open) -> None:
    """A broken source of chance is refused by the database, before anything is kept."""
    vault = opened_by(ring(), random=lambda count: b"\x07" * count)
    vault.seal(BODY, Original.of_text("one"))

    with pytest.raises(StoreBroken):
        vault.seal(BODY, Original.of_text("two"))
    assert len(vault.rows.records()) == 1


def test_ten_thousand_nonces_differ() -> None:
    seal = Seal(origin=BODY, key_id="k", digest="d", version=1)
    key = os.urandom(32)
    nonces = {cipher.sealed(b"x", seal, key, os.urandom)[0].nonce for _ in range(10_000)}
    assert len(nonces) == 10_000


NAMES = st.text(st.characters(codec="utf-8"), max_size=20)
ORIGINS = st.builds(Origin, ticket_id=st.integers(1, 10**9), article_id=st.integers(0, 10**9), place=NAMES, kind=NAMES)
SEALS = st.builds(Seal, origin=ORIGINS, key_id=NAMES, digest=NAMES, version=st.integers(1, 9))


@given(data=st.binary(min_size=1, max_size=300), name=NAMES, seal=SEALS, key=st.binary(min_size=32, max_size=32))
def test_any_original_comes_back(data: bytes, name: str, seal: Seal, key: bytes) -> None:
    original = Original(content=data, name=name)
    pieces = cipher.sealed(cipher.packed(original), seal, key, os.urandom)
    assert cipher.unpacked(cipher.opened(pieces, seal, key)) == original


@given(seal=SEALS, other=SEALS, key=st.binary(min_size=32, max_size=32))
def test_no_other_binding_opens_it(seal: Seal, other: Seal, key: bytes) -> None:
    pieces = cipher.sealed(b"6222", seal, key, os.urandom)
    if seal == other:
        assert cipher.opened(pieces, other, key) == b"6222"
        return
    with pytest.raises(Tampered):
        cipher.opened(pieces, other, key)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(min_size=1, max_size=60), which=st.booleans(), bit=st.integers(0, 10_000))
def test_no_bit_may_flip(data: bytes, which: bool, bit: int) -> None:
    seal, key = Seal(origin=BODY, key_id="k", digest="d", version=1), bytes(range(32))
    (piece,) = cipher.sealed(data, seal, key, os.urandom)
    target = bytearray(piece.nonce if which else piece.sealed)
    bit %= len(target) * 8
    target[bit // 8] ^= 1 << bit % 8
    flipped = type(piece)(
        nonce=bytes(target) if which else piece.nonce, sealed=piece.sealed if which else bytes(target)
    )
    with pytest.raises(Tampered):
        cipher.opened([flipped], seal, key)


def test_shredding_a_ticket_makes_its_originals_unreadable_for_good(vault: Vault, store: Store) -> None:
    gone = [vault.seal(BODY, Original.of_text(text)) for text in (CARD, "another")]
    other = vault.seal(Origin(ticket_id=43, article_id=1, place="body", kind="bank_card"), Original.of_text(CARD))
    request = vault.ask(gone[0].id, AGNES, "to compare")
    vault.approve(request.id, XU)

    assert vault.shred(42, XU, "the customer's wish, case C-7") == 2

    with pytest.raises(Shredded):
        vault.reveal(request.id, AGNES)
    with pytest.raises(Denied, match="was destroyed"):
        vault.ask(gone[1].id, AGNES, "to compare")
    assert shown(vault, other.id).content == CARD.encode()
    with store._database.read() as connection:
        assert connection.scalar(select(VAULT_DATA_KEYS.c.id).where(VAULT_DATA_KEYS.c.ticket_id == 42)) is None
        ids = set(connection.scalars(select(VAULT_PIECES.c.record_id)))
    assert ids == {other.id}
    left = vault.rows.record(gone[0].id)
    assert (left.shredded_at is not None, left.token, left.origin) == (True, None, BODY)
    line = next(line for line in vault.rows.log() if line.event == "shredded")
    assert (line.who, line.why, line.what) == ("xu", "the customer's wish, case C-7", "2 originals")


def test_what_comes_after_shredding_is_sealed_anew(vault: Vault) -> None:
    first = vault.seal(BODY, Original.of_text(CARD))
    vault.shred(42, XU, "the customer's wish")

    again = vault.seal(BODY, Original.of_text(CARD))

    assert (again.id != first.id, again.new) == (True, True)
    assert shown(vault, again.id).content == CARD.encode()


def test_keys_show_nothing() -> None:
    keys = ring("2026h1", "2026h2")
    texts = [repr(keys), str(keys), repr(RingKey(id="k", secret=SECRET)), repr(Original.of_text(CARD)),
             str(Original.of_text(CARD))]  # fmt: skip
    for text in texts:
        assert CARD not in text
        assert not any(repr(key)[2:-1] in text for key in (SECRET, *KEYS.values()))


RINGS = {
    "two ids alike": ([("a", 1), ("a", 2)], "a", 3),
    "two keys alike": ([("a", 1), ("b", 1)], "a", 3),
    "a key that is the secret": ([("a", 1)], "a", 1),
    "a current key that is not there": ([("a", 1)], "b", 3),
}


@pytest.mark.parametrize(("keys", "current", "secret"), RINGS.values(), ids=RINGS)
def test_rings_that_are_none(keys: list[tuple[str, int]], current: str, secret: int) -> None:
    with pytest.raises(ValueError, match=r"the same|not there"):
        KeyRing(
            keys=[RingKey(id=id, secret=bytes([byte] * 32)) for id, byte in keys],
            current=current,
            secret=bytes([secret] * 32),
        )


def test_a_short_key_is_none() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing(keys=[RingKey(id="a", secret=b"short")], current="a", secret=SECRET)
