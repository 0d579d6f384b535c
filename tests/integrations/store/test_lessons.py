"""4.3.3: corrections are kept once each, with hashed runs; of models one is enabled, by name."""

from datetime import UTC, datetime, timedelta

from integrations.store.store import Store

AT = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)


def test_a_correction_is_kept_once_and_its_message_looked_at_once(store: Store) -> None:
    asked: list[int] = []

    def runs() -> tuple[int, ...]:
        asked.append(1)
        return (3, 5, 8)

    assert store.corrections.keep(42, "inquiry", "business", AT, runs)
    assert not store.corrections.keep(42, "inquiry", "business", AT, runs)
    assert len(asked) == 1
    assert [(one.was, one.label, one.at, one.runs) for one in store.corrections.all()] == [
        ("inquiry", "business", AT, (3, 5, 8))
    ]


def test_the_last_correction_of_a_ticket_counts(store: Store) -> None:
    store.corrections.keep(43, None, "support", AT + timedelta(hours=2), lambda: ())
    store.corrections.keep(42, "inquiry", "business", AT, lambda: (1,))
    store.corrections.keep(42, "business", "complaint", AT + timedelta(hours=1), lambda: (1,))

    assert [(one.ticket_id, one.was, one.label) for one in store.corrections.all()] == [
        (42, "business", "complaint"),
        (43, None, "support"),
    ]


def test_one_model_is_enabled_at_most(store: Store) -> None:
    model = {"labels": ["a", "b"], "intercepts": [0.0, 0.5], "weights": {"7": [0.0, 1.0]}}
    assert store.learnt.enabled() is None
    assert [store.learnt.add(40, {"accuracy": 0.8}, model), store.learnt.add(50, {"accuracy": 0.9}, model)] == [1, 2]
    assert store.learnt.enabled() is None

    assert store.learnt.enable(1, "王主管")
    assert store.learnt.enable(2, "李经理")
    enabled = store.learnt.enabled()
    assert enabled is not None
    assert (enabled.number, enabled.enabled_by, enabled.model, enabled.figures) == (
        2,
        "李经理",
        model,
        {"accuracy": 0.9},
    )
    assert enabled.enabled_at is not None
    assert not store.learnt.enable(9, "王主管")
    assert store.learnt.enable(None, "王主管")
    assert store.learnt.enabled() is None
    assert [row.number for row in store.learnt.all()] == [2, 1]
