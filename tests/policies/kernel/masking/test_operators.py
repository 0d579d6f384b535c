"""What stands in the place of a value: keyed tokens, names of kinds, stars."""

import re
from collections.abc import Callable

import pytest

from policies.kernel.masking import Kind, LocalStars, Masking, Operator, Redact, Stars, Style, Token, detect, operators
from policies.kernel.masking import masked as hidden

KEY = b"k" * 16
OTHER_KEY = b"o" * 16
TOKEN = re.compile(r"\[(?P<kind>[a-z_]+):(?P<letters>[a-z]{16})\]")


def told(text: str, config: Masking, key: bytes = KEY, *, html: bool = False) -> list[tuple[str, str]]:
    """The tokens in the text once it is masked."""
    known: dict[Kind, Operator] = dict.fromkeys(Kind, Token(key=key))
    after = hidden(text, detect(text, html=html, config=config), known, html=html, config=config)
    return [(found["kind"], found["letters"]) for found in TOKEN.finditer(after)]


SAME = {
    "as it is":               ("卡号6222021234567890128", False),
    "spaces":                 ("卡号 6222 0212 3456 7890 128", False),
    "dashes, other sentence": ("card no. 6222-0212-3456-7890-128 please", False),
    "full-width":             ("卡号６２２２０２１２３４５６７８９０１２８", False),
    "Chinese numerals":       ("卡号六二二二零二一二三四五六七八九零一二八", False),
    "split by tags":          ("<p>卡号<b>622202</b><i>1234567890128</i></p>", True),
    "entities":               ("<p>卡号622202&#49;234567890128</p>", True),
    "invisible characters":   ("卡号622202\u200b1234567890128", False),
    "underlines":             ("卡号 6222_0212_3456_7890_128", False),
    "commas":                 ("卡号 6222,0212,3456,7890128", False),
    "a line break":           ("卡号 6222 0212 3456\n7890 128", False),
    "letters for digits":     ("卡号6222O2l234567890128", False),
    "percents in an address": ('<img src="https://x/?c=%36222%2D0212%2D3456%2D7890%2D128">', True),
}  # fmt: skip


@pytest.mark.parametrize(("text", "html"), SAME.values(), ids=SAME)
def test_the_same_value_has_the_same_token_in_every_disguise(text: str, html: bool, config: Masking) -> None:
    assert told(text, config, html=html) == told("6222021234567890128", config)


@pytest.mark.parametrize("x", ["X", "x", "×", "Ⅹ", "ｘ", "Х", "叉"])
def test_the_check_character_is_written_in_many_ways(x: str, config: Masking) -> None:
    assert told(f"身份证11010519491231002{x}", config) == told("11010519491231002X", config)


def test_other_keys_and_other_values_have_other_tokens(config: Masking) -> None:
    token = told("6222021234567890128", config)
    assert len(token) == 1
    assert told("6222021234567890128", config, OTHER_KEY) != token
    assert told("6217004504000883877", config) != token


def test_upper_and_lower_x_are_one_value_but_letters_of_a_password_are_not(config: Masking) -> None:
    assert told("身份证11010519491231002X", config) == told("身份证11010519491231002x", config)
    assert told("密码：Qwer1234", config) != told("密码：qwer1234", config)


def test_a_token_is_masked_no_further(config: Masking) -> None:
    known: dict[Kind, Operator] = dict.fromkeys(Kind, Token(key=KEY))
    text = "卡号6222021234567890128，密码：qwer1234，电话13800138000，验证码 889911，姓名：张三，地址：上海市南京路1号"
    once = hidden(text, detect(text, config=config), known, html=False, config=config)
    assert detect(once, config=config) == ()
    assert not re.search("[0-9]{4}", once)


def test_a_key_is_long_enough_and_not_shown() -> None:
    assert "kkkk" not in repr(Token(key=KEY))
    with pytest.raises(ValueError, match="16 bytes"):
        Token(key=b"short")


def test_the_style_token_needs_a_key(config: Masking) -> None:
    asked = config.model_copy(update={"styles": dict.fromkeys(config.styles, Style.TOKEN)})
    with pytest.raises(ValueError, match="needs a key"):
        operators(asked)
    assert all(operator == Token(key=KEY) for operator in operators(asked, KEY).values())


CARD = "卡号6222021234567890128"
SHOWN = {
    # row                             operator                                 text        shown
    "the name of the kind":          (Redact(),                                CARD, "卡号[bank_card]"),
    "first and last":                (Stars(first=6, last=4),                  CARD, "卡号622202*********0128"),
    "too short to show any of it":   (Stars(first=6, last=4, least_hidden=12), CARD, "卡号*******************"),
    "so many stars whatever it was": (Stars(fixed=6),                          CARD, "卡号******"),
    "what stands between stays":     (Stars(last=3), "卡号6222 0212 3456 7890 128",   "卡号**** **** **** **** 128"),
    "an address up to its sign":     (LocalStars(first=1), "发到zhang.san@example.com", "发到z********@example.com"),
}  # fmt: skip


@pytest.mark.parametrize(("operator", "text", "shown"), SHOWN.values(), ids=SHOWN)
def test_what_an_operator_shows(operator: Operator, text: str, shown: str, config: Masking) -> None:
    known = dict.fromkeys(Kind, operator)
    assert hidden(text, detect(text, config=config), known, html=False, config=config) == shown


def test_an_address_coded_in_a_link_keeps_its_domain(masked: Callable[..., str]) -> None:
    link = '<a href="mailto:zhang.san%40example.com?subject=x">m</a>'
    assert masked(link, html=True) == '<a href="mailto:z********%40example.com?subject=x">m</a>'
