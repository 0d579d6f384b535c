"""What sends short messages to customers, as configured."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from integrations.notify.gateway import Gateway, GatewaySettings, HttpGateway
from zhidu.config import Config
from zhidu.exits import WrongUse


def gateway_of(config: Config, secret: str | None, now: Callable[[], datetime]) -> Gateway | None:
    """None when none is configured. raises WrongUse – an address or a secret that can be none"""
    gateway = config.gateway
    if gateway is None or secret is None:
        return None
    try:
        settings = GatewaySettings(
            url=gateway.url,
            secret=secret,
            ca_file=None if gateway.ca_file is None else str(gateway.ca_file),
            timeout=gateway.timeout_seconds,
        )
    except ValueError as error:
        raise WrongUse(str(error)) from None
    return HttpGateway(settings, now=now)
