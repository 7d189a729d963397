"""Our own DevTools client: one connection over the mux, one flat session per page.

Calls block the calling thread up to a deadline; replies and events arrive in the mux's reading
thread, which also answers dialogs, so that a page never waits for somebody who waits for the page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from env.guard.rules import PRINTED, DialogRules
from env.link.calls import Dialog, Pending, ProtocolError, Waiter
from env.link.mux import Message, Mux
from env.link.session import Call, Reply
from webpilot.errors import BrowserLost, StepTimeout

__all__ = ["Connection", "Dialog", "PageSession", "ProtocolError", "Waiter"]

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
        elif method in CRASHES:
            self._connection.lose(self)
        for handler in self._handlers.get(method, ()):
            handler(params)
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


class Connection:
    """All our sessions on one browser."""

    def __init__(self, mux: Mux) -> None:
        self._mux = mux
        self._pending: dict[int, Pending] = {}
        self._pages: dict[str, PageSession] = {}
        self._arrival = threading.Condition()
        self._arrivals: dict[str, list[Callable[[PageSession], None]]] = {}
        self._gone = threading.Event()
        mux.listen(self._receive, self._lost)
        # A session of our own: Playwright asserts that nobody attaches on its root session.
        pending = self.post([("Target.attachToBrowserTarget", {})], "")
        self._root: str = pending[0].result(DEADLINE)["sessionId"]
        mux.adopt(self._root)
        self.call(
            "Target.setAutoAttach",
            {
                "autoAttach": True,
                # Playwright makes a page wait, and lets it go only after an answer that passes our
                # reading thread behind this announcement: what a handler sends comes before.
                "waitForDebuggerOnStart": False,
                "flatten": True,
                "filter": [{"type": "page"}],
            },
        )

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> Reply:
        """Return the result of one call to the browser itself."""
        return self.post([(method, params or {})], self._root)[0].result(DEADLINE)

    def post(self, calls: Sequence[Call], session: str) -> list[Pending]:
        """Send calls in one flight and return what to wait for."""
        if self._gone.is_set():
            raise BrowserLost(f"{calls[0][0]}: the browser is gone")
        messages: list[Message] = []
        pending: list[Pending] = []
        for method, params in calls:
            number = self._mux.next_id()
            message: Message = {"id": number, "method": method, "params": dict(params)}
            if session:
                message["sessionId"] = session
            messages.append(message)
            pending.append(Pending(method, session))
            self._pending[number] = pending[-1]
        try:
            self._mux.send(*messages)
        except OSError as error:
            self._lost()
            raise BrowserLost(f"{calls[0][0]}: the browser is gone") from error
        if self._gone.is_set():
            self._lost()  # it closed between the check and the sending: nobody will answer
        return pending

    def page(self, target: str, *, timeout: float = DEADLINE) -> PageSession:
        """Return the session of the page with this target id.

        Raises:
            StepTimeout: the browser did not announce such a page in time.
        """
        with self._arrival:
            if not self._arrival.wait_for(
                lambda: target in self._pages or self._gone.is_set(), timeout
            ):
                raise StepTimeout(f"page {target} was not announced within {timeout:g} s")
            if target not in self._pages:
                raise BrowserLost("the browser is gone")
            return self._pages[target]

    def in_context(self, context: str) -> tuple[PageSession, ...]:
        """Return the live pages of a browsing context, in the order in which they were opened."""
        pages = tuple(self._pages.values())
        return tuple(page for page in pages if page.context == context and not page.closed)

    def on_page(self, context: str, handler: Callable[[PageSession], None]) -> None:
        """Call ``handler`` for each page that opens in a context from now on; reading thread."""
        self._arrivals.setdefault(context, []).append(handler)

    def forget(self, context: str) -> None:
        """Call nobody any more for pages of a context."""
        self._arrivals.pop(context, None)

    def opened_by(self, opener: PageSession) -> tuple[PageSession, ...]:
        """Return the pages a page has opened, those closed since left out."""
        return tuple(page for page in tuple(self._pages.values()) if page.opener == opener.target)

    def discard(self, target: str) -> None:
        """Close a page and do not wait; for the reading thread."""
        with suppress(BrowserLost):
            self.post([("Target.closeTarget", {"targetId": target})], self._root)

    def lose(self, page: PageSession) -> None:
        """Settle every call on a page that is gone."""
        page.close()
        for number, pending in tuple(self._pending.items()):
            if pending.session == page.session:
                self._pending.pop(number, None)
                pending.settle(None)

    def _receive(self, message: Message) -> None:
        number = message.get("id")
        if number is not None:
            pending = self._pending.pop(number, None)
            if pending is not None:
                pending.settle(message)
            return
        method, params = message["method"], message.get("params", {})
        if method == "Target.attachedToTarget":
            self._attached(params)
        elif method == "Target.detachedFromTarget":
            self._detached(params["sessionId"])
        else:
            session = message.get("sessionId")
            for page in tuple(self._pages.values()):
                if page.session == session:
                    page.receive(method, params)

    def _attached(self, params: Reply) -> None:
        page = PageSession(self, params["sessionId"], params["targetInfo"])
        # Enabled before anything else can happen, so that no dialog and no crash goes unnoticed.
        page.post("Page.enable")
        page.post("Inspector.enable")
        with self._arrival:
            self._pages[page.target] = page
            for handler in self._arrivals.get(page.context, ()):
                handler(page)
            self._arrival.notify_all()

    def _detached(self, session: str) -> None:
        for target, page in tuple(self._pages.items()):
            if page.session == session:
                del self._pages[target]
                self.lose(page)

    def _lost(self) -> None:
        self._gone.set()
        for number, pending in tuple(self._pending.items()):
            self._pending.pop(number, None)
            pending.settle(None)
        for page in tuple(self._pages.values()):
            page.close()
        with self._arrival:
            self._arrival.notify_all()
