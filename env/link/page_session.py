"""Our DevTools session on one page.

Calls block the calling thread up to a deadline; replies and events arrive in the mux's reading
thread, which also answers dialogs, so that a page never waits for somebody who waits for the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from env.guard.rules import PRINTED, DialogRules
from env.link.calls import Dialog, ProtocolError, Waiter
from env.link.session import Call, Reply
from webpilot.errors import BrowserLost

if TYPE_CHECKING:
    from env.link.cdp import Connection

__all__ = ["DEADLINE", "PageSession"]

DEADLINE = 15.0
"""Seconds a call may take unless told otherwise; generous, because a busy machine is not a hang."""

DIALOGS_KEPT = 1_000
"""Dialogs of a page that are taken down; those after them are answered only."""
LONGEST_MESSAGE = 2_000

CRASHES = frozenset({"Inspector.targetCrashed", "Inspector.detached"})


class PageSession:
    """The session of one page; implements :class:`env.link.session.Session`."""

    def __init__(self, connection: Connection, session: str, target: Mapping[str, Any]) -> None:
        self._connection = connection
        self.session = session
        self.target: str = target["targetId"]
        self.context: str = target.get("browserContextId", "")
        self.opener: str | None = target.get("openerId")
        """Target id of the page that opened this one, or ``None``."""
        self.deadline = DEADLINE
        """Seconds a call may take where the caller names no timeout."""
        self.dialogs: list[Dialog] = []
        """The first dialogs answered, oldest first."""
        self.dialog_rules = DialogRules()
        """How dialogs are answered from now on."""
        self.inputs = 0
        """How many input events of ours were sent: what a page does without one, it does itself."""
        self.may_open: Callable[[str], None] | None = None
        """Raises where the page may not be sent to an address."""
        self.closed = False
        """Whether the page is closed, crashed or lost; nothing can be sent any more."""
        self._handlers: dict[str, list[Callable[[Reply], None]]] = {}
        self._waiters: list[Waiter] = []

    def send(
        self, method: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> Reply:
        """Return the result of one call; see :class:`env.link.session.Session`."""
        return self.send_all([(method, params or {})], timeout=timeout)[0]

    def send_all(self, calls: Sequence[Call], *, timeout: float | None = None) -> list[Reply]:
        """Return the results of several calls sent in one flight, in order; first error raised."""
        if self.closed:
            raise BrowserLost(f"{calls[0][0]}: the page is gone")
        for method, params in calls:
            if method == "Page.navigate" and self.may_open is not None:
                self.may_open(str(params.get("url", "")))
        self.inputs += sum(method.startswith("Input.") for method, _ in calls)
        pending = self._connection.post(calls, self.session)
        try:
            return [one.result(self.deadline if timeout is None else timeout) for one in pending]
        except BrowserLost:
            self.close()
            raise

    def post(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        """Send one call and do not wait; for the reading thread, which must outlive the browser."""
        with suppress(BrowserLost):
            self._connection.post([(method, params or {})], self.session)

    def on(self, method: str, handler: Callable[[Reply], None]) -> None:
        """Call ``handler`` with the parameters of each such event, in the reading thread."""
        self._handlers.setdefault(method, []).append(handler)

    @contextmanager
    def expect(
        self, method: str, predicate: Callable[[Reply], bool] = lambda params: True
    ) -> Iterator[Waiter]:
        """Yield a waiter for an event that the body's calls will cause."""
        waiter = Waiter(method, predicate)
        self._waiters.append(waiter)
        try:
            yield waiter
        finally:
            self._waiters.remove(waiter)

    def evaluate(self, expression: str, *, timeout: float | None = None) -> Any:
        """Return the value of a JavaScript expression of ours in the page's main world.

        Raises:
            ProtocolError: it threw.
        """
        reply = self.send(
            "Runtime.evaluate", {"expression": expression, "returnByValue": True}, timeout=timeout
        )
        failure = reply.get("exceptionDetails")
        if failure is not None:
            text = failure.get("exception", {}).get("description") or failure.get("text", "")
            raise ProtocolError("Runtime.evaluate", 0, text)
        return reply["result"].get("value")

    def receive(self, method: str, params: Reply) -> None:
        """Take one event; called in the reading thread."""
        if method == "Page.javascriptDialogOpening":
            self._answer_dialog(params)
        for handler in self._handlers.get(method, ()):
            handler(params)
        if method in CRASHES:
            self._connection.lose(self)
        for waiter in tuple(self._waiters):
            if waiter.method == method:
                waiter.offer(params)

    def close(self) -> None:
        """Mark the page as gone and wake whoever waits for an event of it."""
        self.closed = True
        for waiter in tuple(self._waiters):
            waiter.abandon()

    def discard(self) -> None:
        """Close the page and do not wait; for the reading thread."""
        self.close()
        self._connection.discard(self.target)

    def _answer_dialog(self, params: Reply) -> None:
        kind, message = params["type"], params.get("message", "")
        kind = "print" if (kind, message) == ("alert", PRINTED) else kind
        accepted = kind in self.dialog_rules.accept
        if len(self.dialogs) < DIALOGS_KEPT:
            message = message[:LONGEST_MESSAGE]
            self.dialogs.append(Dialog(type=kind, message=message, accepted=accepted))
        answer: dict[str, Any] = {"accept": accepted}
        if accepted and kind == "prompt":
            answer["promptText"] = self.dialog_rules.text
        self.post("Page.handleJavaScriptDialog", answer)
