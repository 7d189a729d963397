"""Our own DevTools client: one connection over the mux, one flat session per page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from env.link.calls import Pending
from env.link.mux import Message, Mux
from env.link.page_session import DEADLINE, PageSession
from env.link.session import Call, Reply
from webpilot.errors import BrowserLost, StepTimeout

__all__ = ["Connection"]


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

    def contexts(self) -> frozenset[str]:
        """Return the ids of the browsing contexts beside the default one."""
        return frozenset(self.call("Target.getBrowserContexts")["browserContextIds"])

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
