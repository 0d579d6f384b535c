"""The guard of conftest.py: tests reach loopback and nothing else."""

import socket

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8"])
def test_other_machines_are_refused(address: str) -> None:
    """A connection to another machine is no connection error but a failure of the test."""
    with socket.socket() as client, pytest.raises(RuntimeError, match="loopback"):
        client.connect((address, 80))


def test_other_names_are_refused() -> None:
    with pytest.raises(RuntimeError, match="loopback"):
        socket.getaddrinfo("helpdesk.company.cn", 443)


def test_reserved_names_do_not_resolve() -> None:
    """RFC 6761: these names are for tests of a helpdesk that is not there."""
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("helpdesk.invalid", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection((host, server.getsockname()[1])):
        pass
