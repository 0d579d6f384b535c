"""The vault: the one door to originals. Every use of it, and every vain attempt, is in the query log (6.1.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from sqlalchemy import Connection

from integrations.store.cases import Cases
from integrations.store.database import Bound, Session
from integrations.store.errors import NotFound, StoreError
from integrations.store.findings import Findings
from integrations.store.outside import Outside
from integrations.store.records import Finding, Message
from integrations.store.twins import Step, ids_of, line
from integrations.store.vault import approvals, log, requests
from integrations.store.vault.errors import Denied, Forged, KeyGone, Shredded, Tampered, WrongKey
from integrations.store.vault.keys import KeyRing
from integrations.store.vault.originals import Originals, shred
from integrations.store.vault.records import (
    About,
    Actor,
    Event,
    LogEntry,
    Origin,
    Original,
    Record,
    Request,
    Resealing,
    Rules,
    Sealed,
    Way,
)
from integrations.store.vault.rows import VaultRows
from policies.kernel.scrub import scrub_text

_NOTHING = About()
_SERVICE = Actor(login="zhidu", post=None, way=Way.SERVICE)

Tell = Callable[[Request], Message | None]


class Vault:
    """Each call is a transaction of its own, or, where it says so, two. By another secret than the one used so far
    nothing is done at all: WrongKey, since it could not be logged.

    random   so many bytes from the operating system's generator for keys
    put      puts a message into the outbox, in the transaction of a connection
    """

    def __init__(
        self,
        session: Session,
        outside: Outside,
        *,
        ring: KeyRing,
        rules: Rules,
        random: Callable[[int], bytes],
        put: Callable[[Connection, Message], object],
    ) -> None:
        self.ring, self.rules = ring, rules
        self.rows = VaultRows(session)
        self._session, self._now, self._random, self._put = session, outside.now, random, put
        self._originals = Originals(session, ring, random)

    def seal(self, origin: Origin, original: Original, *, value: str | None = None, comparable: bool = True) -> Sealed:
        """Seals `original`; durable when this returns, and only then may the helpdesk's copy be touched.

        The very same original at the same place is kept once, whatever the key it lies under.

        value        what the token is of, such as a card number without its spaces; None: the content as it is
        comparable   False: no token, as for passwords and codes, which are so few that equality tells too much
        raises       TooLarge – more than 64 MiB · WrongKey · StoreUnavailable
        """
        same = original.content if value is None else value.encode()
        return self._originals.seal(origin, original, same if comparable else None, self._now())

    def move(self, id: int, origin: Origin) -> None:
        """The original stands there by now: it is sealed anew, bound to that place, and shredded with that ticket.

        raises   NotFound · KeyGone · WrongKey – nothing is changed then · Tampered – nor then, and a grave finding
        """
        try:
            self._originals.move(id, origin, self._now())
        except Tampered as error:
            self._found(self.rows.record(id), error)
            raise

    def token(self, value: str) -> str:
        """The token of `value`, to find where else it stood."""
        return self.ring.token(value.encode())

    def ask(self, record_id: int, by: Actor, reason: str) -> Request:
        """Asks to see an original; what looks like personal data in `reason` is hidden.

        raises   NotFound · Denied – also in the log
        """
        now, reason = self._now(), scrub_text(reason.strip())
        with _Denials(self, by, About(record_id=record_id)), self._session.write() as connection:
            request = requests.ask(connection, record_id, by, reason, self.rules, now)
            self._log(connection, Event.REQUESTED, by, reason, **_of(connection, request))
            return request

    def approve(self, id: int, by: Actor, tell: Tell = lambda request: None) -> Request:
        """A second person's consent; `tell` makes the mail that goes with it. raises NotFound · Denied – also in the
        log"""
        nonce = self._random(16).hex()
        with _Denials(self, by, About(request_id=id)), self._session.write() as connection:
            request = requests.approve(connection, id, by, self.rules, ring=self.ring, nonce=nonce, at=self._now())
            self._log(connection, Event.APPROVED, by, request.reason, **_of(connection, request))
            message = tell(request)
            if message is not None:
                self._put(connection, message)
            return request

    def refuse(self, id: int, by: Actor, why: str) -> Request:
        """No consent. raises NotFound · Denied – also in the log"""
        why = scrub_text(why.strip())
        with _Denials(self, by, About(request_id=id)), self._session.write() as connection:
            request = requests.refuse(connection, id, by, why, self.rules, self._now())
            self._log(connection, Event.REFUSED, by, why, **_of(connection, request))
            return request

    def reveal(self, id: int, by: Actor) -> tuple[Request, Original]:
        """The original, to the one who asked, once: used up before it leaves, so that a crash shows it to nobody.

        raises   NotFound · Denied – also in the log · Shredded · KeyGone · WrongKey – nothing is used up then ·
                 Tampered · Forged – nor then, and a grave finding
        """
        try:
            with _Denials(self, by, About(request_id=id)), self._session.write() as connection:
                request = requests.take(connection, id, by, self.rules, ring=self.ring, at=self._now())
                _, original = self._originals.open(connection, request.record_id)
                self._log(connection, Event.REVEALED, by, request.reason, **_of(connection, request))
            return request, original
        except Tampered as error:
            self._found(self.rows.record(self.rows.request(id).record_id), error)
            raise

    def link(self, request: Request) -> str:
        """The signature that a one-time link to `request` carries: another for each approval."""
        parts = (request.id, request.by, request.nonce, request.requested_at.timestamp())
        return self.ring.link("\n".join(map(str, parts)).encode())

    def linked(self, id: int, signature: str, address: str | None = None) -> Request | None:
        """The approved request that the link was made for; None, and a line in the log where there is such a request:
        it is not the link, or nobody approved the request. `address`: of who asks."""
        try:
            request = self.rows.request(id)
        except NotFound:
            return None
        known = request.nonce is not None and request.approval_mark is not None
        nobody, about = Actor(login="", post=None, way=Way.LINK, address=address), About(request_id=id)
        if not known or not self.ring.same(self.link(request), signature):
            self.denied(nobody, "a link with a wrong signature", about)
            return None
        try:
            with _Denials(self, nobody, about):
                self.check(request)
        except Forged:
            return None
        return request

    def check(self, request: Request) -> None:
        """raises Forged – the approval of `request` is not as the vault gave it"""
        approvals.check(self.ring, request)

    def shred(self, ticket_id: int, by: Actor, why: str) -> int:
        """Makes every original of the ticket unreadable for good, under all ids it had. Returns how many they were.

        raises   Denied – no post that may approve, no reason in words, or the ticket is being made anew ·
                 NotFound – nothing readable is kept of it
        """
        with _Denials(self, by, About(ticket_id=ticket_id)), self._session.write() as connection:
            if by.post is None or by.post not in self.rules.approve:
                raise Denied(f"{by.login} holds no post that may destroy originals")
            if not requests.in_words(scrub_text(why)):
                raise Denied("destroying originals needs a reason in words")
            twins = line(connection, ticket_id)
            if busy := [twin.ticket_id for twin in twins if twin.step not in (Step.WANTED, Step.DONE)]:
                raise Denied(f"ticket {busy[0]} is being made anew, from what would be destroyed: wait until it is")
            counts = {id: shred(connection, id, self._now()) for id in ids_of(ticket_id, twins)}
            if not any(counts.values()):
                raise NotFound(f"the vault keeps no original of ticket {ticket_id}")
            for id, count in counts.items():
                if count:
                    about = About(ticket_id=id)
                    self._log(connection, Event.SHREDDED, by, why.strip(), what=f"{count} originals", about=about)
            return sum(counts.values())

    def reseal(self, limit: int = 100) -> Resealing:
        """Seals up to `limit` originals of retired keys anew with the current one. Can be stopped anywhere, and be
        called again, by several at once."""
        done = self._originals.reseal(limit, self._now(), self._found)
        if done.moved:
            with self._session.write() as connection:
                what = f"{done.moved} under {self.ring.current}, {done.left} left"
                self._log(connection, Event.RESEALED, _SERVICE, f"retired: {', '.join(self.ring.retired)}", what=what)
        return done

    def log_broken_at(self) -> int | None:
        """The first row of the query log that is not as it was written; None: all are."""
        return log.broken_at(self._session, self.ring)

    def _found(self, record: Record, error: StoreError) -> None:
        """An original does not open that should: a grave finding, a line in the log, and a mark on it."""
        at, origin = self._now(), record.origin
        with self._session.write() as connection:
            unit = Bound(connection)
            Originals(unit, self.ring, self._random).fault(record.id, str(error))
            _raise(unit, f"vault:{record.id}:tampered", "6.1.1", origin.ticket_id, str(error), at)
            about = About(record_id=record.id, ticket_id=origin.ticket_id)
            self._log(connection, Event.TAMPERED, _SERVICE, str(error), what=_what(record), about=about)

    def forged(self, by: Actor, why: str, id: int) -> None:
        """An approval that the vault did not give: a grave finding, and a line in the log."""
        request = self.rows.request(id)
        about = About(request_id=id, record_id=request.record_id, ticket_id=request.ticket_id)
        with self._session.write() as connection:
            _raise(Bound(connection), f"vault:request:{id}:forged", "6.1.4", request.ticket_id, why, self._now())
            self._log(connection, Event.TAMPERED, by, why, about=about)

    def denied(self, by: Actor, why: str, about: About) -> None:
        """A vain attempt, into the log."""
        with self._session.write() as connection:
            self._log(connection, Event.DENIED, by, why, about=about)

    def _log(
        self, connection: Connection, event: Event, by: Actor, why: str, *, what: str = "", about: About = _NOTHING
    ) -> None:
        who, post = by.login, by.post or ""
        if by.way is Way.LINK:
            # Whoever has a link can use it: whose it is is known, and not who came.
            what = ", ".join(filter(None, (what, by.login and f"the link of {by.login}")))
            who = post = ""
        entry = LogEntry(
            at=self._now(),
            event=event,
            who=who,
            account=by.account,
            post=post,
            way=by.way,
            address=by.address,
            why=why,
            what=what,
            about=about,
        )
        log.append(connection, self.ring, entry)


class _Denials:
    """Logs, in a transaction of its own, what was denied in the one that is inside."""

    def __init__(self, vault: Vault, by: Actor, about: About) -> None:
        self._vault, self._by, self._about = vault, by, about

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Forged) and self._about.request_id is not None:
            self._vault.forged(self._by, str(error), self._about.request_id)
        elif isinstance(error, Denied | NotFound | Shredded | KeyGone | WrongKey | Tampered):
            self._vault.denied(self._by, str(error), self._about)


def _raise(unit: Bound, key: str, clause: str, ticket_id: int, evidence: str, at: datetime) -> None:
    """A grave finding: what lies in the store is not what the vault put there."""
    finding = Finding(
        key=key, case_id=Cases(unit).of(ticket_id) or f"T{ticket_id}", ticket_id=ticket_id, clause=clause,
        code="vault_tampered", person_id=None, at=at, evidence=evidence, grave=True,
    )  # fmt: skip
    Findings(unit).raise_(finding)


class _Logged(TypedDict):
    what: str
    about: About


def _of(connection: Connection, request: Request) -> _Logged:
    record = requests.record_at(connection, request.record_id)
    about = About(request_id=request.id, record_id=request.record_id, ticket_id=request.ticket_id)
    return {"what": _what(record), "about": about}


def _what(record: Record) -> str:
    origin = record.origin
    return f"{origin.kind}, {origin.place}, article {origin.article_id}"
