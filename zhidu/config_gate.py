"""`gate` of `zhidu.yaml`: where mails and messages are masked before the helpdesk sees them."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from policies.kernel.config import StrictModel
from zhidu.config_values import EnvironmentName, Seconds, SmtpServer, at_most_one


def _network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ValueError("must be an address or a network such as 10.1.0.0/16") from None
    return text


def _recipient(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if any(letter in "%!@" for letter in local):
        raise ValueError("must hold no %, ! or second @: mails for such an address are never taken")
    if not domain or any(letter.isspace() or letter in "@<>*" for letter in domain) or text.startswith("@"):
        raise ValueError("must be an address such as desk@example.com, or a domain such as example.com")
    return text.lower()


Network = Annotated[str, AfterValidator(_network)]
Recipient = Annotated[str, AfterValidator(_recipient)]


class GateUpstream(SmtpServer):
    """The SMTP server of the mailbox that Zammad fetches from."""

    port: int = Field(default=25, ge=1, le=65_535)
    """25 as a rule between servers, 587 with a login."""
    timeout_seconds: Seconds = 60.0
    """For each step of a conversation with the server."""
    ask_within_seconds: float = Field(default=3.0, gt=0, le=30)
    """How long it may take to say whether it takes mails for a recipient; later, the mail itself decides."""


class GateRelay(StrictModel):
    """Takes mails by SMTP from the company's mail server, and hands them on masked."""

    host: str = Field(default="127.0.0.1", min_length=1)
    """The address that is listened on."""
    port: int = Field(default=2525, ge=0, le=65_535)
    """0: any free port."""
    hostname: str = Field(default="", pattern=r"^[A-Za-z0-9.-]*$")
    """What the relay calls itself; empty: the machine's name."""
    peers: tuple[Network, ...] = Field(default=("127.0.0.1", "::1"), min_length=1)
    """Addresses and networks that may connect: the company's mail server and nobody else."""
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    """Addresses, or domains with all their addresses, for which mails are taken; never those of others."""
    upstream: GateUpstream
    """The SMTP server of the mailbox that Zammad fetches from."""
    max_megabytes: float = Field(default=40.0, gt=0, le=60)
    """Of one mail, as it is sent."""
    certificate_file: Path | None = None
    """Certificate chain for STARTTLS; without one it is not offered."""
    certificate_key_file: Path | None = None
    """Its private key."""
    require_tls: bool = False
    """Whether no mail is taken without STARTTLS."""
    at_once: int = Field(default=4, ge=1, le=64)
    """How many mails are worked on at a time."""
    connections: int = Field(default=100, ge=1, le=10_000)
    """How many connections there may be at a time."""
    connections_per_peer: int = Field(default=50, ge=1, le=10_000)
    """How many of them may be one peer's."""
    max_recipients: int = Field(default=100, ge=1, le=1000)
    """Of one mail; its sender's server sends it to the others by itself."""
    finish_within_seconds: Seconds = 30.0
    """How long a mail that is being taken may still take when the service is stopped."""

    @model_validator(mode="after")
    def _certificate_with_key(self) -> Self:
        if (self.certificate_file is None) != (self.certificate_key_file is None):
            raise ValueError("certificate_file and certificate_key_file go together")
        if self.require_tls and self.certificate_file is None:
            raise ValueError("require_tls needs certificate_file and certificate_key_file")
        return self


class GateIntake(StrictModel):
    """Takes messages of web forms, apps and messengers by HTTP: see docs/masking.md."""

    secret_file: Path | None = None
    """File that holds what messages are signed with; at least 16 characters."""
    secret_env: EnvironmentName | None = None
    """Environment variable that holds it; ZHIDU_INTAKE_SECRET when neither is set."""
    group: str = Field(min_length=1)
    """The group that new tickets go to."""
    max_megabytes: float = Field(default=20.0, gt=0, le=60)
    """Of one message, files in base64 included."""

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        at_most_one(self.secret_file, self.secret_env, "secret")
        return self


class GateSettings(StrictModel):
    """What is masked before the helpdesk sees it (6.1.1). Originals are sealed in the vault first."""

    relay: GateRelay | None = None
    """For mails."""
    intake: GateIntake | None = None
    """For web forms, apps and messengers."""
    unreadable: Literal["seal", "pass", "refuse"] = "seal"
    """What becomes of what cannot be looked into (encrypted, damaged, too large): sealed, with a text in its place;
    passed on as it is; or the whole mail refused."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.relay is None and self.intake is None:
            raise ValueError("set relay, intake, or both")
        return self
