"""Masking: megabytes a second on one core, of plain text and of HTML, and against presidio-analyzer and scrubadub.

The texts are letters to a bank in Chinese and English, a few kilobytes each, with a finding in about every thousand
characters and order numbers, amounts and dates besides. The peers run in processes of their own, from `.venv-bench`
(`make bench` makes it), in turns with ours and on the same English texts, which is what they are made for: presidio
with its pattern recognisers alone, and once more, for information, with only those of kinds that are ours too;
scrubadub with what it looks for by default and is ours. Ours always looks for everything it knows, names, addresses
and Chinese documents included. Times are the processor's, of either process. Without that environment only our own
figures are taken.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.harness import Row, best_of, report, seconds
from policies.kernel.masking import detect, operators, transform
from zhidu.masking import load_masking

ROOT = Path(__file__).parent.parent
PEERS = ROOT / ".venv-bench" / "bin" / "python"
ROUNDS = 3
CONFIG = load_masking()
OPERATORS = operators(CONFIG)

CHINESE = (
    "您好，我的信用卡申请一直没有批下来，请帮我查询一下进度。工作人员说需要等待三个工作日，但是到现在还没有收到任何通知！",
    "上周五我在你们的手机银行转账，显示处理中，已经过去两天，余额没有变化。麻烦尽快处理，谢谢！",
    "贷款利率为什么从4.2%涨到了4.9%？合同约定是固定利率，请给出解释，并告诉我向哪个部门投诉。",
    "客服态度很好，但是问题始终没有解决，每次打电话都说已经登记，让我等待回复，可是没有人联系我。",
    "我的订单号是20260928001234567，付款金额5800.00元，2026-09-28提交，请核实。",
)
ENGLISH = (
    "Hello, I have been waiting for my card application since last Monday and nobody has called me back. ",
    "Could you please look into the status of the transfer? It shows as pending and my balance has not changed. ",
    "The branch told me that the interest rate was fixed for the whole term, and I would like an explanation. ",
    "Every time I call, your colleagues say that the case is registered and that I shall wait for an answer. ",
    "My order number is 20260928001234567, the amount was 5,800.00 USD, paid on 2026-09-28. ",
)
TRADITIONAL = (
    "您好，我的信用卡申請一直沒有核准，請幫我查詢進度。行員說需要等待三個工作天，但是到現在還沒有收到任何通知！",
    "上週五我在貴行的行動銀行轉帳，顯示處理中，已經過了兩天，餘額沒有變化。麻煩儘快處理，謝謝！",
    "貸款利率為什麼從4.2%漲到了4.9%？契約約定是固定利率，請給出解釋，並告訴我向哪個部門申訴。",
    "客服態度很好，但是問題始終沒有解決，每次打電話都說已經登記，讓我等待回覆，可是沒有人聯絡我。",
    "我的訂單編號是20260928001234567，付款金額5800.00元，2026-09-28提交，請查核。",
)
SENTENCES = {"Chinese": CHINESE, "English": ENGLISH, "traditional Chinese": TRADITIONAL}
PERSONAL = {
    "Chinese": ("我的手机号13800138000，", "卡号6222021234567890128，",
        "邮箱zhang.san@example.com，", "身份证11010519491231002X。"),
    "traditional Chinese": ("我的手機號碼13800138000，", "卡號6222021234567890128，",
        "電子郵件zhang.san@example.com，", "身分證字號A123456789。"),
    "English": ("My phone is 13800138000. ", "Card 4111 1111 1111 1111. ", "Mail me at john.doe@example.com. "),
}  # fmt: skip


def letters(language: str, count: int) -> list[str]:
    """Texts of about 40 sentences; the same at each run."""
    chance = random.Random(f"letters in {language}")
    sentences = SENTENCES[language]
    every = 10 if language == "English" else 18
    return [
        "".join(
            chance.choice(PERSONAL[language]) if chance.randrange(every) == 0 else chance.choice(sentences)
            for _ in range(40)
        )
        for _ in range(count)
    ]


def as_html(text: str) -> str:
    """As mail programs write it: each sentence a paragraph, styles on everything."""
    style = 'style="font-family: Calibri, sans-serif; font-size: 11pt; color: rgb(0, 0, 0)"'
    ends = text.replace("。", "。\0").replace(". ", ".\0").split("\0")
    return (
        "<html><body>"
        + "\n".join(f'<div {style}><p class="MsoNormal">{end}<br></p></div>' for end in ends)
        + "</body></html>"
    )


def mask(texts: list[str], *, html: bool) -> None:
    for text in texts:
        transform(text, detect(text, html=html, config=CONFIG), OPERATORS)


def megabytes(texts: list[str]) -> float:
    return sum(len(text.encode()) for text in texts) / 1e6


def throughput() -> bool:
    good = True
    for html, target in ((False, 15.0), (True, 10.0)):
        for language in SENTENCES:
            texts = letters(language, 100)
            texts = [as_html(text) for text in texts] if html else texts
            speed = megabytes(texts) / best_of(4 * ROUNDS, partial(mask, texts, html=html), clock=time.process_time)
            what = f"masking {language} {'HTML' if html else 'text'}"
            print(f"{what}: {speed:.1f} MB/s")
            good &= report(Row(what=what, ours=speed, unit="MB/s", target=target))
    return good


def against(peer: str, corpus: Path, texts: list[str], target: float | None) -> bool:
    command = [str(PEERS), str(ROOT / "benchmarks" / "masking_peer.py"), peer, str(corpus)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 – ours
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", f"{peer} did not start"
        mine, theirs = [], []
        for _ in range(ROUNDS):
            mine.append(seconds(partial(mask, texts, html=False), time.process_time))
            process.stdin.write("go\n")
            process.stdin.flush()
            theirs.append(float(process.stdout.readline()))
        process.stdin.close()
    size = megabytes(texts)
    ratio = statistics.median(other / own for own, other in zip(mine, theirs, strict=True))
    print(f"against {peer}: {size / min(mine):.1f} to {size / min(theirs):.2f} MB/s")
    row = Row(
        what="masking English text",
        ours=size / min(mine),
        unit="MB/s",
        peer=size / min(theirs),
        against=peer,
        ratio=ratio,
        target=target,
    )
    return report(row)


def main() -> int:
    good = throughput()
    if not PEERS.exists():
        print("no peers: make bench makes their environment, .venv-bench")
        return 0 if good else 1
    texts = letters("English", 200)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.json"
        corpus.write_text(json.dumps(texts), encoding="utf-8")
        for peer, target in (("presidio", 10.0), ("scrubadub", 10.0), ("presidio-shared", None)):
            good &= against(peer, corpus, texts, target)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
