"""The service on a loopback port, in a thread, for a browser to visit."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from werkzeug.serving import make_server


@dataclass(frozen=True, slots=True)
class Address:
    """A loopback port that is ours already, and its address as a browser writes it."""

    listening: socket.socket

    @property
    def url(self) -> str:
        """With the name localhost, which browsers trust as they trust https."""
        return f"http://localhost:{self.listening.getsockname()[1]}"


@contextmanager
def reserved() -> Iterator[Address]:
    """A port that nobody can take between now and the moment the service listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield Address(listening)


@contextmanager
def serving(app: Flask, address: Address) -> Iterator[str]:
    """Serves the app, one thread a request, until the block ends. Gives the address."""
    host, port = address.listening.getsockname()
    server = make_server(host, port, app, threaded=True, fd=address.listening.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield address.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
