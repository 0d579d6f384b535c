"""Heads are said again before their cells without taking a place in the source, and only for so many cells."""

import pytest

from policies.kernel.masking import Kind, Masking, detect
from policies.kernel.masking.html import html_view
from policies.kernel.masking.tables import headed, written
from policies.kernel.masking.views import plain_view

SOURCE = "<table><tr><th>客户<th>密码<tr><td>甲<td>ab&#49;2cd34</table>"


def test_what_is_said_again_has_no_place_in_the_source() -> None:
    view = html_view(SOURCE)
    again = headed(view, view.tables)

    assert again.text.split() == ["。客户", "。密码", "。客户", "甲", "密码", "ab12cd34"]
    shown = [(at, cell) for at in range(len(again.text)) if (cell := again.cell(at))[0] < cell[1]]
    assert "".join(again.text[at] for at, _ in shown) == view.text
    assert [cell for _, cell in shown] == [view.cell(at) for at in range(len(view.text))]


def test_a_text_without_tables_is_as_it_was() -> None:
    view = plain_view("您好，我的卡号\n没有问题，谢谢")
    assert headed(view, written(view.text)) is view


@pytest.mark.parametrize("html", [False, True], ids=["lines", "HTML"])
def test_behind_so_many_cells_a_table_is_read_as_text(
    html: bool, config: Masking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("tables", "grids"):
        monkeypatch.setattr(f"policies.kernel.masking.{module}.MOST_CELLS", 12)
    rows = [("客户", "密码"), *[("甲", "qwer1234")] * 20, ("甲", "6222021234567890128")]
    text = "\n".join(map(",".join, rows))
    if html:
        text = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)

    kinds = [span.kind for span in detect(text, html=html, config=config)]

    assert 0 < kinds.count(Kind.PASSWORD) < 10
    assert kinds[-1] is Kind.BANK_CARD
