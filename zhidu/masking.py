"""The masking configuration of an installation: the shipped one with `config/masking.yaml` laid over it."""

from pathlib import Path
from typing import Final

import policies
from policies.kernel.config import load, read
from policies.kernel.masking import Masking

SHIPPED: Final = Path(policies.__path__[0]) / "kernel" / "masking" / "defaults.yaml"
FILE: Final = "masking.yaml"


def load_masking(folder: Path | None = None) -> Masking:
    """Which personal data is found and how it is shown (6.1.1).

    folder   the configuration's; None: the shipped defaults
    raises   ConfigErrors – everything that is wrong with the file
    """
    layers = [read(SHIPPED)]
    own = None if folder is None else folder / FILE
    if own is not None and own.is_file():
        layers.append(read(own))
    return load(Masking, layers).config
