"""Originals in the database: sealed, opened, sealed anew under another key, destroyed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from integrations.store.database import Session, batched, insert_into
from integrations.store.errors import NotFound, StoreError
from integrations.store.vault import cipher, known
from integrations.store.vault.errors import Shredded, Tampered
from integrations.store.vault.keys import KEY_BYTES, NONCE_BYTES, KeyRing
from integrations.store.vault.records import Origin, Original, Piece, Record, Resealing, Seal, Sealed
from integrations.store.vault.rows import record_of
from integrations.store.vault.tables import VAULT_DATA_KEYS, VAULT_PIECES, VAULT_RECORDS, VAULT_REQUESTS

_RECORD = VAULT_RECORDS.c


class Originals:
    """`random` gives so many bytes from the operating system's generator for keys."""

    def __init__(self, session: Session, ring: KeyRing, random: Callable[[int], bytes]) -> None:
        self._session, self._ring, self._random = session, ring, random

    def seal(self, origin: Origin, original: Original, value: bytes | None, at: datetime) -> Sealed:
        """Keeps `original`, once for the same content at the same place; where the key of an earlier one is gone, in
        its stead. `value`: what the token is of, None: no token."""
        data = cipher.packed(original)
        digest = self._ring.digest(cipher.about(origin), data)
        token = None if value is None else self._ring.token(value)
        with self._session.write() as connection:
            known.remember(connection, self._ring, known.SECRET, at)
            row = connection.execute(select(VAULT_RECORDS).where(_RECORD.digest == digest).with_for_update()).first()
            if row is None:
                row = self._placed(connection, origin, original, digest, token, at)
            elif row.pieces and row.fault is None and row.key_id in self._ring.ids:
                return Sealed(id=row.id, token=row.token, new=False)
            self._write(connection, row.id, origin, digest, data, at)
            return Sealed(id=row.id, token=row.token, new=True)

    def _placed(
        self, connection: Connection, origin: Origin, original: Original, digest: str, token: str | None, at: datetime
    ) -> Row[Any]:
        """The row of an original whose pieces are yet to be written, in the same transaction."""
        statement = insert_into(connection, VAULT_RECORDS).values(
            ticket_id=origin.ticket_id, article_id=origin.article_id, place=origin.place, kind=origin.kind,
            digest=digest, token=token, key_id=self._ring.current, version=cipher.VERSION,
            text=original.text, size=len(original.content), pieces=0, sealed_at=at,
        )  # fmt: skip
        connection.execute(statement.on_conflict_do_nothing(index_elements=[_RECORD.digest]))
        # Where another has just placed the same one, it is waited for and then found here.
        return connection.execute(select(VAULT_RECORDS).where(_RECORD.digest == digest).with_for_update()).one()

    def _write(
        self, connection: Connection, record_id: int, origin: Origin, digest: str, data: bytes, at: datetime
    ) -> None:
        """Seals `data` under the current key; what was there before goes."""
        data_key_id, data_key = self._data_key(connection, origin.ticket_id, at)
        seal = Seal(origin=origin, key_id=self._ring.current, digest=digest, version=cipher.VERSION)
        pieces = cipher.sealed(data, seal, data_key, self._random)
        connection.execute(delete(VAULT_PIECES).where(VAULT_PIECES.c.record_id == record_id))
        for turn, piece in enumerate(pieces):
            values = {"record_id": record_id, "turn": turn, "data_key_id": data_key_id}
            connection.execute(insert(VAULT_PIECES).values(**values, nonce=piece.nonce, sealed=piece.sealed))
        connection.execute(
            update(VAULT_RECORDS)
            .where(_RECORD.id == record_id)
            .values(
                key_id=self._ring.current,
                data_key_id=data_key_id,
                version=cipher.VERSION,
                pieces=len(pieces),
                fault=None,
                digest=digest,
            )
        )

    def _data_key(self, connection: Connection, ticket_id: int, at: datetime) -> tuple[int, bytes]:
        """The ticket's data key of this period, made where there is none."""
        current = self._ring.current
        known.remember(connection, self._ring, current, at)
        table = VAULT_DATA_KEYS.c
        find = select(VAULT_DATA_KEYS).where(table.ticket_id == ticket_id, table.key_id == current).with_for_update()
        row = connection.execute(find).first()
        if row is None:
            nonce, about = self._random(NONCE_BYTES), cipher.about_data_key(ticket_id, current)
            wrapped = self._ring.wrap(current, self._random(KEY_BYTES), nonce, about)
            values = {"ticket_id": ticket_id, "key_id": current, "nonce": nonce, "wrapped": wrapped, "created_at": at}
            statement = insert_into(connection, VAULT_DATA_KEYS).values(**values)
            connection.execute(statement.on_conflict_do_nothing(index_elements=["ticket_id", "key_id"]))
            row = connection.execute(find).one()
        return row.id, self._unwrapped(row)

    def _unwrapped(self, row: Row[Any]) -> bytes:
        return self._ring.unwrap(row.key_id, row.wrapped, row.nonce, cipher.about_data_key(row.ticket_id, row.key_id))

    def open(self, connection: Connection, id: int) -> tuple[Record, Original]:
        """The original `id`. raises NotFound · Shredded · KeyGone · WrongKey · Tampered"""
        row = connection.execute(select(VAULT_RECORDS).where(_RECORD.id == id)).first()
        if row is None:
            raise NotFound(f"the vault has no original {id}")
        return record_of(row), cipher.unpacked(self._data(connection, row))

    def _data(self, connection: Connection, row: Row[Any]) -> bytes:
        record = record_of(row)
        if row.shredded_at is not None:
            raise Shredded(f"original {row.id} was destroyed at {row.shredded_at.isoformat(timespec='minutes')}")
        key = connection.execute(select(VAULT_DATA_KEYS).where(VAULT_DATA_KEYS.c.id == row.data_key_id)).first()
        if key is None or (key.key_id, key.ticket_id) != (row.key_id, row.ticket_id):
            raise Tampered(f"original {row.id}: its ticket's data key is missing, or of another ticket or period")
        known.check(connection, self._ring, row.key_id)
        data_key = self._unwrapped(key)
        turns = select(VAULT_PIECES).where(VAULT_PIECES.c.record_id == row.id).order_by(VAULT_PIECES.c.turn)
        pieces = [Piece(nonce=bytes(one.nonce), sealed=bytes(one.sealed)) for one in connection.execute(turns)]
        seal = Seal(origin=record.origin, key_id=row.key_id, digest=row.digest or "", version=row.version)
        return cipher.opened(pieces, seal, data_key)

    def reseal(self, limit: int, at: datetime, failed: Callable[[Record, StoreError], None]) -> Resealing:
        """Seals up to `limit` originals of retired keys anew, each in a transaction of its own; a data key without
        originals goes with its last one. What does not open is told to `failed` and passed over from then on."""
        retired = tuple(self._ring.retired)
        of_retired = (_RECORD.key_id.in_(retired), _RECORD.shredded_at.is_(None), _RECORD.fault.is_(None))
        with self._session.read() as connection:
            found = select(_RECORD.id).where(*of_retired).order_by(_RECORD.id).limit(limit)
            ids = list(connection.scalars(found)) if retired else []
        moved = sum(self._reseal(id, at, failed) for id in ids)
        with self._session.write() as connection:
            used = select(_RECORD.id).where(_RECORD.data_key_id == VAULT_DATA_KEYS.c.id).exists()
            connection.execute(delete(VAULT_DATA_KEYS).where(VAULT_DATA_KEYS.c.key_id.in_(retired), ~used))
            left = connection.scalar(select(func.count()).select_from(VAULT_RECORDS).where(*of_retired))
        return Resealing(moved=moved, left=left or 0)

    def _reseal(self, id: int, at: datetime, failed: Callable[[Record, StoreError], None]) -> bool:
        try:
            with self._session.write() as connection:
                row = connection.execute(select(VAULT_RECORDS).where(_RECORD.id == id).with_for_update()).one()
                record = record_of(row)
                if row.shredded_at is not None or row.key_id not in self._ring.retired:
                    return False
                self._write(connection, id, record.origin, row.digest, self._data(connection, row), at)
                return True
        except Tampered as error:
            failed(record, error)
            return False

    def move(self, id: int, origin: Origin, at: datetime) -> bool:
        """Seals the original `id` anew for where it stands by now; of a place that lost its last one the data keys go.

        returns  False: it is destroyed, so that only where it stood is told anew
        raises   NotFound · KeyGone · WrongKey · Tampered – nothing is changed then
        """
        with self._session.write() as connection:
            row = connection.execute(select(VAULT_RECORDS).where(_RECORD.id == id).with_for_update()).first()
            if row is None:
                raise NotFound(f"the vault has no original {id}")
            if connection.dialect.name == "sqlite":
                # What is left of the old data key would open the old pieces after the new one is destroyed.
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            names = ("ticket_id", "article_id", "place", "kind")
            told = {name: getattr(origin, name) for name in names}
            if row.shredded_at is None:
                data = self._data(connection, row)
                digest = self._ring.digest(cipher.about(origin), data)
                self._write(connection, id, origin, digest, data, at)
            connection.execute(update(VAULT_RECORDS).where(_RECORD.id == id).values(**told))
            asked = update(VAULT_REQUESTS).where(VAULT_REQUESTS.c.record_id == id)
            connection.execute(asked.values(ticket_id=origin.ticket_id))
            used = select(_RECORD.id).where(_RECORD.data_key_id == VAULT_DATA_KEYS.c.id).exists()
            connection.execute(delete(VAULT_DATA_KEYS).where(VAULT_DATA_KEYS.c.ticket_id == row.ticket_id, ~used))
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=OFF")
            return row.shredded_at is None

    def fault(self, id: int, why: str) -> None:
        """Remembers that the original did not open."""
        with self._session.write() as connection:
            connection.execute(update(VAULT_RECORDS).where(_RECORD.id == id).values(fault=why))


def shred(connection: Connection, ticket_id: int, at: datetime) -> int:
    """Destroys the ticket's data keys, and with them every original of it: what is left says that there was one.

    Returns how many originals. On SQLite the freed pages are overwritten.
    """
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    keys = VAULT_DATA_KEYS.c.ticket_id == ticket_id
    alive = (_RECORD.ticket_id == ticket_id, _RECORD.shredded_at.is_(None))
    # In the order in which sealing takes them; whoever seals for the ticket meanwhile is waited for, and found then.
    connection.execute(select(_RECORD.id).where(*alive).with_for_update()).all()
    connection.execute(select(VAULT_DATA_KEYS.c.id).where(keys).with_for_update()).all()
    ids = list(connection.scalars(select(_RECORD.id).where(*alive)))
    for part in batched(ids):
        connection.execute(delete(VAULT_PIECES).where(VAULT_PIECES.c.record_id.in_(part)))
    gone = {"shredded_at": at, "data_key_id": None, "digest": None, "token": None, "pieces": 0, "fault": None}
    connection.execute(update(VAULT_RECORDS).where(*alive).values(**gone))
    connection.execute(delete(VAULT_DATA_KEYS).where(keys))
    if sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    return len(ids)
