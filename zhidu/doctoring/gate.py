"""Masking as it is configured: whether its mode can work, and whether the gate's relay and what is behind it answer."""

from __future__ import annotations

from collections.abc import Iterator

from policies.kernel.problems import ConfigErrors
from zhidu import exits
from zhidu.config_gate import GateRelay
from zhidu.doctoring.lines import Line, fail, warn
from zhidu.gate_state import relay_answer
from zhidu.gating import relay_settings, upstream_of
from zhidu.masking_state import lacking, mode_of
from zhidu.policy import Policy
from zhidu.settings import Settings


def masking_lines(settings: Settings, policy: Policy) -> Iterator[Line]:
    """What the mode lacks, then the gate. Nothing is sent."""
    config, mode = settings.config, mode_of(policy)
    if mode is not None:
        lacks = lacking(mode, config)
        if lacks:
            do = "add it to zhidu.yaml, or choose another mode in policies/masking.yaml; see docs/masking.md"
            yield fail("masking", f"mode {mode}: nothing is masked without {' and '.join(lacks)}", do, exits.WRONG)
        else:
            yield Line(about="masking", what=f"mode {mode}")
    if config.gate is None:
        return
    if mode is None:
        do = "put masking into modules, or take gate out of zhidu.yaml"
        yield fail("gate", "the module masking is off: the service does not start so", do, exits.WRONG)
    elif mode != "gate":
        yield Line(about="gate", what=f"what goes through it is masked, whatever the mode ({mode}) does with the rest")
    try:
        settings.intake_secret()
        if config.gate.relay is not None:
            yield from _relay(settings, config.gate.relay)
    except ConfigErrors as errors:
        yield fail("gate", str(errors), "put it there", exits.WRONG)
        return
    if config.gate.intake is not None:
        yield Line(about="gate", what=f"messages are taken at /intake/messages, for {config.gate.intake.group}")


def _relay(settings: Settings, relay: GateRelay) -> Iterator[Line]:
    """raises ConfigErrors"""
    relay_settings(settings, relay)
    place, answer = f"{relay.host}:{relay.port}", relay_answer(relay)
    if answer == "somebody else answers":
        yield fail("gate", f"{place}: {answer}", "set gate.relay.port to a free one")
    elif answer == "no answer":
        yield warn("gate", f"the relay does not answer at {place}", "start `zhidu serve`")
    else:
        yield Line(about="gate", what=f"the relay at {place} {answer}")
    to = f"{relay.upstream.host}:{relay.upstream.port}"
    reply = upstream_of(settings, relay).check()
    if reply.taken:
        yield Line(about="gate", what=f"the server behind it, {to}, takes us")
    else:
        do = "see gate.relay.upstream, and whether the server can be reached; until then mails stay with their senders"
        yield fail("gate", f"the server behind it, {to}: {reply}", do)
