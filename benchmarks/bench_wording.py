"""What it costs to read one text of 500 characters: all that `classify`, `promises` and `lint` say of a reply together.

    python benchmarks/bench_wording.py [--rounds 200]

Measured is what the three commands call, their answers included, and by itself the reading of a customer's message full
of grounds. Counted is the processor's time of this process, the best of many short rounds: what others do on the
machine meanwhile is no part of it. Exit status 1: the three together took longer than the limit.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from benchmarks.harness import Row, best_of, report
from zhidu.classifying import Classifier
from zhidu.commands.lint import found as slips_found
from zhidu.commands.promises import found as promises_found
from zhidu.policy import load_policy

LIMIT_MS = 1.0
CALLS = 5
LENGTH = 500
SENT = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
CHINESE = (
    "尊敬的客户，您好，我是信用卡客服部小陆，工号3021。年费被重复扣收，给您添了麻烦，非常抱歉。我们已经调取了交易记录，并转给清算岗核对，"
    "多扣的580元我们将在3个工作日内退回原卡，到账后我再打电话跟您确认。"
)
FILLER = "您的卡片仍可正常使用，账单上的分期金额不受影响，消费提醒也会照常发送到您登记的手机。"
ENGLISH = (
    "Dear Mr Okafor, I am Iris Talbot of Card Services, staff number C-311. I am sorry that the same payment was taken "
    "twice. The second amount will be back in your account within 2 working days, and I will write to you once it is "
    "there. "
)
MORE = "Your card stays active, and the statement you see in the app already shows both entries side by side. "
DENSE = (
    "上个月十二号我在你们云溪支行存了三万五，柜员说是定期，结果昨天去查才知道给我买成了保险，我妈今年七十四岁了，眼睛又不好，合同上的字一个都看不清，"
    "签字的时候根本没有人给她念过。我打了四次客服电话，每次都说会有人联系，到现在一个月了没人理。你们这样糊弄老人家良心过得去吗？"
    "我不想再等了，这周五之前不退钱，我就去银保监局投诉，也会找律师和电视台，微博上已经有十几个人遇到一样的事，我们建了一个群。"
    "另外去年扣掉的年费360元和短信费也请一起退给我，发票还在。上次那位经理说话非常难听，让我自己想办法，我要求你们书面道歉，并且把录音调出来。"
    "我妈因为这件事好几天睡不着觉，血压也高了，家里人都急得不行。请你们认真查一查是谁办的这笔业务，为什么没有双录，为什么收益写的和合同不一样，"
    "手续费到底是怎么算的，提前退保要扣多少钱，这些都要给我一个说法。我的要求很简单：全额退款，赔偿利息损失，处理当事人，三天之内给我答复。"
)


def main() -> int:
    parser = argparse.ArgumentParser(description="The reading of replies and messages.")
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    policy = load_policy(None)
    calendar = policy.calendars["default"]
    classifier = Classifier(policy)
    met = True
    for tongue, reply in (("zh", (CHINESE + FILLER * 12)[:LENGTH]), ("en", (ENGLISH + MORE * 6)[:LENGTH])):

        def read(reply: str = reply) -> None:
            for _ in range(CALLS):
                classifier.answer(reply)
                promises_found(reply, SENT, calendar)
                slips_found(policy, reply, "complaint", "first", ("3021", "信用卡客服部"))

        met = report(_row(f"classify + promises + lint, 500 characters, {tongue}", _ms(rounds, read), LIMIT_MS)) and met

    def features() -> None:
        for _ in range(CALLS):
            policy.extractor.features("", DENSE[:LENGTH])

    report(_row("features of a dense message, 500 characters, zh", _ms(rounds, features), None))
    return 0 if met else 1


def _ms(rounds: int, call: Callable[[], None]) -> float:
    """Milliseconds of the processor for one of the calls, after a round to warm up."""
    call()
    return best_of(rounds, call, clock=time.process_time) / CALLS * 1000


def _row(what: str, took: float, limit: float | None) -> Row:
    return Row(what=what, ours=took, unit="ms", target=limit, at_most=True)


if __name__ == "__main__":
    sys.exit(main())
