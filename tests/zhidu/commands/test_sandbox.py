"""`zhidu sandbox`: the Zammad-compatible server as a process of its own."""

import json
import signal

import pytest
import requests

from zhidu import exits


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_it_is_stopped(by: signal.Signals, start) -> None:
    sandbox = start("sandbox", "--port", 0, "--token", "another-token", "--json")
    url = json.loads(sandbox.line())["url"]
    mine = {"Authorization": "Token token=another-token"}

    seeded = requests.get(f"{url}/api/v1/tickets/1", headers=mine, timeout=10)
    refused = requests.get(f"{url}/api/v1/tickets/1", headers={"Authorization": "Token token=sandbox"}, timeout=10)
    page = requests.get(f"{url}/", timeout=10)
    status, _, err = sandbox.stop(by)

    assert (seeded.status_code, seeded.json()["number"]) == (200, "21001")
    assert refused.status_code == 401
    assert page.status_code == 200
    assert (status, err) == (exits.DONE, "stopped\n")


def test_for_people_and_a_port_that_is_taken(start, port: int) -> None:
    """The address of the pages and of the interface, and how to stop it; no traceback for the second one."""
    line = start("sandbox", "--port", port).line()
    _, err = start("sandbox", "--port", port).process.communicate(timeout=60)

    assert line.startswith(f"http://127.0.0.1:{port} ")
    assert "/api/v1" in line
    assert "Ctrl-C" in line
    assert "Traceback" not in err
    assert f"port {port} cannot be listened on" in err
