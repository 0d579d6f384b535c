"""The way of a delivery: the helpdesk's webhook and triggers, its log of deliveries, our endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import requests

from integrations.zammad.attached import Expected, our_webhook, trigger_gaps, webhook_gaps
from integrations.zammad.client import Client
from integrations.zammad.errors import Transient, ZammadError
from integrations.zammad.wire import THING, Thing
from policies.kernel.problems import ConfigErrors
from webhooks.intake import PATH
from zhidu import exits
from zhidu.doctoring.asking import asked, gap_lines
from zhidu.doctoring.lines import Line, fail, warn
from zhidu.settings import Settings
from zhidu.standing import local_address

_ANSWER_WITHIN: Final = 5.0


def hook_lines(client: Client, settings: Settings) -> Iterator[Line]:
    """Whether every change of a ticket comes to the service, signed and without a customer's words."""
    webhooks = asked(client.objects("webhooks").list, "admin.webhook")
    triggers = asked(client.objects("triggers").list, "admin.trigger")
    if isinstance(webhooks, Line) or isinstance(triggers, Line):
        yield from (found for found in (webhooks, triggers) if isinstance(found, Line))
        return
    expected = expectation(settings)
    hook = our_webhook(webhooks, PATH)
    gaps = list(webhook_gaps(hook, expected))
    yield from gap_lines("webhook", gaps)
    if hook is not None:
        if not gaps:
            yield Line(about="webhook", what=f"it calls {expected.endpoint} with our payload, signed")
        yield from _last_delivery(client, hook)
    between = list(trigger_gaps(triggers, None if hook is None else hook.id))
    yield from gap_lines("triggers", between)
    if not between:
        yield Line(about="triggers", what="every creation and every change calls the webhook")
    yield from endpoint_lines(settings, expected.endpoint)


def expectation(settings: Settings) -> Expected:
    """What the webhook should be like, as the configuration has it."""
    base = settings.config.http.public_url or local_address(settings.config.http) or "http://HOST:PORT"
    try:
        secret = settings.webhook_secret()
    except ConfigErrors:
        secret = None
    return Expected(endpoint=f"{base}{PATH}", path=urlsplit(f"{base}{PATH}").path, secret=secret)


def _last_delivery(client: Client, hook: Thing) -> Iterator[Line]:
    """What became of the newest delivery in Zammad's own log, which says whether Zammad reaches us."""
    try:
        log = client.get(THING.many, "http_logs/webhook")
    except Transient:
        raise
    except ZammadError:
        return
    endpoint = hook.data.get("endpoint")
    last = next(
        (entry for entry in sorted(log, key=lambda entry: -entry.id) if entry.data.get("url") == endpoint), None
    )
    if last is None:
        do = "change a ticket and look again"
        yield warn("webhook", "Zammad has delivered nothing yet, or no longer knows of it", do)
        return
    answer = str(last.data.get("status") or "0")
    if answer.startswith("2"):
        yield Line(about="webhook", what="the last delivery was taken")
    elif answer == "401":
        yield fail("webhook", "the last delivery was refused (401)", "make the secret in Zammad and zhidu's the same")
    else:
        what = f"the last delivery did not arrive (answer {answer})"
        yield fail("webhook", what, "is the service running, and can Zammad's machine reach the endpoint?")


def endpoint_lines(settings: Settings, endpoint: str) -> Iterator[Line]:
    """Whether our intake answers at the webhook's address, from this machine, and could from the helpdesk's."""
    parts = urlsplit(endpoint)
    place = settings.config.helpdesk
    desk = "" if place is None else urlsplit(place.url).hostname or ""
    if _is_loopback(parts.hostname or "") and not _is_loopback(desk):
        what = f"{desk} cannot reach {endpoint}: that is this machine's own loopback"
        yield fail(
            "webhook", what, "set http.public_url to where Zammad reaches the service, or http.host", exits.WRONG
        )
    if settings.config.http.port == 0 and settings.config.http.public_url is None:
        do = "set http.port, or http.public_url"
        yield warn("webhook", "the service listens on any free port, so no webhook can be set to it", do)
        return
    with requests.Session() as session:
        session.trust_env = False
        try:
            # Only the intake knows no GET on its own path; an unsigned delivery would be logged as a forgery.
            answer = session.get(endpoint, timeout=_ANSWER_WITHIN, allow_redirects=False)
        except requests.RequestException:
            what = f"nobody answers at {endpoint} from this machine"
            yield warn("webhook", what, "start `zhidu serve`, or see the proxy before it")
            return
    if answer.status_code == 405 and answer.headers.get("Allow") == "POST":
        yield Line(about="webhook", what=f"the service answers at {endpoint}")
    else:
        what = f"somebody else answers at {endpoint} (status {answer.status_code})"
        yield fail("webhook", what, "see http.port, http.public_url and the proxy before the service")


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
