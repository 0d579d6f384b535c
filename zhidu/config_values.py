"""Kinds of values that several sections of `zhidu.yaml` hold."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field


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
