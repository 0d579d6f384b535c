"""The gate, put together: the relay over mask and vault, and what ties originals to their tickets (6.1.1)."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_network

from integrations.relay.masking import MailMasker
from integrations.relay.server import Relay, RelaySettings
from integrations.relay.upstream import SmtpUpstream, UpstreamSettings
from integrations.store.store import Store
from integrations.store.vault.vault import Vault
from integrations.zammad.wire import OneRead
from jobs.binding import Binding
from jobs.gate import GateMeter, MailGate
from jobs.messages import MessageGate
from policies.kernel.texts import Language
from webhooks.messages import Messages
from zhidu.compose import Helpdesk, Outside
from zhidu.config import Config
from zhidu.config_gate import GateRelay, GateSettings
from zhidu.exits import WrongUse
from zhidu.mail_masking import MODULE, mail_masker_of
from zhidu.policy import Policy
from zhidu.settings import Settings

_MEGABYTE = 1_000_000


@dataclass(slots=True, kw_only=True)
class Gating:
    """What a service does at the gate.

    bind       called with each ticket that is looked at
    messages   the page for messages by HTTP; None: there is no intake
    settings   the relay's; None: there is no relay
    """

    bind: Callable[[OneRead], None]
    messages: Messages | None = None
    settings: RelaySettings | None = None
    gate: MailGate | None = None
    patience: float = 30.0
    relay: Relay | None = field(default=None, init=False)

    def start(self) -> None:
        """Listens. raises WrongUse – host and port cannot be listened on"""
        if self.settings is None or self.gate is None:
            return
        try:
            self.relay = Relay(self.settings, self.gate.take, self.gate.upstream.accepts)
        except OSError as error:
            place = f"{self.settings.host}:{self.settings.port}"
            raise WrongUse(f"{place} cannot be listened on: {error.strerror}; set gate.relay.port") from None
        self.relay.start()

    def stop(self) -> None:
        """A mail that is being taken is finished, or its sender told to come again."""
        if self.relay is not None:
            self.relay.stop(patience=self.patience)


def gating_of(
    settings: Settings,
    store: Store,
    vault: Vault,
    helpdesk: Helpdesk,
    outside: Outside,
    policy: Callable[[], Policy],
    meter: GateMeter,
) -> Gating:
    """For a service whose vault is `vault`.

    raises   ConfigErrors – a secret or a certificate cannot be read · WrongUse – the module masking is off
    """
    gating = Gating(bind=Binding(safe=vault, passages=store.gate))
    gate = settings.config.gate
    if gate is None:
        return gating
    maskers = Maskers(config=settings.config, policy=policy, key=vault.token("masking").encode())
    maskers()  # refuses here what could only refuse every mail
    if gate.relay is not None:
        gating.settings, gating.patience = relay_settings(settings, gate.relay), gate.relay.finish_within_seconds
        gating.gate = MailGate(
            masking=maskers,
            safe=vault,
            passages=store.gate,
            upstream=upstream_of(settings, gate.relay),
            meter=meter,
            hostname=_hostname(gate.relay),
        )
    if gate.intake is not None:
        desk = MessageGate(
            masking=maskers,
            safe=vault,
            store=store,
            client=helpdesk.pool.client,
            names=helpdesk.names,
            group=gate.intake.group,
            meter=meter,
            new_id=outside.new_id,
        )
        secret, max_bytes = settings.intake_secret() or "", int(gate.intake.max_megabytes * _MEGABYTE)
        gating.messages = Messages(desk=desk, secret=secret.encode(), max_bytes=max_bytes)
    return gating


@dataclass(slots=True, kw_only=True)
class Maskers:
    """The mask of the policy in force; made once for each."""

    config: Config
    policy: Callable[[], Policy]
    key: bytes | None = field(default=None, repr=False)
    made: tuple[str, MailMasker] | None = field(default=None, init=False)

    def __call__(self) -> MailMasker:
        policy = self.policy()
        if self.made is None or self.made[0] != policy.digest:
            self.made = policy.digest, masker_of(self.config, policy, self.key)
        return self.made[1]


def masker_of(config: Config, policy: Policy, key: bytes | None = None) -> MailMasker:
    """As configured. `key`: for the style `token`. raises WrongUse – the module masking is off"""
    if MODULE not in policy.texts:
        raise WrongUse("what goes through the gate is masked by the module masking, which is off: see modules")
    unreadable = (config.gate or GateSettings.model_construct()).unreadable
    language: Language = "zh-CN" if config.helpdesk is None else config.helpdesk.language
    return mail_masker_of(policy, unreadable=unreadable, language=language, key=key)


def upstream_of(settings: Settings, relay: GateRelay) -> SmtpUpstream:
    """raises ConfigErrors – its password is nowhere to be read"""
    to = relay.upstream
    return SmtpUpstream(
        UpstreamSettings(
            host=to.host,
            port=to.port,
            security=to.security,
            ca_file=None if to.ca_file is None else str(settings.path(to.ca_file)),
            username=to.username,
            password=settings.relay_password(),
            hostname=_hostname(relay),
            timeout=to.timeout_seconds,
            asking=to.ask_within_seconds,
        )
    )


def relay_settings(settings: Settings, relay: GateRelay) -> RelaySettings:
    """raises ConfigErrors – the certificate cannot be used"""
    return RelaySettings(
        host=relay.host,
        port=relay.port,
        hostname=_hostname(relay),
        peers=tuple(ip_network(peer, strict=False) for peer in relay.peers),
        recipients=frozenset(relay.recipients),
        max_bytes=int(relay.max_megabytes * _MEGABYTE),
        tls=_certificate(settings, relay),
        require_tls=relay.require_tls,
        at_once=relay.at_once,
        connections=relay.connections,
        per_peer=relay.connections_per_peer,
        max_recipients=relay.max_recipients,
        ask_within=relay.upstream.ask_within_seconds,
    )


def _certificate(settings: Settings, relay: GateRelay) -> ssl.SSLContext | None:
    if relay.certificate_file is None or relay.certificate_key_file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    chain, key = settings.path(relay.certificate_file), settings.path(relay.certificate_key_file)
    try:
        context.load_cert_chain(chain, key)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no certificate with its key"
        raise settings.refusal("gate.relay.certificate_file", f"{chain} cannot be used: {why}") from None
    return context


def _hostname(relay: GateRelay) -> str:
    return relay.hostname or socket.gethostname()
