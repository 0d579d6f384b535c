"""`config/zhidu.yaml` as this process has it, with its secrets and paths. The only place that reads the environment.

Secrets stand in no file of the configuration: each is named by `…_file` (a file that holds nothing else) or `…_env` (an
environment variable), and read when it is needed. Relative paths count from the folder that holds `zhidu.yaml`.
"""

import os
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from policies.kernel.config import Loaded, load_text, read
from policies.kernel.problems import ConfigErrors, Mark, Problem
from zhidu.config import SQLITE, Config, Helpdesk

FILE: Final = "zhidu.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration as this process has it. Shows no secret, whoever prints it.

    folder   that relative paths count from: the one that holds, or would hold, `zhidu.yaml`
    """

    config: Config
    folder: Path
    loaded: Loaded[Config] = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)

    @property
    def helpdesk(self) -> Helpdesk:
        """raises ConfigErrors – the file names no helpdesk."""
        if self.config.helpdesk is None:
            raise self.refusal("helpdesk", "required to reach the helpdesk; `zhidu init` writes a file to start from")
        return self.config.helpdesk

    def token(self) -> str:
        """The service user's token. raises ConfigErrors – it is nowhere to be read."""
        helpdesk = self.helpdesk
        return self._secret("helpdesk.token", helpdesk.token_file, helpdesk.token_env or "ZAMMAD_TOKEN")

    def admin_token(self) -> str | None:
        """An administrator's token; None where none is configured. raises ConfigErrors – it is nowhere to be read."""
        place = self.config.helpdesk
        if place is None or (place.admin_token_file is None and place.admin_token_env is None):
            return None
        return self._secret("helpdesk.admin_token", place.admin_token_file, place.admin_token_env or "")

    def webhook_secret(self) -> str:
        """What deliveries are signed with. raises ConfigErrors – it is nowhere to be read."""
        http = self.config.http
        variable = http.webhook_secret_env or "ZHIDU_WEBHOOK_SECRET"
        return self._secret("http.webhook_secret", http.webhook_secret_file, variable)

    def mail_password(self) -> str | None:
        """None where the mail server asks for none. raises ConfigErrors – it is nowhere to be read."""
        mail = self.config.mail
        if mail is None or mail.username is None:
            return None
        return self._secret("mail.password", mail.password_file, mail.password_env or "")

    def gateway_secret(self) -> str | None:
        """What short messages are signed with; None without a gateway. raises ConfigErrors – nowhere to be read."""
        gateway = self.config.gateway
        if gateway is None:
            return None
        return self._secret("gateway.secret", gateway.secret_file, gateway.secret_env or "ZHIDU_GATEWAY_SECRET")

    def relay_password(self) -> str | None:
        """None where the server behind the relay asks for none. raises ConfigErrors – it is nowhere to be read."""
        gate = self.config.gate
        if gate is None or gate.relay is None or gate.relay.upstream.username is None:
            return None
        to = gate.relay.upstream
        return self._secret("gate.relay.upstream.password", to.password_file, to.password_env or "")

    def intake_secret(self) -> str | None:
        """What messages to the intake are signed with; None without one. raises ConfigErrors – nowhere to be read, or
        too short."""
        gate = self.config.gate
        if gate is None or gate.intake is None:
            return None
        file, variable = gate.intake.secret_file, gate.intake.secret_env or "ZHIDU_INTAKE_SECRET"
        secret = self._secret("gate.intake.secret", file, variable)
        if len(secret) < 16:
            where = f"gate.intake.secret_{'env' if file is None else 'file'}"
            raise self.refusal(where, "holds less than 16 characters")
        return secret

    def store_url(self) -> str:
        """The store's URL with an absolute path or with its password: a secret. raises ConfigErrors."""
        store = self.config.store
        if store.url.startswith(SQLITE):
            return f"{SQLITE}{self.path(Path(store.url.removeprefix(SQLITE)))}"
        if store.password_file is None and store.password_env is None:
            return store.url
        password = self._secret("store.password", store.password_file, store.password_env or "")
        parts = urlsplit(store.url)
        user, at, host = parts.netloc.rpartition("@")
        if not at:
            raise self.refusal("store.url", "must name the user whose password is set")
        return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))

    def vault_secret(self) -> bytes:
        """What keys the vault's digests. raises ConfigErrors – it is nowhere to be read, or no key."""
        vault = self.config.vault
        file, variable = (None, None) if vault is None else (vault.secret_file, vault.secret_env)
        return self._key("vault.secret", "_", file, variable or "ZHIDU_VAULT_SECRET")

    def vault_key(self, number: int) -> bytes:
        """The key at that place of the ring, from 0 on. raises ConfigErrors – it is nowhere to be read, or no key."""
        vault = self.config.vault
        if vault is None:
            raise self.refusal("vault", "required to seal originals")
        key = vault.keys[number]
        return self._key(f"vault.keys[{number}]", ".", key.file, key.env or "")

    def _key(self, name: str, joint: str, file: Path | None, variable: str) -> bytes:
        found = key_bytes(self._secret(name, file, variable, joint))
        if found is None:
            what = "holds no key: that is 32 bytes, as `openssl rand -base64 32` writes them"
            raise self.refusal(f"{name}{joint}{'env' if file is None else 'file'}", what)
        return found

    def path(self, path: Path) -> Path:
        """An absolute path for one that a setting names."""
        return Path(os.path.normpath(self.folder.absolute() / path))

    def _secret(self, name: str, file: Path | None, variable: str, joint: str = "_") -> str:
        if file is None:
            secret = self.environment.get(variable, "")
            if not secret.strip():
                raise self.refusal(f"{name}{joint}env", f"the environment variable {variable} is not set")
            return secret.strip()
        try:
            secret = self.path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            raise self.refusal(f"{name}{joint}file", f"{self.path(file)} cannot be read: {why}") from None
        if not secret:
            raise self.refusal(f"{name}{joint}file", f"{self.path(file)} is empty")
        return secret

    def refusal(self, name: str, what: str) -> ConfigErrors:
        """What is wrong with a setting, with its file and line."""
        mark = self.loaded.where(name) or Mark(path=str(self.folder / FILE), line=0)
        return ConfigErrors([Problem(path=mark.path, line=mark.line, field=name, what=what)])


def key_bytes(text: str) -> bytes | None:
    """A key from base64 or hexadecimal; None: it is none of 32 bytes."""
    try:
        key = bytes.fromhex(text) if len(text) == 64 else b64decode(text, validate=True)
    except ValueError:
        return None
    return key if len(key) == 32 else None


def load_settings(folder: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in `folder`.

    folder        None, or one without `zhidu.yaml`: the defaults, with paths counted from there, or from `./config`
    environment   None: the process's own
    raises        ConfigErrors – everything that is wrong with the file
    """
    place = folder if folder is not None else Path("config")
    path = place / FILE
    return settings_of(read(path).text if path.exists() else "", place, environment)


def settings_of(text: str, place: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings that a `zhidu.yaml` with this text, in the folder `place`, would be. raises ConfigErrors"""
    loaded = load_text(text, str(place / FILE), Config)
    known = os.environ if environment is None else environment
    return Settings(config=loaded.config, folder=place, loaded=loaded, environment=known)
