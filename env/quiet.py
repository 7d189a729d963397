"""Real time until a page is quiet: the ``quiet`` policy of :mod:`env.clock`.

A fixed silence would be either long or wrong: menus that complete a field appear 300 ms after a
key without anything changing before. So the page's timers are counted (``timers.js``) and a step
ends as soon as nothing is scheduled within the half second that BrowserGym sleeps, usually with the
next frame. Only a page that schedules for ever (intervals, animation loops) is asked for silence:
no change of its document for a short window. Navigations and requests are seen by DevTools, where
an event stream can be told from a request that will end.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from env.link.calls import ProtocolError
from env.link.page_session import PageSession
from env.link.session import Reply
from env.page.script import evaluation, result, source

__all__ = ["Quiet"]

WINDOW_MS = 150
"""Silence asked of a page that never rests."""
HORIZON_MS = 500
"""What is due later than this is not waited for; BrowserGym sleeps that long."""
CAP_SECONDS = 3.0
"""The longest wait for navigations and requests."""
NAVIGATION_PAUSE = 0.01

AWAITED = frozenset({"Document", "XHR", "Fetch", "Script", "Stylesheet"})
"""Kinds of requests that are waited for: pictures change no text, streams do not end."""


class Traffic:
    """What a page has asked of the network and not got yet; written in the reading thread."""

    def __init__(self, session: PageSession) -> None:
        self._change = threading.Condition()
        self._pending: dict[str, str] = {}
        self.endless: set[str] = set()
        """Addresses of requests that outlasted a whole wait: they are not waited for again."""
        self._spoken = 0.0
        """When a socket last carried something, on the monotonic clock."""
        self.events = 0
        """How much has happened so far."""
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.responseReceived", self._answered)
        for ending in ("Network.loadingFinished", "Network.loadingFailed"):
            session.on(ending, self._ended)
        for frame in ("Network.webSocketFrameSent", "Network.webSocketFrameReceived"):
            session.on(frame, self._said)

    @property
    def pending(self) -> frozenset[str]:
        """Addresses of the requests that are waited for."""
        return frozenset(self._pending.values())

    def wait(self, due: float, *, silence: float, until: float) -> bool:
        """Return whether nothing is pending any more; ``False`` when ``due`` came first.

        Sockets are asked for a silence of so many seconds, but never beyond ``until``.
        """
        with self._change:
            while True:
                now = time.monotonic()
                quiet_at = min(self._spoken + silence, until)
                if not self._pending and now >= quiet_at:
                    return True
                if now >= due:
                    return False
                rest = due - now if self._pending else min(due, quiet_at) - now
                self._change.wait(max(rest, 0.001))

    def give_up(self) -> None:
        """Wait no more for what is pending, now and whenever it is asked for again."""
        with self._change:
            self.endless |= set(self._pending.values())
            self._pending.clear()

    def _sent(self, params: Reply) -> None:
        address = params["request"]["url"].partition("?")[0]
        if params.get("type") in AWAITED and address not in self.endless:
            self._changed(lambda: self._pending.update({params["requestId"]: address}))

    def _answered(self, params: Reply) -> None:
        if params["response"].get("mimeType") == "text/event-stream":
            self._ended(params)

    def _ended(self, params: Reply) -> None:
        if params["requestId"] in self._pending:
            self._changed(lambda: self._pending.pop(params["requestId"], None))

    def _said(self, params: Reply) -> None:
        self._spoken = time.monotonic()
        self._changed(lambda: None)

    def _changed(self, change: Any) -> None:
        with self._change:
            change()
            self.events += 1
            self._change.notify_all()


@dataclass(frozen=True, slots=True)
class Quiet:
    """The machine's time, with a wait after each action until the page has come to rest."""

    milliseconds: int = WINDOW_MS
    """Silence asked of a page that schedules something again and again."""
    virtual = False
    rests = True
    _watched: WeakKeyDictionary[PageSession, Traffic] = field(
        default_factory=WeakKeyDictionary, compare=False, repr=False
    )

    @property
    def name(self) -> str:
        """The policy as it is written."""
        return "quiet" if self.milliseconds == WINDOW_MS else f"quiet:{self.milliseconds}"

    def watch(self, session: PageSession) -> Traffic:
        """Return what counts a page's requests; called before a load it sees the load's too.

        It waits for nothing, so the reading thread may call it for a page that has just opened.
        """
        traffic = self._watched.get(session)
        if traffic is None:
            traffic = self._watched[session] = Traffic(session)
            session.post("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0})
            session.post("Page.addScriptToEvaluateOnNewDocument", {"source": source("timers")})
        return traffic

    def loaded(self, session: PageSession) -> None:
        """Wait until the page is quiet."""
        self.settle(session)

    def restarted(self, session: PageSession) -> None:
        """Wait until the page is quiet."""
        self.settle(session)

    def settle(self, session: PageSession) -> None:
        """Wait until the page is quiet; gives up silently after :data:`CAP_SECONDS`."""
        traffic = self.watch(session)
        silence = self.milliseconds / 1000
        began = time.monotonic()
        due, until = began + CAP_SECONDS, began + HORIZON_MS / 1000
        while time.monotonic() < due:
            before = traffic.events
            rested = self._rests(session)
            if not traffic.wait(due, silence=silence, until=until):
                traffic.give_up()
                return
            if rested and traffic.events == before:
                return
            if not rested:
                time.sleep(NAVIGATION_PAUSE)

    def wait(self, session: PageSession, milliseconds: float) -> None:
        """Sleep: what an action asks for is part of the action."""
        time.sleep(max(0.0, milliseconds) / 1000)

    def _rests(self, session: PageSession) -> bool:
        """Return whether the document came to rest; ``False`` where another took its place."""
        call, params = evaluation(("timers", "rest"), "rest", self.milliseconds, HORIZON_MS)
        try:
            result(session.send(call, {**params, "awaitPromise": True}))
        except ProtocolError:
            return False
        return True
