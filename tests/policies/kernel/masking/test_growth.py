"""Four times the text takes about four times as long, whatever the text was made for: nothing grows with the square."""

import time

import pytest

from policies.kernel.masking import Masking, detect
from policies.kernel.masking import masked as hidden
from policies.kernel.masking.operators import operators

SMALL = 4_000
TIMES = 4
MOST = 9.0
"""Of processor time; the square would be 16, and a cache that overflows costs less than twice."""

PLAIN = {
    "digits": "1", "digits and blanks": "1 ", "digits and dashes": "12-", "Chinese numerals": "一二",
    "mobile numbers": "13800138000 ", "cards": "6222 0212 3456 7890 128 ", "dates": "2026-09-28 ",
    "signs": "@", "half addresses": "a@", "addresses": "a.b@c.cn ", "spelled signs": "a(at)", "dots": "a.",
    "labels": "卡号", "labels of secrets": "密码：", "labels of codes": "code ", "names": "姓名：张三",
    "places": "地址：", "streets": "北京市朝阳区1号", "provinces": "北京", "house numbers": "1号", "titles": "张先生",
    "letters": "a", "a web address": "http://a.b/1?x=13800138000&", "invisible characters": "1\u200b",
    "brackets": "(", "quotation marks": '"', "stars": "6222****", "letters and digits": "a1", "IBANs": "de89 ",
    "heads": "姓名,卡号\n", "heads and quotation marks": '"姓名","卡号"\n"', "separators": ",", "lines": "a,\n",
    "labels in one": "password_", "labels and digits": "pin1", "live at": "live at ", "my name is": "my name is ",
    "tabs": "a\t", "brackets of tokens": "[password:", "traditional labels": "帳號", "Latin labels": "card number ",
    "blanks": " ", "circled digits": "①", "slashes": "1/", "dots between digits": "1.",
    "underlines": "1_", "groups and underlines": "4111_", "letters like digits": "1o",
    "runs and letters like digits": "1111111o",
    "lines of digits": "4111 1111\n", "percents": "111%20", "parameters": "http://a.b/?c=4111111111111111&",
    "passwords in Chinese": "密码：张三1", "colons": "密码：：",
}  # fmt: skip
HTML = {
    "tags": "<b>", "less than": "<", "half tags": "<a ", "half attributes": '<a b="', "comments": "<!--",
    "ends of comments": "<!-- -->", "entities": "&#49;", "half entities": "&#", "names of entities": "&amp",
    "cells": "<td>1", "heads": "<tr><th>密码<td>1", "tables in tables": "<table><tr><td>", "scripts": "<script>",
    "ends": "</p>", "links": '<a href="tel:13800138000">', "percents": '<a href="%E4%BD">', "titles": '<b title="卡1">',
    "wide cells": "<td colspan=99 rowspan=99>", "instructions": "<?", "paragraphs": "<p>1</p>", "blanks": "\n ",
    "names of attributes": "<p a a a ", "addresses": '<img src="http://a.b/?c=4111%2D1111%2D1111%2D1111">',
    "equals signs": "<p = = ", "an attribute that goes on": '<p a="1" 1111111',
}  # fmt: skip


def seconds(text: str, *, html: bool, config: Masking) -> float:
    known, best = operators(config), float("inf")
    for _ in range(3):
        begin = time.process_time()
        hidden(text, detect(text, html=html, config=config), known, html=html, config=config)
        best = min(best, time.process_time() - begin)
    return best


@pytest.mark.parametrize("part", PLAIN.values(), ids=PLAIN)
def test_text(part: str, config: Masking) -> None:
    _grows(part, html=False, config=config)


@pytest.mark.parametrize("part", HTML.values(), ids=HTML)
def test_html(part: str, config: Masking) -> None:
    _grows(part, html=True, config=config)


def _grows(part: str, *, html: bool, config: Masking) -> None:
    small = part * (SMALL // len(part))
    few = max(seconds(small, html=html, config=config), 0.000_5)
    assert seconds(small * TIMES, html=html, config=config) / few < MOST


@pytest.mark.parametrize("run", ["-" * 40, "-a" * 20, "._" * 20], ids=("dashes", "letters between", "other signs"))
def test_a_password_of_signs_is_read_once(run: str, config: Masking) -> None:
    """What is nearly words is not tried in every way of parting it into them."""
    assert seconds(f"password: a{run}1", html=False, config=config) < 0.5
