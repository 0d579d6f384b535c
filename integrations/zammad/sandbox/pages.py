"""Pages to look at tickets with: read only."""
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from integrations.zammad.sandbox.box import Sandbox
def register(app: Flask, box: "Sandbox") -> None:
    pass
