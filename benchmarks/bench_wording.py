"""What it costs to read one reply of 500 characters: features, promises, wording.

    python benchmarks/bench_wording.py [--rounds 15]

The limit is for all of it together, the instants of the promises included. Exit status 1: it took longer.
"""

import argparse
import sys
from datetime import UTC, datetime

from benchmarks.harness import Row, best_of, report
from policies.kernel.instants import instant
from zhidu.policy import load_policy

LIMIT_MS = 1.0
CALLS = 50
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


def main() -> int:
    parser = argparse.ArgumentParser(description="The reading of replies.")
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    policy = load_policy(None)
    calendar = policy.calendars["default"]
    met = True
    for name, reply in (("zh", (CHINESE + FILLER * 12)[:500]), ("en", (ENGLISH + MORE * 6)[:500])):

        def read(reply: str = reply) -> None:
            for _ in range(CALLS):
                policy.extractor.features("", reply)
                said = policy.extractor.wording(reply, staff=("3021", "信用卡客服部"))
                for promise in said.promises:
                    instant(promise.when, SENT, calendar)

        read()
        took = best_of(rounds, read) / CALLS * 1000
        row = Row(
            what=f"features + promises + wording, 500 characters, {name}",
            ours=took,
            unit="ms",
            target=LIMIT_MS,
            at_most=True,
        )
        report(row)
        met = met and row.met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
