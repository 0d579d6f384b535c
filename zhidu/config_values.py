"""Kinds of values that several sections of `zhidu.yaml` hold."""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from policies.kernel.config import StrictModel


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address like https://desk.example.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("may hold no user, password, query or fragment")
    return url.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
EnvironmentName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


def at_most_one(file: Path | None, variable: str | None, name: str) -> None:
    """raises ValueError – a secret is named in both ways"""
    if file is not None and variable is not None:
        raise ValueError(f"set {name}_file or {name}_env, not both")


class SmtpServer(StrictModel):
    """An SMTP server, how the connection is encrypted, and who signs in."""

    host: str = Field(min_length=1)
    """Its name."""
    port: int = Field(default=587, ge=1, le=65_535)
    """587 with starttls, 465 with tls, as a rule."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """Encrypted after STARTTLS, from the first byte, or not at all."""
    ca_file: Path | None = None
    """Certificates to trust instead of the usual ones."""
    username: str | None = None
    """Who signs in; needs a password."""
    password_file: Path | None = None
    """File that holds the password."""
    password_env: EnvironmentName | None = None
    """Environment variable that holds it."""
    timeout_seconds: Seconds = 20.0
    """For each step of a conversation with the server."""

    @model_validator(mode="after")
    def _password_with_user(self) -> Self:
        at_most_one(self.password_file, self.password_env, "password")
        named = self.password_file is not None or self.password_env is not None
        if named != (self.username is not None):
            raise ValueError("username and password_file or password_env go together")
        if named and self.security == "none":
            raise ValueError("a password is not sent over a connection without encryption; set security")
        return self
