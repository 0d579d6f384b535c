"""The prevailing language."""

import pytest

from policies.kernel.text.language import language_of

ROWS = {
    "simplified": ("请问这个怎么办理", "zh-CN"),
    "traditional": ("請問這個怎麼辦理", "zh-TW"),
    "hong kong": ("唔該幫我轉", "zh-TW"),
    "english": ("is the branch open?", "en"),
    "mixed, chinese prevails": ("我想申請 form，請 email 畀我，多謝", "zh-TW"),
    "mixed, english prevails": ("please call me about 保单 today or tomorrow", "en"),
    "neither script": ("你好", "zh-CN"),
    "characters of both": ("后里只台面", "zh-CN"),
    "no words": ("12378 !", None),
}


@pytest.mark.parametrize(("text", "language"), ROWS.values(), ids=ROWS)
def test_language(text, language):
    """The script is decided by the characters only one of them has."""
    assert language_of(text) == language
