"""What a DevTools client waits for: replies to its calls, and events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from env.link.mux import Message
from env.link.session import Reply
from webpilot.errors import BrowserLost, StepTimeout, WebPilotError

__all__ = ["Dialog", "Pending", "ProtocolError", "Waiter"]


class ProtocolError(WebPilotError):
    """The browser answered a call with an error."""

    def __init__(self, method: str, code: int, text: str) -> None:
        super().__init__(f"{method}: {text}")
        self.method = method
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """A dialog a page opened, answered at once by the rules of its window."""

    type: str
    """alert, confirm, prompt, beforeunload or print."""
    message: str
    """Its text, at most 2,000 characters."""
    accepted: bool
    """Whether the answer was yes."""


class Pending:
    """One call on its way."""

    __slots__ = ("_done", "_reply", "method", "session")

    def __init__(self, method: str, session: str) -> None:
        self.method = method
        self.session = session
        self._done = threading.Event()
        self._reply: Message | None = None

    def settle(self, reply: Message | None) -> None:
        """Take the browser's message, or ``None`` where no answer will come."""
        self._reply = reply
        self._done.set()

    def result(self, timeout: float) -> Reply:
        """Return the result, or raise what happened instead."""
        if not self._done.wait(timeout):
            raise StepTimeout(f"{self.method}: no answer within {timeout:g} s")
        if self._reply is None:
            raise BrowserLost(f"{self.method}: the page or its browser is gone")
        error = self._reply.get("error")
        if error is not None:
            raise ProtocolError(self.method, error.get("code", 0), error.get("message", ""))
        result: Reply = self._reply.get("result", {})
        return result


class Waiter:
    """One event that is expected."""

    def __init__(self, method: str, predicate: Callable[[Reply], bool]) -> None:
        self.method = method
        self._predicate = predicate
        self._done = threading.Event()
        self._params: Reply | None = None

    def offer(self, params: Reply) -> None:
        """Take an event if it is the expected one."""
        if not self._done.is_set() and self._predicate(params):
            self._params = params
            self._done.set()

    @property
    def come(self) -> bool:
        """Whether the event has come, or will not."""
        return self._done.is_set()

    def abandon(self) -> None:
        """Wake whoever waits: the event will not come."""
        self._done.set()

    def wait(self, timeout: float) -> Reply:
        """Return the event's parameters.

        Raises:
            StepTimeout: it did not come within ``timeout`` seconds.
            BrowserLost: the page is gone.
        """
        if not self._done.wait(timeout):
            raise StepTimeout(f"{self.method}: no such event within {timeout:g} s")
        if self._params is None:
            raise BrowserLost(f"{self.method}: the page or its browser is gone")
        return self._params
