"""The mask of the shipped policy."""

import pytest

from zhidu.mail_masking import mail_masker_of
from zhidu.policy import load_policy


@pytest.fixture(scope="session")
def shipped_policy():
    return load_policy(None)


@pytest.fixture(scope="session")
def masking(shipped_policy):
    return mail_masker_of(shipped_policy, language="en", key=b"k" * 32)
