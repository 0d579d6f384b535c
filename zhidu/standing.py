"""Where an installation stands: what waits, what is late, what departs from the policy, which policy is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import requests
from pydantic import ValidationError

from integrations.store.records import ClockCounts, Depth, Health
from integrations.store.store import Store
from jobs.reconcile import CURSOR as RECONCILE
from policies.kernel.problems import ConfigErrors
from policies.masking.config import Mode
from webhooks.readiness import TOKEN, ReadyAnswer
from zhidu.config import Http
from zhidu.gate_state import GateState, gate_state
from zhidu.masking_state import MaskingState, masking_state, mode_of
from zhidu.older import service_began
from zhidu.settings import Settings
from zhidu.vault_state import VaultState, state_of
from zhidu.versions import Bundle, bundle_of, policy_of

_ANSWER_WITHIN = 2.0
_STATES = {200: "ready", 503: "not ready"}
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104 - replaced, not listened on


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyState:
    """The policy in force: its digest, which decisions are kept with, and each module's version.

    number          of the version in force; None: nothing was published, so that this is what the folder would make
    since           from when on it decides
    waiting         numbers of versions that wait for their approval or their date
    folder_differs  the folder holds something else than the version in force
    masking         the mode of the module masking; None: it is off
    problems        how many problems keep it from being loaded; the rest is empty then
    """

    digest: str = ""
    modules: Mapping[str, str]
    number: int | None = None
    since: datetime | None = None
    waiting: tuple[int, ...] = ()
    folder_differs: bool = False
    masking: Mode | None = None
    problems: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Whether a service answers where the configuration has it. `address` None: any free port, so nobody knows.

    admits   whether the helpdesk accepts the service's token, as far as it knows; None: no service says
    """

    address: str | None
    state: str
    admits: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything at one instant.

    helpdesk         its address; None: the configuration names none
    provisional      tickets with a period that reaches into a year without holidays
    next_clock_at    when the next clock wants a look
    findings         (code, grave) → how many are open
    reconciled_at    up to when the helpdesk was searched for missed changes; None: never
    adopt_from       tickets created before are observed in silence; None: the service was never started
    vault            None: no vault is configured, and nothing was ever sealed
    masking          None: the module is off
    gate             None: none is configured, and nothing ever came in through one
    """

    at: datetime
    running: Running
    helpdesk: str | None
    store: Health
    inbox: Depth
    outbox: Depth
    clocks: ClockCounts
    provisional: int
    next_clock_at: datetime | None
    findings: Mapping[tuple[str, bool], int]
    reconciled_at: datetime | None
    adopt_from: datetime | None
    policy: PolicyState
    vault: VaultState | None
    masking: MaskingState | None
    gate: GateState | None


def standing(settings: Settings, store: Store, now: datetime, zone: ZoneInfo) -> Standing:
    """Read from the store and the configuration, and by one question to the service. Nothing is changed.

    zone     in which today is
    raises   StoreError
    """
    midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
    tomorrow = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)
    policy = policy_state(settings, store, now)
    return Standing(
        at=now,
        running=running(settings.config.http),
        helpdesk=settings.config.helpdesk.url if settings.config.helpdesk else None,
        store=store.health(),
        inbox=store.inbox.depth(),
        outbox=store.outbox.depth(),
        clocks=store.clocks.counts(now, due_from=midnight, due_before=tomorrow),
        provisional=len(store.clocks.provisional()),
        next_clock_at=store.clocks.next_at(),
        findings=store.findings.open_by_code(),
        reconciled_at=store.cursors.time(RECONCILE),
        adopt_from=service_began(settings.config, store),
        policy=policy,
        vault=state_of(settings, store, now),
        masking=masking_state(policy.masking, store, settings.config),
        gate=gate_state(settings.config.gate, store),
    )


def policy_state(settings: Settings, store: Store, now: datetime) -> PolicyState:
    """The published policy, or what the folder would make of a first version."""
    versions = store.versions
    waiting = versions.waiting(now)
    current = versions.in_force(now)
    number, since = (None, None) if current is None else (current.number, current.since)
    try:
        folder = bundle_of(settings)
        bundle = folder if current is None else Bundle(files=current.files)
        policy = policy_of(bundle, settings, f"{settings.folder}/" if current is None else f"version {number}: ")
    except ConfigErrors as errors:
        problems = len(errors.problems)
        return PolicyState(modules={}, number=number, since=since, waiting=waiting, problems=problems)
    return PolicyState(
        digest=policy.digest,
        modules={module.name: module.manifest.version for module in policy.modules},
        number=number,
        since=since,
        waiting=waiting,
        folder_differs=folder.digest != bundle.digest,
        masking=mode_of(policy),
    )


def local_address(http: Http) -> str | None:
    """Where a service on this machine answers; None: on any free port."""
    if http.port == 0:
        return None
    host = _ANYWHERE.get(http.host, http.host)
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{http.port}"


def running(http: Http) -> Running:
    """Asks the service on this machine how it is."""
    address = local_address(http)
    if address is None:
        return Running(address=None, state="listens on any free port")
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(f"{address}/readyz", timeout=_ANSWER_WITHIN, allow_redirects=False)
        except requests.RequestException:
            return Running(address=address, state="no answer")
    state = _STATES.get(answer.status_code)
    try:
        told = ReadyAnswer.model_validate_json(answer.content)
    except ValidationError:
        told = None
    if state is None or told is None:
        return Running(address=address, state="somebody else answers")
    return Running(address=address, state=state, admits=told.holds(TOKEN))
