"""`zhidu mask`: masks personal data in texts, and says what it found and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from policies.kernel.masking import Span

_OBJECT = 'a line is an object such as {"text": "…", "html": false}'


@click.command()
@click.argument("files", nargs=-1, type=click.File("rb"), metavar="[FILE]...")
@click.option("--html", is_flag=True, help="The text is HTML; its tags stay as they are.")
@click.option("--jsonl", is_flag=True, help='Read {"text", "html"} lines, write {"text", "findings"} lines.')
@click.option("--mail", is_flag=True, help="The file is a mail (.eml); it is written as it would leave the gate.")
@click.option(
    "--explain", is_flag=True, help="Say what was found, where and why; with --jsonl or --json, also how sure."
)
@click.pass_obj
def mask(
    habits: Habits | None, files: tuple[BinaryIO, ...], html: bool, jsonl: bool, mail: bool, explain: bool
) -> int | None:
    """Masks personal data in FILEs, or in standard input, and writes the text.

    Which kinds are masked and what of them still shows is the configuration's masking.yaml. Text is UTF-8. With --jsonl
    each line is answered as it comes: start and end are characters of the text that was given. With --mail nothing is
    sent or sealed: the number of the original in its X-Zhidu field is 0.

    \b
    Example:
      echo '我的手机号13800138000' | zhidu mask
      zhidu mask --html mail.html > masked.html
      zhidu mask --explain letter.txt
      zhidu mask --mail letter.eml > masked.eml
      echo '{"text": "卡号6222021234567890128", "html": false}' | zhidu mask --jsonl
    """
    from policies.kernel.masking import detect, operators
    from policies.kernel.masking import masked as hidden
    from zhidu.masking import load_masking

    habits = habits or Habits()
    if mail:
        return _mail(habits, files, html or jsonl, explain)
    config = load_masking(habits.directory)
    known = operators(config)

    def masked(text: str, is_html: bool) -> tuple[str, tuple[Span, ...]]:
        spans = detect(text, html=is_html, config=config)
        return hidden(text, spans, known, html=is_html, config=config), spans

    for source in files or (sys.stdin.buffer,):
        if jsonl:
            _answer(source, masked, html, full=explain)
        elif explain or habits.json:
            _explain(source, masked, html, as_json=habits.json)
        else:
            _rewrite(source, masked, html)
    return None


def _mail(habits: Habits, files: tuple[BinaryIO, ...], otherwise: bool, explain: bool) -> int:
    from zhidu.commands.mask_mail import mask_mail
    from zhidu.exits import WrongUse

    if otherwise or len(files) > 1:
        raise WrongUse("--mail takes one mail, and neither --html nor --jsonl")
    return mask_mail(habits, files[0] if files else sys.stdin.buffer, explain=explain)


def _answer(
    source: Iterable[bytes], masked: Callable[[str, bool], tuple[str, tuple[Span, ...]]], html: bool, *, full: bool
) -> None:
    """One line in, one line out, in order; a line that cannot be read is answered and does not stop the others."""
    for line in source:
        try:
            text, is_html = _asked(line, html)
        except ValueError as error:
            _print({"error": str(error)})
            continue
        after, spans = masked(text, is_html)
        _print({"text": after, "findings": [_finding(span, full=full) for span in spans]})


def _asked(line: bytes, html: bool) -> tuple[str, bool]:
    """Raises ValueError saying what is wrong with the line, without quoting it."""
    import json

    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("the line is not JSON") from None
    if not isinstance(given, dict):
        raise ValueError(_OBJECT)
    text, is_html = given.get("text"), given.get("html", html)
    if not isinstance(text, str):
        raise ValueError(f"text is needed, a text; {_OBJECT}")
    if not isinstance(is_html, bool):
        raise ValueError("html is true or false")
    return text, is_html


def _finding(span: Span, *, full: bool) -> Mapping[str, Any]:
    told: dict[str, Any] = {"kind": span.kind.value, "start": span.start, "end": span.end, "why": span.why}
    if full:
        told |= {"confidence": span.confidence, "evidence": [ground.value for ground in span.evidence]}
        told |= {"label": span.label, "valid": span.valid}
    return told


def _explain(
    source: BinaryIO, masked: Callable[[str, bool], tuple[str, tuple[Span, ...]]], html: bool, *, as_json: bool
) -> None:
    """A row a finding, never with the value: `line:column: kind: why`."""
    text = _decoded(source.read())
    after, spans = masked(text, html)
    if as_json:
        _print({"text": after, "findings": [_finding(span, full=True) for span in spans]})
        return
    line, counted = 1, 0
    for span in spans:
        line += text.count("\n", counted, span.start)
        counted = span.start
        column = span.start - text.rfind("\n", 0, span.start)
        click.echo(f"{line}:{column}: {span.why} (confidence {span.confidence:.2f})")
    if not spans:
        click.echo("nothing found")


def _rewrite(source: BinaryIO, masked: Callable[[str, bool], tuple[str, tuple[Span, ...]]], html: bool) -> None:
    sys.stdout.buffer.write(masked(_decoded(source.read()), html)[0].encode())


def _decoded(octets: bytes) -> str:
    from zhidu.exits import WrongUse

    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise WrongUse(f"the text is not UTF-8 (byte {error.start + 1})") from None


def _print(answer: Mapping[str, Any]) -> None:
    import json

    out = sys.stdout.buffer
    # Half a character (\\ud800) is legal in JSON and not in UTF-8: it leaves as it came, escaped.
    out.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    out.flush()
