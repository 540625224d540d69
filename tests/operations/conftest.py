"""What tests of the machinery share."""

import socket

import pytest


@pytest.fixture
def unused_tcp_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
