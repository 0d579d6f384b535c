"""What `/readyz` answers, for whoever gives it and whoever reads it."""

from pydantic import BaseModel

TOKEN = "helpdesk_token"  # noqa: S105 - the name of a check
"""Holds unless the helpdesk refuses the token."""


class CheckAnswer(BaseModel):
    """One condition and whether it holds."""

    name: str
    ok: bool


class ReadyAnswer(BaseModel):
    """`ready`: every condition holds without which no delivery can be taken."""

    ready: bool
    checks: list[CheckAnswer]

    def holds(self, name: str) -> bool | None:
        """Whether the condition holds; None: it was not looked at."""
        return next((check.ok for check in self.checks if check.name == name), None)
