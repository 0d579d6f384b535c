"""What the server refuses, with the shapes of its refusals."""

from typing import Any


class Refused(Exception):
    """A request that is answered with an error.

    status  the HTTP status.
    error   the text under ``error``.
    human   whether the text is repeated under ``error_human``, as most errors do and some do not.
    """

    def __init__(self, status: int, error: str, *, human: bool = True) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.human = human

    def body(self) -> dict[str, Any]:
        return {"error": self.error, "error_human": self.error} if self.human else {"error": self.error}


def not_found(model: str, key: object) -> Refused:
    return Refused(404, f"Couldn't find {model} with 'id'={key}")


def no_page() -> Refused:
    return Refused(404, "This page doesn't exist.")


def forbidden(text: str = "Not authorized") -> Refused:
    return Refused(403, text)


def unprocessable(text: str, *, human: bool = True) -> Refused:
    return Refused(422, text, human=human)
