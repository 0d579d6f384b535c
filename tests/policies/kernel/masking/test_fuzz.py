"""Valid numbers in random disguises are found with exact spans; random traps stay; masking twice changes nothing."""

import string
from collections.abc import Callable
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.kernel.masking import Masking, detect

DIGITS = st.sampled_from(string.digits)
FUZZ = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ALPHABETS = ["0123456789", "０１２３４５６７８９", "零一二三四五六七八九", "〇幺贰叁肆伍陆柒捌玖", "𝟬𝟭𝟮𝟯𝟰𝟱𝟲𝟳𝟴𝟵"]
SEPARATORS = ["", "", "", " ", "-", ".", "\u200b", "\u00a0", "–", "\u2060 "]
BEFORE = ["我的号码是", "请记录", "call ", "（", "客户", ""]
AFTER = ["，谢谢", "。", "是我的", " please", "）", ""]


def numerals(size: int) -> st.SearchStrategy[str]:
    return st.lists(DIGITS, min_size=size, max_size=size).map("".join)


def luhn_digit(body: str) -> str:
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def id_check(body: str) -> str:
    return "10X98765432"[sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body)) % 11]


MOBILES = st.tuples(st.sampled_from("3456789"), numerals(9)).map(lambda parts: ("mobile", "1" + "".join(parts)))
CARDS = st.tuples(st.sampled_from(["622202", "621700", "622848", "625955"]), numerals(12)).map(
    lambda parts: ("bank_card", "".join(parts) + luhn_digit("".join(parts)))
)
RESIDENTS = st.tuples(
    st.sampled_from(["110101", "310104", "440305", "500231", "659001"]),
    st.dates(date(1900, 1, 1), date(2020, 12, 31)),
    numerals(3),
).map(lambda parts: f"{parts[0]}{parts[1]:%Y%m%d}{parts[2]}")
CROSSES = st.sampled_from(["X", "X", "x", "×", "Ⅹ", "ｘ", "Х"])
IDENTITIES = st.tuples(RESIDENTS, CROSSES).map(
    lambda parts: ("identity_card", parts[0] + id_check(parts[0]).replace("X", parts[1]))
)
NUMBERS = st.one_of(MOBILES, CARDS, IDENTITIES)


@st.composite
def disguised(draw: st.DrawFn) -> tuple[str, str]:
    """A kind, and a number of it spelled in one alphabet with one separator at random places."""
    kind, value = draw(NUMBERS)
    alphabet, separator = draw(st.sampled_from(ALPHABETS)), draw(st.sampled_from(SEPARATORS))
    spelled = [alphabet[int(char)] if char.isdigit() else char for char in value]
    cuts = draw(st.sets(st.integers(1, len(value) - 1), max_size=len(value)))
    # One dot alone makes a decimal number of it.
    if separator == "." and len(cuts) == 1:
        cuts = set()
    return kind, "".join((separator if place in cuts else "") + char for place, char in enumerate(spelled))


@FUZZ
@given(number=disguised(), before=st.sampled_from(BEFORE), after=st.sampled_from(AFTER))
def test_a_disguised_number_is_found(number: tuple[str, str], before: str, after: str, config: Masking) -> None:
    kind, spelled = number
    text = before + spelled + after

    spans = detect(text, config=config)

    assert [(span.kind, text[span.start : span.end]) for span in spans] == [(kind, spelled)]


INLINE = [
    "<b>",
    "</b>",
    "<span style='x'>",
    "</span>",
    "<!-- 12 -->",
    "<wbr>",
    '<font color="#123456">',
    "</i>",
    "&#8203;",
]


@FUZZ
@given(
    number=NUMBERS,
    tags=st.lists(st.tuples(st.integers(1, 10), st.sampled_from(INLINE)), max_size=6),
    coded=st.booleans(),
)
def test_a_number_that_tags_split_is_found(
    number: tuple[str, str], tags: list[tuple[int, str]], coded: bool, config: Masking
) -> None:
    kind, value = number
    chars = [f"&#{ord(char)};" if coded else char for char in value]
    for place, tag in tags:
        chars[place] = tag + chars[place]
    source = f"<div>{''.join(chars)}</div>"

    spans = detect(source, html=True, config=config)

    assert [(span.kind, span.start, span.end) for span in spans] == [(kind, 5, len(source) - 6)]


DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@FUZZ
@given(number=NUMBERS, html=st.booleans(), turns=st.lists(st.text(DIRECTIONS, max_size=2), min_size=24, max_size=24))
def test_signs_of_direction_stay_and_hide_nothing(
    number: tuple[str, str], html: bool, turns: list[str], masked: Callable[..., str]
) -> None:
    """Wherever they stand in a number, it is masked as without them, and masking again changes nothing."""
    _, value = number
    text = "".join(char + turn for char, turn in zip(f"号码{value}。", turns, strict=False))

    once = masked(text, html=html)

    assert without_directions(once) == masked(without_directions(text), html=html)
    assert [char for char in once if char in DIRECTIONS] == [char for char in text if char in DIRECTIONS]
    assert masked(once, html=html) == once


def without_directions(text: str) -> str:
    return "".join(char for char in text if char not in DIRECTIONS)


HEX = st.text("0123456789abcdef", min_size=32, max_size=64).filter(lambda text: not text.isdigit())
TRAPS = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                "订单号",
                "流水号：",
                "票号 ",
                "运单号:",
                "工单编号",
                "包裹号",
                "退款单 ",
                "Order No. ",
                "ref: ",
                "booking no. ",
            ]
        ),
        numerals(16),
    ).map("".join),
    st.tuples(
        st.sampled_from(["订单号", "流水号：", "票号 ", "运单号:", "tracking number "]),
        MOBILES.map(lambda pair: pair[1]),
    ).map("".join),
    st.tuples(MOBILES.map(lambda pair: pair[1]), st.sampled_from(["元", "万元", " 元", ".00", "股", "%"])).map("".join),
    HEX,
    st.uuids().map(str),
    st.datetimes().map(lambda at: at.strftime("%Y-%m-%d %H:%M:%S")),
    st.dates(date(1950, 1, 1), date(2049, 12, 31)).map(lambda day: f"{day:%Y%m%d}"),
    st.floats(0, 1e9).map(lambda amount: f"¥{amount:,.2f}"),
    st.integers(0, 999_999).map(str),
    numerals(8).map(lambda digits: f"https://example.com/orders/{digits}1380013800"),
    st.sampled_from(["95588", "400-820-8820", "12378", "12345", "ICBKCNBJSHI", "6222****1234", "138****8000"]),
)


@FUZZ
@given(trap=TRAPS, before=st.sampled_from(BEFORE), after=st.sampled_from(["，谢谢", "。", ""]))
def test_a_trap_stays(trap: str, before: str, after: str, config: Masking) -> None:
    assert detect(f"{before} {trap}{after}", config=config) == ()


TEXTS = st.lists(
    st.one_of(
        st.text(max_size=12),
        disguised().map(lambda pair: pair[1]),
        st.sampled_from(
            [
                "密码：",
                "验证码",
                "姓名：张三",
                "地址：上海市南京路1号",
                "a@b.cn",
                "<b>",
                "</td>",
                "&#49;",
                "<!--",
                "\n",
                '<a href="',
                "<img src='https://x/?c=",
                '" id="',
                "卡号",
                "4111_1111_1111_1111",
                "4111 1111\n1111 1111",
                "11O1o519491231002X",
                "密码：张三abc",
                "%2D1111",
                "&m=",
                "\u202e",
            ]
        ),
    ),
    max_size=12,
).map("".join)


@FUZZ
@given(text=TEXTS, html=st.booleans())
def test_masking_twice_changes_nothing(text: str, html: bool, masked: Callable[..., str]) -> None:
    """And whatever the text is, nothing raises."""
    once = masked(text, html=html)
    assert masked(once, html=html) == once


@FUZZ
@given(text=TEXTS, html=st.booleans())
def test_spans_are_in_order_and_their_cells_within(text: str, html: bool, config: Masking) -> None:
    end = 0
    for span in detect(text, html=html, config=config):
        assert end <= span.start <= span.cells[0][0]
        assert span.cells[-1][1] <= span.end <= len(text)
        assert list(span.cells) == sorted(span.cells)
        end = span.end


def test_what_hiding_one_value_brings_to_light_is_hidden_too(masked: Callable[..., str]) -> None:
    """An address whose first letters, once the rest is stars, read as a mobile number."""
    once = masked("1300000000零0@0.AA")
    assert once == masked(once)
    assert "1300000000零" not in once
