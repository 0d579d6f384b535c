"""The recorded week as a helpdesk: 60 tickets of a running Zammad."""

import json
from pathlib import Path

import pytest

from integrations.zammad.offline import Offline
from policies.kernel.vocabulary import FIELDS
from zhidu.judging import Judge, offline_judge
from zhidu.people_file import load_people
from zhidu.policy import load_policy

TESTS = Path(__file__).parent.parent
WEEK = TESTS / "recordings" / "week.jsonl"
GOLDEN = TESTS / "golden" / "week"


@pytest.fixture(scope="session")
def desk() -> tuple[Judge, Offline]:
    """The week as it was recorded: a Zammad that has none of our fields."""
    return offline_judge(load_policy(None), load_people(GOLDEN), [WEEK])


@pytest.fixture(scope="session")
def provisioned(desk: tuple[Judge, Offline]) -> tuple[Judge, Offline]:
    """The same week on a Zammad that has our fields, all empty."""
    judge, source = offline_judge(load_policy(None), load_people(GOLDEN), [WEEK])
    for ticket, body in source.reads.items():
        read = json.loads(body)
        row = read["assets"]["Ticket"][str(ticket)]
        row.update({f"zhidu_{field}": [] if field == "flags" else None for field in FIELDS})
        source.reads[ticket] = json.dumps(read).encode()
    return judge, source
