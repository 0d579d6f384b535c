"""The shipped character table is what OpenCC says; run this file to write it anew."""

import sys
from pathlib import Path

import opencc

from policies.kernel.text import traditional

HEADER = '''"""Traditional characters and their simplified forms, one to one.

Generated from OpenCC's character tables (Taiwan and Hong Kong variants included). Position i of `TRADITIONAL` is
written as position i of `SIMPLIFIED`. A test compares both with OpenCC; running that test file prints this module.
"""

'''
HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00))


def pairs() -> list[tuple[str, str]]:
    """Every Han character that OpenCC alone (without its neighbours) writes as one other character.

    Characters that are themselves the simplified form of another stay: 么 is what 麼 becomes, whatever else it may be.
    """
    chain = [opencc.OpenCC(name) for name in ("tw2s", "hk2s", "t2s")]
    found = []
    for char in map(chr, HAN):
        simplified = char
        for converter in chain:
            simplified = converter.convert(simplified)
        if simplified != char and len(simplified) == 1 and ord(simplified) < 0x10000:
            found.append((char, simplified))
    simple = {pair[1] for pair in found}
    return [pair for pair in found if pair[0] not in simple]


def rendered() -> str:
    """The source of the data module."""
    table = pairs()
    lines = [HEADER]
    for name, column in (("TRADITIONAL", 0), ("SIMPLIFIED", 1)):
        text = "".join(pair[column] for pair in table)
        lines.append(f"{name} = (\n")
        lines += [f'    "{text[i : i + 100]}"\n' for i in range(0, len(text), 100)]
        lines.append(")\n")
    return "".join(lines)


def test_the_table_is_opencc_s():
    """Not one pair differs from the installed OpenCC."""
    assert Path(traditional.__file__).read_text("utf-8") == rendered()


if __name__ == "__main__":
    sys.stdout.write(rendered())
