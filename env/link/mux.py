"""Two DevTools clients on one browser pipe: Playwright, and us.

Messages are JSON objects ended by a NUL byte. Calls of ours carry ids from :data:`FIRST_ID` up and
run on sessions of ours; every other message is Playwright's and passes through unchanged.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["FIRST_ID", "Message", "Mux", "frames"]

Message = dict[str, Any]
"""One DevTools message: a call, a reply or an event."""

FIRST_ID = 1 << 30
"""Smallest id of our calls; Playwright counts up from 1."""

CHUNK = 1 << 18
REPLY = re.compile(rb'\{"id":(\d+)[,}]')
SESSION = re.compile(rb'"sessionId":"([^"\\]+)"\}$')
log = logging.getLogger(__name__)


def frames(descriptor: int) -> Iterator[bytes]:
    """Yield the messages read from a pipe until its other end closes."""
    pending: list[bytes] = []
    while True:
        try:
            chunk = os.read(descriptor, CHUNK)
        except OSError:
            return
        if not chunk:
            return
        *whole, rest = chunk.split(b"\0")
        for piece in whole:
            pending.append(piece)
            yield b"".join(pending)
            pending.clear()
        if rest:
            pending.append(rest)


def write_all(descriptor: int, data: bytes) -> None:
    """Write ``data`` whole."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class Mux:
    """The browser's pipe shared by Playwright (the client) and one connection of ours."""

    def __init__(
        self, *, pid: int, from_client: int, to_client: int, from_browser: int, to_browser: int
    ) -> None:
        self.pid = pid
        """Process id and process group of the browser."""
        self._from_client, self._to_client = from_client, to_client
        self._from_browser, self._to_browser = from_browser, to_browser
        self._lock = threading.Lock()
        self._sessions: set[bytes] = set()
        self._next_id = FIRST_ID
        self._listener: Callable[[Message], None] | None = None
        self._on_close: Callable[[], None] | None = None
        self._closed = threading.Event()
        self._threads = tuple(
            threading.Thread(target=target, name=f"webpilot-mux-{name}", daemon=True)
            for name, target in (("client", self._pump_client), ("browser", self._pump_browser))
        )

    def start(self) -> None:
        """Start both pumps."""
        for thread in self._threads:
            thread.start()

    @property
    def closed(self) -> bool:
        """Whether the browser's end of the pipe is gone."""
        return self._closed.is_set()

    def listen(self, listener: Callable[[Message], None], on_close: Callable[[], None]) -> None:
        """Route our messages to ``listener``; both callables run in the reading thread."""
        self._listener, self._on_close = listener, on_close
        if self.closed:
            on_close()

    def adopt(self, session: str) -> None:
        """Route the events of this session to us from now on."""
        self._sessions.add(session.encode())

    def drop(self, session: str) -> None:
        """Forget a session that has ended."""
        self._sessions.discard(session.encode())

    def next_id(self) -> int:
        """Return an id no other message carries."""
        with self._lock:
            self._next_id += 1
            return self._next_id

    def send(self, *messages: Message) -> None:
        """Send messages of ours in one write.

        Raises:
            BrokenPipeError: the browser is gone.
        """
        data = b"".join(
            json.dumps(message, separators=(",", ":")).encode() + b"\0" for message in messages
        )
        self._write(data)

    def wait_closed(self, timeout: float) -> bool:
        """Return whether the browser's end closed within ``timeout`` seconds."""
        return self._closed.wait(timeout)

    def _write(self, data: bytes) -> None:
        with self._lock:
            if self._to_browser < 0:
                raise BrokenPipeError("the browser's pipe is closed")
            write_all(self._to_browser, data)

    def _pump_client(self) -> None:
        try:
            for frame in frames(self._from_client):
                self._write(frame + b"\0")
        except BrokenPipeError:
            pass
        os.close(self._from_client)
        # Playwright let go of the browser: an end of file on its pipe makes the browser exit.
        with self._lock:
            descriptor, self._to_browser = self._to_browser, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _pump_browser(self) -> None:
        client_open = True
        for frame in frames(self._from_browser):
            if self._is_ours(frame):
                self._deliver(frame)
            elif client_open:
                try:
                    write_all(self._to_client, frame + b"\0")
                except OSError:
                    client_open = False
        # Known here before Playwright sees it: a call it gives up must find the browser closed.
        self._closed.set()
        os.close(self._from_browser)
        os.close(self._to_client)
        with self._lock:
            descriptor, self._to_browser = self._to_browser, -1
        if descriptor >= 0:
            os.close(descriptor)
        if self._on_close is not None:
            self._on_close()

    def _is_ours(self, frame: bytes) -> bool:
        """Return whether a message of the browser answers us or belongs to a session of ours.

        The browser writes ``id`` first and ``sessionId`` last; a message that shows neither there
        is parsed, so that routing does not rest on the order of keys.
        """
        head = REPLY.match(frame)
        if head:
            return int(head[1]) >= FIRST_ID
        tail = SESSION.search(frame)
        if tail:
            return tail[1] in self._sessions
        message = json.loads(frame)
        if "id" in message:
            return int(message["id"]) >= FIRST_ID
        return str(message.get("sessionId", "")).encode() in self._sessions

    def _deliver(self, frame: bytes) -> None:
        if self._listener is None:
            log.debug("message before anybody listens: %.200r", frame)
            return
        message: Message = json.loads(frame)
        # A child session speaks right after it is announced: adopt it before the next message.
        if message.get("method") == "Target.attachedToTarget":
            self.adopt(message["params"]["sessionId"])
        elif message.get("method") == "Target.detachedFromTarget":
            self.drop(message["params"]["sessionId"])
        self._listener(message)
