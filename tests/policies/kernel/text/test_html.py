# ruff: noqa: E501 - tables of Chinese sentences, whose characters ruff counts twice
"""HTML bodies as plain text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.kernel.text.html import _Reader, plain_text

ROWS = {
    # row                   html                                                                   text
    "paragraphs":          ("<p>我要</p><p>投诉</p>",                                                "我要\n\n投诉"),
    "breaks":              ("a<br>b<br/>c",                                                        "a\nb\nc"),
    "blanks":              ("<div>  a \n  b&nbsp;c </div>",                                        "a b\xa0c"),
    "digits split":        ("<b>12</b><i>378</i>",                                                 "12378"),
    "entities":            ("&lt;ok&gt; &amp; &#25237;&#35785;",                                   "<ok> & 投诉"),
    "unread":              ("<style>p{}</style><script>x()</script><p>a</p>",                      "a"),
    "quotation":           ("<p>new</p><blockquote>old<div>older</div></blockquote>after",         "new\n\n> old\n> older\nafter"),
    "quotation within":    ("<blockquote>a<blockquote>b</blockquote></blockquote>",                "> a\n> > b"),
    "gmail quotation":     ('new<div class="gmail_quote">On 1 May x wrote:<br>old</div>',          "new\n> On 1 May x wrote:\n> old"),
    "outlook mark":        ('new<div id="divRplyFwdMsg">From: x</div>',                            "new\n> From: x"),
    "marked signature":    ('<div>new</div><div data-signature="true" data-signature-id="1">Bob</div>', "new"),
    "gmail signature":     ('new<div class="gmail_signature">律师</div>',                           "new"),
    "signature marker":    ('<div>new</div><span class="js-signatureMarker"></span><div>old</div>', "new\n--\nold"),
    "marker first":        ('<span class="js-signatureMarker"></span><div>only</div>',             "only"),
    "void tags":           ('a<img src="x">b<hr>c',                                                "ab\nc"),
    "unclosed":            ("<div><b>a<p>b",                                                       "a\n\nb"),
    "crossed":             ("<b>a<i>b</b>c</i></u>d",                                              "abcd"),
    "list":                ("<ul><li>a</li><li>b</li></ul>",                                       "a\nb"),
    "attribute w/o value": ("<div hidden>a</div>",                                                 "a"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "text"), ROWS.values(), ids=ROWS)
def test_html(html, text):
    """The text a reader sees, quotations marked."""
    assert plain_text(html, "text/html; charset=utf-8") == text


def test_plain_stays():
    """A plain body comes back as it is."""
    assert plain_text("<p> a", "text/plain") == "<p> a"


PIECES = (
    *("<p>", "</p>", "<div>", "</div>", "<br>", "<br/>", "<br />", "<b>", "</b>", "<ul>", "<li>", "</li>", "</span>"),
    *(
        "您好",
        " a  b ",
        "\n",
        "\r\n",
        "\u3000x",
        "\xa0",
        "-- ",
        "\u2028",
        "1 > 0",
        "&amp;",
        "<blockquote>",
        '<p class="x">',
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_plain_tags_need_no_parser(html: str) -> None:
    """A body of text and plain tags is read in one go, and as the parser reads it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    read = "\n".join(f"{'> ' * depth}{line}" for depth, line in reader.lines).strip()
    assert plain_text(html, "text/html") == read


NEARLY_PLAIN = {
    "a sign at the end": "您好" * 50_000 + ">",
    "an ampersand": "a b " * 25_000 + "&amp;",
    "a tag of another kind": "<p>a b</p>" * 10_000 + "<table>",
    "an open tag": "<b>" * 30_000 + "<",
}


@pytest.mark.parametrize("html", NEARLY_PLAIN.values(), ids=NEARLY_PLAIN)
def test_what_is_nearly_plain_costs_no_more_than_its_length(html: str) -> None:
    """Whoever writes to the helpdesk chooses the text."""
    start = time.process_time()

    assert plain_text(html, "text/html")

    assert time.process_time() - start < 2
