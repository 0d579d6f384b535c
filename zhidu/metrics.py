"""What the service counts, for Prometheus. One object, one registry; handed to `webhooks` and `jobs` by compose."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from integrations.store.errors import StoreError
from integrations.store.records import Depth
from webhooks.ports import Outcome

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_CALLS = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0)


class Metrics:
    """Every counter of the service. Safe to call from any thread.

    Labels are clause ids, rungs and outcomes: few, and nothing of a ticket or a person.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"zhidu_{name}", what, labels, registry=registry)

        def histogram(name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"zhidu_{name}", what, labels, buckets=buckets, registry=registry)

        deliveries = counter("deliveries", "Webhook deliveries by what became of them.", "outcome")
        # Resolved once: the intake counts each request. It also shows every outcome as 0 from the start.
        self._deliveries = {outcome: deliveries.labels(outcome.value) for outcome in Outcome}
        self._delivery_seconds = histogram("delivery_seconds", "From request to commit.", _FAST)
        self._processed = counter("processed", "Tickets looked at, by how it ended.", "outcome")
        self._process_seconds = histogram("process_seconds", "One look at a ticket.", _SLOW)
        self._reads = histogram("event_reads", "Calls that read from the helpdesk, per look.", _CALLS)
        self._writes = histogram("event_writes", "Calls that write to the helpdesk, per look.", _CALLS)
        self._decisions = counter("decisions", "Decisions by the clause they rest on.", "clause")
        self._findings = counter("findings", "Findings opened, by clause.", "clause", "grave")
        self._rungs = counter("rungs", "Rungs of ladders fired, by the clock's clause.", "clause", "rung")
        self._breaches = counter("breaches", "Clocks that ran out, by clause.", "clause")
        self._dead = counter("dead_letters", "Entries given up on, by queue.", "queue")
        self._admitted = Gauge(
            "zhidu_helpdesk_admits",
            "0 while the helpdesk refuses the token; no ticket is looked at then.",
            registry=registry,
        )
        self._admitted.set(1)
        self._kept = Gauge("zhidu_timetable_kept", "1 in the one service that runs the timetable.", registry=registry)
        self._mails = counter("messages", "Messages handed to the mail server, by how it ended.", "outcome")
        self._passed = counter("gate", "Mails and messages at the gate, by how it ended.", "way", "outcome")
        self._differing = Gauge(
            "zhidu_provision_differing", "Objects of the helpdesk's set-up that differ.", ["why"], registry=registry
        )

    def admits(self, asked: Callable[[], bool]) -> None:
        """`asked` tells, each time Prometheus does, whether the helpdesk accepts the token."""
        self._admitted.set_function(lambda: float(asked()))

    def keeps_timetable(self, asked: Callable[[], bool]) -> None:
        """`asked` tells, each time Prometheus does, whether this service runs the timetable's jobs."""
        self._kept.set_function(lambda: float(asked()))

    def delivered(self, outcome: Outcome, seconds: float) -> None:
        """One request to the intake."""
        self._deliveries[outcome].inc()
        self._delivery_seconds.observe(seconds)

    def processed(self, outcome: str, seconds: float, *, reads: int, writes: int) -> None:
        """One look at a ticket ended as `outcome` (a word of a closed set), after so many helpdesk calls."""
        self._processed.labels(outcome).inc()
        self._process_seconds.observe(seconds)
        self._reads.observe(reads)
        self._writes.observe(writes)

    def decided(self, clauses: Iterable[str]) -> None:
        """One decision, counted under each of its clauses."""
        for clause in clauses:
            self._decisions.labels(clause).inc()

    def found(self, clause: str, *, grave: bool = False) -> None:
        """A finding was opened."""
        self._findings.labels(clause, "yes" if grave else "no").inc()

    def rung_fired(self, clause: str, rung: str) -> None:
        """A rung (`50%`, `+24h`) of a clock's ladder fired."""
        self._rungs.labels(clause, rung).inc()

    def breached(self, clause: str) -> None:
        """A clock ran out."""
        self._breaches.labels(clause).inc()

    def died(self, queue: str) -> None:
        """An entry of `queue` (`inbox`, `outbox`) became a dead letter."""
        self._dead.labels(queue).inc()

    def mailed(self, outcome: str) -> None:
        """A message was `sent`, will be `retried`, or is `dead`."""
        self._mails.labels(outcome).inc()

    def passed(self, way: str, outcome: str) -> None:
        """A mail or a message at the gate ended as `outcome` (a word of a closed set)."""
        self._passed.labels(way, outcome).inc()

    def drifted(self, drifted: int, differing: int) -> None:
        """So many objects of the helpdesk's set-up were changed there; so many differ in all."""
        self._differing.labels("drift").set(drifted)
        self._differing.labels("configuration").set(differing - drifted)


class QueueDepths(Collector):
    """Reads how full the queues are each time Prometheus asks. A store that cannot be read shows as
    `zhidu_store_up 0`, and the other figures are missing rather than old.

    queues    by name (`inbox`, `outbox`)
    now       aware UTC
    """

    def __init__(self, queues: Mapping[str, Callable[[], Depth]], *, now: Callable[[], datetime]) -> None:
        self._queues = dict(queues)
        self._now = now

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not read from the store."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("zhidu_store_up", "1 while the store answers.")
        entries = GaugeMetricFamily("zhidu_queue_entries", "Entries by queue and status.", labels=("queue", "status"))
        oldest = GaugeMetricFamily("zhidu_queue_oldest_seconds", "How long the oldest entry waits.", labels=("queue",))
        try:
            depths = {name: depth() for name, depth in self._queues.items()}
        except StoreError:
            up.add_metric((), 0.0)
            yield up
            return
        up.add_metric((), 1.0)
        for name, depth in depths.items():
            for status, count in (
                ("waiting", depth.waiting),
                ("failing", depth.failing),
                ("working", depth.working),
                ("dead", depth.dead),
            ):
                entries.add_metric((name, status), float(count))
            waited = 0.0 if depth.oldest_at is None else max(0.0, (self._now() - depth.oldest_at).total_seconds())
            oldest.add_metric((name,), waited)
        yield from (up, entries, oldest)
