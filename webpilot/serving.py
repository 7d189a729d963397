"""An HTTP server of our own in a thread of its own, on the loopback address and a free port."""

from __future__ import annotations

import threading
from http.server import ThreadingHTTPServer
from typing import Self

from webpilot.closing import Closing

__all__ = ["LOOPBACK", "Serving"]

LOOPBACK = "127.0.0.1"


class Serving(Closing):
    """Runs a bound server while the ``with`` body runs.

    Args:
        server: bound to the loopback address, not yet serving.
        name: of its thread.
    """

    def __init__(self, server: ThreadingHTTPServer, *, name: str) -> None:
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name=name,
            daemon=True,
        )

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._server.server_address[1])

    def start(self) -> Self:
        """Start serving; return the server."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving and free the port; closing twice is harmless."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()
