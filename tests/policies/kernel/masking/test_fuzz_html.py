"""HTML is read as the standard library's parser reads it, and nothing of it changes but the characters of numbers."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from policies.kernel.masking.html import html_view
from tests.policies.kernel.masking.test_fuzz import FUZZ, NUMBERS


class Shown(HTMLParser):
    """The text that the standard library's parser sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b class='x>y'>", "</b>", "<br/>", "<!-- c > d -->", "&amp;", "&#20320;", "&#x4f60;", "&nbsp;",
         "<td a=1 b>", "</td>", "<!DOCTYPE html>", "&copy;", "&unknown;", "a < b", "1 > 0", "&", "好", "12", " ",
         '<a href="x">', "</A>", "<IMG alt=x>"]
    ),
    max_size=20,
).map("".join)  # fmt: skip


@FUZZ
@given(source=MARKUP)
def test_the_tokenizer_reads_what_a_parser_reads(source: str) -> None:
    """What shows is the same text, apart from blanks."""
    parser = Shown()
    parser.feed(source)
    parser.close()

    shown = html_view(source).text

    # Attributes that are read stand on lines of their own behind the text.
    assert squeezed(shown).startswith(squeezed(parser.text.lower()))


class Tags(HTMLParser):
    """What the standard library's parser sees: tags and attributes as they come."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(source: str) -> Tags:
    parser = Tags()
    parser.feed(source)
    parser.close()
    return parser


NAMES = ["src", "style", "id", "class", "data-x", "srcset", "background", "poster", "title", "href", "width", "X-Y"]
AROUND = [
    ("", ""),
    ("https://x/?c=", ""),
    ("https://x/i?a=1&amp;c=", "&amp;d=2"),
    ("background:url(https://x/?c=", ")"),
    ("a ", " b"),
    ("#top;", ";"),
    ("tel:", ""),
]
GAPS = ["", "", " ", "-", "%20", "%2D", "&#45;", "&nbsp;", "\u200b"]
HARMLESS = ["", "#411111", "cid:4111111111111111", "color: rgb(41, 111, 111)", "data:image/png;base64,4111111111111111"]


@st.composite
def attribute(draw: st.DrawFn) -> tuple[str, str, str]:
    """An attribute as it is written, its name, and the number in it; the number is empty where there is none."""
    name, quotation = draw(st.sampled_from(NAMES)), draw(st.sampled_from("\"'"))
    if draw(st.integers(0, 3)) == 0:
        return f"{name}={quotation}{draw(st.sampled_from(HARMLESS))}{quotation}", name, ""
    _, number = draw(NUMBERS)
    (before, after), gap = draw(st.sampled_from(AROUND)), draw(st.sampled_from(GAPS))
    if "%" in gap and "://" not in before:
        gap = ""
    spelled = gap.join((number[:4], number[4:8], number[8:]))
    return f"{name}={quotation}{before}{spelled}{after}{quotation}", name, number


@FUZZ
@given(
    attributes=st.lists(attribute(), min_size=1, max_size=4, unique_by=lambda one: one[1]),
    tag=st.sampled_from(["p", "IMG", "td", "w:p", "style-x"]),
    shown=st.sampled_from(["好", "卡号", "1 < 2", "&amp;"]),
)
def test_no_attribute_shows_a_number_and_nothing_else_changes(
    attributes: list[tuple[str, str, str]], tag: str, shown: str, masked: Callable[..., str]
) -> None:
    source = f"<{tag} {' '.join(written for written, _, _ in attributes)}>{shown}</{tag}>"

    after = masked(source, html=True)

    old, new = read(source), read(after)
    assert new.text == old.text
    assert [(name, [known for known, _ in values]) for name, values in new.tags] == [
        (name, [known for known, _ in values]) for name, values in old.tags
    ]
    for (_, _, number), (_, was), (_, value) in zip(attributes, old.tags[0][1], new.tags[0][1], strict=True):
        assert was is not None
        assert value is not None
        if number:
            assert number not in digits_of(value)
            assert "*" in value
        else:
            assert value == was
    # Tags and signs stand where they stood: only characters of numbers have become stars.
    assert re.sub(r"[\dX*]|&#45;", "", after) == re.sub(r"[\dX*]|&#45;", "", source)
    assert masked(after, html=True) == after


def digits_of(value: str) -> str:
    return "".join(char for char in unquote(value) if char.isdigit() or char in "X*")


def squeezed(text: str) -> str:
    return "".join(text.split())
