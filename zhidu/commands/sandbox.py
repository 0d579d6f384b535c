"""`zhidu sandbox`: the Zammad-compatible server alone."""

from __future__ import annotations

import click

from zhidu.habits import Habits


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=3000, show_default=True, help="0: any free port.")
@click.option("--token", default="sandbox", show_default=True, help="The administrator's token.")
@click.pass_obj
def sandbox(habits: Habits | None, port: int, token: str) -> None:
    """A helpdesk to try things on: answers as Zammad 6.5 does, keeps everything in memory, sends webhooks.

    Freshly seeded: three users, one ticket, the group Users. Its pages show tickets and
    overviews as an agent has them; faults are injected through /_sandbox/faults.

    \b
    Example:
      zhidu sandbox --port 3000 --token sandbox
      curl -H 'Authorization: Token token=sandbox' http://127.0.0.1:3000/api/v1/tickets/1
    """
    import json
    import signal
    import threading

    from integrations.zammad.sandbox import Sandbox, serve
    from zhidu.compose import real_outside
    from zhidu.exits import WrongUse

    habits = habits or Habits()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    box = Sandbox(now=real_outside().now, token=token)
    try:
        with serve(box, port=port) as url:
            if habits.json:
                click.echo(json.dumps({"url": url}))
            else:
                click.echo(f"{url}    tickets: {url}/    interface: {url}/api/v1    stop: Ctrl-C")
            while not stopping.wait(1.0):
                pass
    except OSError as error:
        raise WrongUse(f"port {port} cannot be listened on: {error.strerror}; name another --port") from None
    click.echo("stopped", err=True)
