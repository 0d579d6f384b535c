"""Whose a command is: what the kernel knows of the process, whatever its variables say."""

import os
import pwd
from dataclasses import replace

import pytest

from integrations.store.accounts import CLAIMED, shared
from zhidu.accounts import Process, account, account_of, this_process

ROOT, LI, XU = pwd.getpwall()[:3]
NOBODY_S = 3_999_999_999
PLAIN = Process(login=None, user=LI.pw_uid, mapped=False, sudo=None)
AS_ROOT = replace(PLAIN, user=0)

WHOSE = {
    "no login: whose the process is": (PLAIN, LI.pw_name),
    "the login's": (replace(PLAIN, login=LI.pw_uid), LI.pw_name),
    "the login's, as another by sudo": (replace(PLAIN, login=LI.pw_uid, user=XU.pw_uid), LI.pw_name),
    "the login's, as root, whatever sudo says": (replace(AS_ROOT, login=LI.pw_uid, sudo=XU.pw_uid), LI.pw_name),
    "root's own login": (replace(AS_ROOT, login=0, sudo=XU.pw_uid), ROOT.pw_name),
    "root, and sudo says from whom": (replace(AS_ROOT, sudo=LI.pw_uid), f"{LI.pw_name}{CLAIMED}"),
    "root, and sudo says from root": (replace(AS_ROOT, sudo=0), ROOT.pw_name),
    "root, and sudo says nobody's number": (replace(AS_ROOT, sudo=NOBODY_S), ""),
    "root, and sudo says no number at all": (replace(AS_ROOT, sudo=2**70), ""),
    "not root: what sudo says is not heard": (replace(PLAIN, sudo=XU.pw_uid), LI.pw_name),
    "a number without a name": (replace(PLAIN, user=NOBODY_S), ""),
    "numbers of one's own making": (replace(PLAIN, mapped=True, login=XU.pw_uid), ""),
}


@pytest.mark.parametrize(("process", "told"), WHOSE.values(), ids=WHOSE)
def test_whose_a_process_is(process: Process, told: str) -> None:
    assert account_of(process) == told


SPOOFED = {
    name: {name: XU.pw_name} for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER", "LOGIN", "MAIL", "HOME")
}
SPOOFED["all of them"] = {name: value for one in SPOOFED.values() for name, value in one.items()}


@pytest.mark.parametrize("variables", SPOOFED.values(), ids=SPOOFED)
def test_variables_are_not_believed(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    before = account(os.environ)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert account(os.environ) == before


SAID = {"a number": ("1000", 1000), "nothing": ("", None), "a name": ("xu", None), "no digit of ours": ("١٢", None)}


@pytest.mark.parametrize(("said", "number"), SAID.values(), ids=SAID)
def test_what_sudo_says_is_a_number_or_nothing(said: str, number: int | None) -> None:
    assert this_process({"SUDO_UID": said}).sudo == number


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become another user and root again")
@pytest.mark.skipif(this_process({}).login is not None, reason="a login is kept over a change of the user")
def test_a_process_of_another_user_is_that_user_s() -> None:
    os.setresuid(LI.pw_uid, 0, 0)
    try:
        told = account({"SUDO_UID": str(XU.pw_uid)})
    finally:
        os.setresuid(0, 0, 0)

    assert told == LI.pw_name


TWO = {
    "two": ("li", "xu", ""),
    "one": ("li", "li", "from this very account of the machine (li)"),
    "one, of which sudo says so": ("li", f"li{CLAIMED}", f"from this very account of the machine (li{CLAIMED})"),
    "one, of which sudo said so": (f"li{CLAIMED}", "li", "from this very account of the machine (li)"),
    "two, of which sudo says so": (f"li{CLAIMED}", f"xu{CLAIMED}", ""),
    "the first cannot be told": ("", "xu", "from an account of the machine that cannot be told"),
    "the second cannot be told": ("li", "", "from the account li, while the account of this command cannot be told"),
    "neither can be told": ("", "", "from an account of the machine that cannot be told"),
}


@pytest.mark.parametrize(("first", "second", "where"), TWO.values(), ids=TWO)
def test_two_accounts(first: str, second: str, where: str) -> None:
    assert shared(first, second) == where
