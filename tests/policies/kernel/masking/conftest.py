"""The shipped masking configuration, and what a text looks like masked by it."""

from collections.abc import Callable
from pathlib import Path

import pytest

import policies
from policies.kernel.config import load_text
from policies.kernel.masking import Masking, detect, operators
from policies.kernel.masking import masked as hidden

SHIPPED = Path(policies.__path__[0]) / "kernel" / "masking" / "defaults.yaml"


@pytest.fixture(scope="session")
def config() -> Masking:
    return load_text(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name, Masking).config


@pytest.fixture(scope="session")
def masked(config: Masking) -> Callable[..., str]:
    """`masked(text, html=…)`: the text as the shipped configuration shows it."""
    known = operators(config)

    def mask(text: str, *, html: bool = False) -> str:
        return hidden(text, detect(text, html=html, config=config), known, html=html, config=config)

    return mask
