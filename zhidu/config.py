"""What `zhidu.yaml` may hold: every section with its fields, their units and their shipped values."""

from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AwareDatetime, Field, model_validator

from policies.kernel.config import StrictModel
from zhidu.config_gate import GateSettings
from zhidu.config_values import EnvironmentName, Seconds, SmtpServer, WebAddress, at_most_one

SQLITE: Final = "sqlite:///"


class Helpdesk(StrictModel):
    """The Zammad that is served."""

    url: WebAddress
    """As a browser has it: https://desk.example.com, without /api/v1."""
    token_file: Path | None = None
    """File that holds the service user's token."""
    token_env: EnvironmentName | None = None
    """Environment variable that holds it; ZAMMAD_TOKEN when neither is set."""
    admin_token_file: Path | None = None
    """File that holds an administrator's token, with which originals are erased where `masking` makes tickets anew."""
    admin_token_env: EnvironmentName | None = None
    """Environment variable that holds it. Without either no ticket is ever erased."""
    ca_file: Path | None = None
    """Certificates to trust instead of the usual ones. Certificates are always checked."""
    proxy: str | None = Field(default=None, json_schema_extra={"secret": True})
    """http://proxy:3128; proxies named in the environment are not used."""
    connect_within_seconds: Seconds = 5.0
    """For a connection to come about."""
    read_within_seconds: Seconds = 30.0
    """For the next piece of an answer."""
    budget_seconds: Seconds = 60.0
    """For one call, all attempts and waiting included."""
    language: Literal["zh-CN", "zh-TW", "en"] = "zh-CN"
    """In which `zhidu apply` names fields, overviews, macros and all it makes."""

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        at_most_one(self.token_file, self.token_env, "token")
        at_most_one(self.admin_token_file, self.admin_token_env, "admin_token")
        return self


class StoreSettings(StrictModel):
    """Where zhidu keeps its queues and caches."""

    url: str = Field(default=f"{SQLITE}../var/zhidu.db", json_schema_extra={"secret": True})
    """sqlite:///zhidu.db (relative) or sqlite:////var/lib/zhidu/zhidu.db, or postgresql://user@host/name."""
    password_file: Path | None = None
    """File that holds the PostgreSQL user's password."""
    password_env: EnvironmentName | None = None
    """Environment variable that holds it."""
    pool_size: int = Field(default=10, ge=1, le=200)
    """PostgreSQL: connections kept open; as many again under load."""

    @model_validator(mode="after")
    def _password_apart(self) -> Self:
        at_most_one(self.password_file, self.password_env, "password")
        try:
            held = urlsplit(self.url).password
        except ValueError:
            raise ValueError("the url cannot be read") from None
        if held is not None:
            raise ValueError("the url may not hold the password; name it with password_file or password_env")
        return self


class Http(StrictModel):
    """What listens for the helpdesk's deliveries."""

    host: str = Field(default="127.0.0.1", min_length=1)
    """The address that is listened on; 0.0.0.0: every one of the machine."""
    port: int = Field(default=8800, ge=0, le=65_535)
    """0: any free port."""
    public_url: WebAddress | None = None
    """Where the helpdesk and the customers reach the service, when a proxy stands before it."""
    webhook_secret_file: Path | None = None
    """File that holds what deliveries are signed with."""
    webhook_secret_env: EnvironmentName | None = None
    """Environment variable that holds it; ZHIDU_WEBHOOK_SECRET when neither is set."""
    threads: int = Field(default=8, ge=1, le=256)
    """How many deliveries are taken in at once."""

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        at_most_one(self.webhook_secret_file, self.webhook_secret_env, "webhook_secret")
        return self


class Schedule(StrictModel):
    """What happens without a delivery."""

    sweep_every_seconds: Seconds = 5.0
    """How often due clocks are looked for."""
    post_every_seconds: Seconds = 10.0
    """How often waiting messages are sent."""
    reconcile_every_seconds: Seconds = 60.0
    """How often the helpdesk is asked for changes whose delivery was missed."""
    purge_every_seconds: Seconds = 3600.0
    """How often done deliveries and old looks are removed from the store."""
    older_every_seconds: Seconds = 60.0
    """How often some of the tickets that are older than the service are looked at."""
    policy_every_seconds: Seconds = 30.0
    """How often it is looked whether another version of the policy has come into force."""
    people_every_seconds: Seconds = 300.0
    """How old the list of people, posts and absences may get."""
    drift_every_seconds: Seconds = 86_400.0
    """How often the helpdesk's set-up is compared with what was applied."""
    twin_every_seconds: Seconds = 5.0
    """How often it is looked for tickets that are to be made anew with confidential data masked."""
    vault_every_seconds: Seconds = 60.0
    """How often some originals of retired keys are sealed anew."""
    take_over_after_seconds: Seconds = 20.0
    """How long after the service that runs these jobs has died another over the same store runs them."""


class Mail(SmtpServer):
    """The SMTP server for messages to the company's own people."""

    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    """The address messages come from."""
    sender_name: str = ""
    """The name beside it."""
    domain: str = ""
    """Right side of the messages' ids; empty: that of the sender."""


class VaultKey(StrictModel):
    """One period's key: 32 random bytes, written in base64 or hexadecimal."""

    id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")
    """Names the period, such as 2026h2; never given to another key."""
    file: Path | None = None
    """File that holds the key."""
    env: EnvironmentName | None = None
    """Environment variable that holds it."""
    retired: bool = False
    """Its originals are sealed anew with the current key, so that this one can be destroyed."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.file is None) == (self.env is None):
            raise ValueError("set file or env, and not both")
        return self


PostName = Literal["specialist", "supervisor", "manager"]


class VaultSettings(StrictModel):
    """Where originals of masked data are kept, sealed, and who may see one."""

    keys: tuple[VaultKey, ...] = Field(min_length=1)
    """The key ring: for each key `id`, `file` or `env`, and `retired`; docs/vault.md tells how they change."""
    current: str
    """Id of the key that seals what is new; a period ends when another one is named."""
    secret_file: Path | None = None
    """File that holds 32 more bytes, for digests, links and the log's chain; they stay the same over all periods."""
    secret_env: EnvironmentName | None = None
    """Environment variable that holds them; ZHIDU_VAULT_SECRET when neither is set."""
    ask: tuple[PostName, ...] = ("specialist", "supervisor", "manager")
    """Posts that may ask to see an original."""
    approve: tuple[PostName, ...] = ("supervisor", "manager")
    """Posts that may approve what somebody else asked."""
    same_account: bool = False
    """Whether the approval may come from the account of the machine that the request came from."""
    approve_within_hours: float = Field(default=24.0, gt=0, le=720)
    """How long a request waits for its approval."""
    reveal_within_minutes: float = Field(default=30.0, gt=0, le=1440)
    """How long an approved original can be shown."""
    language: Literal["zh-CN", "zh-TW", "en"] = "zh-CN"
    """Of the mail with the link, and of its page where the browser names no language of ours."""

    @model_validator(mode="after")
    def _a_current_one(self) -> Self:
        at_most_one(self.secret_file, self.secret_env, "secret")
        ids = [key.id for key in self.keys]
        if len(set(ids)) != len(ids):
            raise ValueError("two keys have the same id")
        if self.current not in ids:
            raise ValueError("current names none of the keys")
        if any(key.retired for key in self.keys if key.id == self.current):
            raise ValueError("the current key may not be retired")
        return self


class GatewayService(StrictModel):
    """The HTTP gateway that sends SMS and messenger texts to customers: see docs/gateway.md."""

    url: WebAddress
    """Where messages are posted to; https, except on this machine."""
    secret_file: Path | None = None
    """File that holds what messages are signed with; at least 16 characters."""
    secret_env: EnvironmentName | None = None
    """Environment variable that holds it; ZHIDU_GATEWAY_SECRET when neither is set."""
    ca_file: Path | None = None
    """Certificates to trust instead of the usual ones."""
    timeout_seconds: Seconds = 20.0
    """To connect, and for the next piece of an answer."""

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        at_most_one(self.secret_file, self.secret_env, "secret")
        return self


class Workers(StrictModel):
    """Who works off the inbox."""

    count: int = Field(default=2, ge=1, le=64)
    """How many tickets are looked at at once."""
    claim_for_seconds: Seconds = 300.0
    """How long a worker may hold a ticket before another may take it; longer than the slowest look."""


class Log(StrictModel):
    """What is written to standard error."""

    format: Literal["json", "console"] = "console"
    """For machines, or for people."""
    level: Literal["debug", "info", "warning", "error", "critical"] = "info"
    """From which weight on."""


class Config(StrictModel):
    """The whole of `zhidu.yaml`. Everything has a default but the helpdesk."""

    helpdesk: Helpdesk | None = None
    """The Zammad that is served."""
    store: StoreSettings = StoreSettings()
    """Queues, caches, decisions, findings."""
    http: Http = Http()
    """What listens for deliveries."""
    schedule: Schedule = Schedule()
    """What happens without a delivery."""
    mail: Mail | None = None
    """Without it messages stay in the store's outbox."""
    vault: VaultSettings | None = None
    """Without it no original is kept, so nothing is masked in Zammad."""
    gate: GateSettings | None = None
    """Without it the helpdesk gets mails as they are. Needs a vault."""
    gateway: GatewayService | None = None
    """Without it SMS and messenger texts stay in the store's outbox."""
    workers: Workers = Workers()
    """Who works off the inbox."""
    log: Log = Log()
    """What is written to standard error."""
    adopt_from: AwareDatetime | None = None
    """Tickets created before are observed in silence; null: since the first `zhidu apply`."""
    approvers: dict[str, str | None] = Field(default_factory=dict)
    """Who may approve a version of the policy: name → account of the machine, null for any. Empty: whoever is not its
    author."""
    one_account: bool = False
    """Whether author and approver may work from one account of the machine: names alone then tell them apart."""
    admin: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    """E-mail address of who is told when somebody changes in Zammad what `zhidu apply` made."""
    modules: tuple[str, ...] | None = None
    """The policy modules that decide; null: all that are shipped and found."""
    modules_path: tuple[Path, ...] = ()
    """Folders of the company's own modules."""

    @model_validator(mode="after")
    def _sealed_first(self) -> Self:
        if self.gate is not None and self.vault is None:
            raise ValueError("gate needs vault: nothing is masked whose original is not sealed")
        return self
