"""Commands that answer lines: one JSON object in, one out, in the same order."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click


def answer_lines(answer: Callable[[Mapping[str, Any]], Mapping[str, Any]], like: str) -> None:
    """Answers each line of standard input; one that cannot be answered gets `{"error"}` and does not stop the others.

    answer   raises ValueError – saying what is wrong with the line
    like     a line as it should be, for errors
    """
    for line in sys.stdin.buffer:
        try:
            try:
                given = json.loads(line)
            except (ValueError, RecursionError):
                raise ValueError("the line is not JSON") from None
            if not isinstance(given, dict):
                raise ValueError(f"a line is an object such as {like}")
            answered = answer(given)
        except ValueError as error:
            answered = {"error": str(error)}
        click.echo(json.dumps(answered, ensure_ascii=False))


def text_of(given: Mapping[str, Any], name: str) -> str:
    """A text of the line. Raises ValueError."""
    value = given.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is needed, a text")
    return value


def written(argument: str | None) -> str:
    """What was given on the command line, or else standard input."""
    return sys.stdin.buffer.read().decode("utf-8", "replace") if argument is None else argument
