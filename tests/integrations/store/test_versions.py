"""Versions of the policy: who may do what to them, and which one is in force when."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event

from integrations.store.errors import NotFound, Refused
from integrations.store.store import Store
from integrations.store.versions import PolicyVersion, Signature, VersionStatus

AT = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LI = Signature(name="Li Min", account="limin")
XU = Signature(name="Xu Jing", account="xujing")
FILES = {"policies/complaints.yaml": "acknowledge: {}\n"}


def published(store: Store, by: Signature = LI, effective_at: datetime = AT, at: datetime = AT) -> PolicyVersion:
    return store.versions.publish(FILES, "d1", by, reason="stricter", at=at, effective_at=effective_at)


def approved(store: Store, effective_at: datetime = AT, at: datetime = AT) -> PolicyVersion:
    return store.versions.approve(published(store, effective_at=effective_at, at=at).number, XU, at=at)


def status(store: Store, version: PolicyVersion, at: datetime) -> VersionStatus:
    return version.status(at, store.versions.number_in_force(at))


@pytest.fixture
def statements(store: Store) -> Iterator[list[str]]:
    """What the store is asked in SQL."""
    asked: list[str] = []

    def listen(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    yield asked
    event.remove(Engine, "before_cursor_execute", listen)


def test_what_is_asked_again_and_again_reads_no_files(store: Store, statements: list[str]) -> None:
    """The files of a version may be large; who only wants to know which one decides does not read them."""
    first = approved(store)
    approved(store, effective_at=AT + DAY)
    statements.clear()

    assert store.versions.number_in_force(AT) == first.number
    assert store.versions.waiting(AT) == (2,)
    assert len(statements) == 2
    assert [statement for statement in statements if "files" in statement] == []


def test_the_version_in_force_is_read_alone(store: Store, statements: list[str]) -> None:
    approved(store)
    second = approved(store, effective_at=AT + DAY)
    statements.clear()

    assert store.versions.in_force(AT + DAY) == second
    assert len(statements) == 1
    assert "LIMIT" in statements[0]


def test_what_waits(store: Store) -> None:
    """For approval, or for its date; not what was withdrawn."""
    assert store.versions.waiting(AT) == ()
    store.versions.withdraw(approved(store, effective_at=AT + DAY).number, LI, why="no", at=AT)
    approved(store, effective_at=AT + DAY)
    published(store, effective_at=AT + 2 * DAY)
    assert store.versions.waiting(AT) == (2, 3)
    assert store.versions.waiting(AT + DAY) == (3,)


def test_a_version_comes_back_as_it_was_published(store: Store) -> None:
    version = published(store)

    assert store.versions.show(version.number) == version
    assert (version.number, dict(version.files), version.author, version.reason) == (1, FILES, LI, "stricter")
    assert status(store, version, AT) is VersionStatus.PROPOSED
    assert store.versions.in_force(AT) is None


def test_an_approved_version_is_in_force_from_its_date(store: Store) -> None:
    first, second = approved(store), approved(store, effective_at=AT + DAY)

    statuses = [
        [status(store, version, at) for version in (first, second)]
        for at in (AT, AT + DAY - timedelta(seconds=1), AT + DAY)
    ]

    assert statuses == [
        [VersionStatus.IN_FORCE, VersionStatus.DUE],
        [VersionStatus.IN_FORCE, VersionStatus.DUE],
        [VersionStatus.PAST, VersionStatus.IN_FORCE],
    ]
    assert store.versions.decided_until(AT + DAY) == (first, second)


def test_what_is_approved_after_its_date_is_in_force_from_the_approval(store: Store) -> None:
    version = store.versions.approve(published(store, effective_at=AT - DAY).number, XU, at=AT + DAY)

    assert version.since == AT + DAY
    assert store.versions.in_force(AT) is None


def test_a_version_that_is_due_can_be_withdrawn(store: Store) -> None:
    first, second = approved(store), approved(store, effective_at=AT + DAY)

    withdrawn = store.versions.withdraw(second.number, LI, why="the board said no", at=AT)

    assert status(store, withdrawn, AT + DAY) is VersionStatus.WITHDRAWN
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_why) == ("Li Min", "the board said no")
    assert store.versions.in_force(AT + DAY) == first


def test_an_installation_begins_with_a_version_that_nobody_need_approve(store: Store) -> None:
    first = store.versions.begin(FILES, "d1", LI, reason="as shipped", at=AT)

    assert store.versions.in_force(AT) == first
    with pytest.raises(Refused, match="there is a version already"):
        store.versions.begin(FILES, "d1", LI, reason="again", at=AT)


def test_of_two_that_begin_at_once_one_is_told_that_there_is_a_version(
    store: Store, opened: Callable[[], Store]
) -> None:
    """Two services that are started for the first time at the same moment."""
    stores, start, ends = [store, opened()], threading.Barrier(2), list[str]()

    def begin(store: Store) -> None:
        start.wait(10)
        try:
            store.versions.begin(FILES, "d1", LI, reason="as shipped", at=AT)
            ends.append("begun")
        except Refused as error:
            ends.append(str(error))

    threads = [threading.Thread(target=begin, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["begun", "there is a version already: publish another one"]


def test_one_account_is_enough_where_that_is_configured(store: Store) -> None:
    version = published(store)

    approved = store.versions.approve(
        version.number, Signature(name="Xu Jing", account="limin"), at=AT, one_account=True
    )

    assert approved.approver == Signature(name="Xu Jing", account="limin")


Act = Callable[[Store], object]
ANOTHER = "the second person approves it from another one, or zhidu.yaml says one_account: true"


@pytest.mark.parametrize(
    ("act", "message"),
    [
        pytest.param(
            lambda store: store.versions.publish(
                FILES, "d", Signature(name=" ", account="x"), reason="r", at=AT, effective_at=AT
            ),
            "who publishes it is not said",
            id="a nameless author",
        ),
        pytest.param(
            lambda store: store.versions.publish(FILES, "d", LI, reason=" ", at=AT, effective_at=AT),
            "a version needs a reason",
            id="no reason",
        ),
        pytest.param(
            lambda store: (published(store), published(store)),
            "version 1 waits for its approval: approve it, or take it back with zhidu policy withdraw 1",
            id="a second one while the first waits",
        ),
        pytest.param(
            lambda store: (approved(store, effective_at=AT + DAY), published(store)),
            "version 1 comes into force at 2026-09-29T08:00+00:00 and would undo this one: "
            "date this one later, or take it back with zhidu policy withdraw 1",
            id="one that a version dated ahead would undo",
        ),
        pytest.param(
            lambda store: store.versions.approve(
                published(store).number, Signature(name="li  MIN", account="x"), at=AT
            ),
            "version 1 is Li Min's own: a second person approves it, or take it back with zhidu policy withdraw 1",
            id="the author approves",
        ),
        pytest.param(
            lambda store: store.versions.approve(
                published(store).number, Signature(name="Min Li", account="limin"), at=AT
            ),
            "version 1 was published from this very account of the machine (limin): " + ANOTHER,
            id="another name from the author's account",
        ),
        pytest.param(
            lambda store: store.versions.approve(
                published(store).number, Signature(name="Min Li", account="limin (claimed by sudo)"), at=AT
            ),
            "version 1 was published from this very account of the machine (limin (claimed by sudo)): " + ANOTHER,
            id="another name from the author's account, says sudo",
        ),
        pytest.param(
            lambda store: store.versions.approve(published(store).number, Signature(name="Min Li", account=""), at=AT),
            "version 1 was published from the account limin, while the account of this command cannot be told: "
            + ANOTHER,
            id="another name from an account that cannot be told",
        ),
        pytest.param(
            lambda store: store.versions.approve(approved(store).number, XU, at=AT),
            "version 1 is approved already",
            id="approved twice",
        ),
        pytest.param(
            lambda store: store.versions.withdraw(approved(store).number, LI, why="w", at=AT),
            "version 1 is in force or was: publish another one instead",
            id="withdrawn while in force",
        ),
        pytest.param(
            lambda store: store.versions.withdraw(published(store).number, LI, why=" ", at=AT),
            "a withdrawal needs a reason",
            id="withdrawn without a reason",
        ),
        pytest.param(
            lambda store: [
                store.versions.withdraw(number, LI, why="w", at=AT) for number in [published(store).number] * 2
            ],
            "version 1 is withdrawn already",
            id="withdrawn twice",
        ),
        pytest.param(
            lambda store: store.versions.approve(
                store.versions.withdraw(published(store).number, LI, why="w", at=AT).number, XU, at=AT
            ),
            "version 1 is withdrawn",
            id="approved when withdrawn",
        ),
    ],
)
def test_what_may_not_be_is_refused(store: Store, act: Act, message: str) -> None:
    with pytest.raises(Refused) as refused:
        act(store)

    assert str(refused.value) == message


def test_an_unknown_version_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="there is no version 7"):
        store.versions.show(7)
