"""A Zammad-compatible helpdesk in memory, for trials, tests and demonstrations.

It answers the part of Zammad 6.5's interface that zhidu uses as the recordings of a real one answer it: records,
errors, history, notifications, triggers and signed webhook deliveries. It is seeded like a fresh installation (users
1 to 3, ticket 1 with the number 21001, group ``Users``); nothing is stored, no mail leaves the machine.

In a test, with a virtual clock and deliveries stepped by hand::

    clock = Clock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
    box = Sandbox(now=clock.now, token="t")
    agnes = box.add_person(login="agnes@example.com", password="pw", roles=["Agent"], groups={"Users": ["full"]})
    with serve(box, deliver=False) as url:             # real HTTP on a free port
        requests.post(f"{url}/api/v1/tickets", headers={"Authorization": "Token token=t"}, json={...})
        box.deliver_due(box.queue.next_at())           # posts what is due by then, by real HTTP
        box.pump(lambda url, headers, body: 200)       # or hand every delivery to a function, retries included

Against a service that runs, in real or scaled time::

    with serve(box) as url:                            # a background thread delivers
        ...

What happens outside of the interface: `box.receive_mail(raw)` (the mail parser), `box.give_group_address()` (mails can
be sent), `box.carry_out_privacy_tasks()`. Not kept: the scheduler (pending tickets, time triggers, jobs), the caller
log, and `form_meta` beyond that of a fresh installation.

What came of it: `box.notifications` (who was told of what), `box.sent` (every attempt at a delivery),
`box.counters` (reads, writes, by path; also ``GET /_sandbox/stats``).

Faults, here or by ``POST /_sandbox/faults`` with the administrator's token::

    box.faults.add(Fault(kind="lost_answer", method="PUT", path=r"/tickets/\\d+$", times=1))
    box.faults.outage(60)                              # seconds of the sandbox's clock
    box.faults.skew = timedelta(minutes=-3)
"""

from integrations.zammad.sandbox.box import Sandbox
from integrations.zammad.sandbox.deliveries import Post, Sent
from integrations.zammad.sandbox.faults import Fault, Faults
from integrations.zammad.sandbox.notifications import Told
from integrations.zammad.sandbox.serving import Listener, serve

__all__ = ["Fault", "Faults", "Listener", "Post", "Sandbox", "Sent", "Told", "serve"]
