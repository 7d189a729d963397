"""How a window comes to rest after an action, whatever tab is in front by then.

Everything here but :meth:`Settler.watch` may wait, and runs in the browser's thread.
"""

from __future__ import annotations

from collections.abc import Callable

from env.clock import Clock, Quiet
from env.link.page_session import PageSession
from env.link.window import Tab
from webpilot.errors import BrowserLost

__all__ = ["Settler"]

ROUNDS = 3
"""How often an action may bring another tab to the front before it is looked at."""


class Settler:
    """Lets the time pass that the tabs of one window need, and takes over each tab's clock once."""

    def __init__(
        self,
        clock: Clock,
        front: Callable[[], Tab],
        *,
        first: Callable[[PageSession], object] | None = None,
    ) -> None:
        """Begin with a window none of whose tabs is taken over.

        Args:
            clock: how the tabs' time passes.
            front: returns the tab in front.
            first: what a tab needs before its clock is taken over.
        """
        self._clock = clock
        self._front = front
        self._first = first
        self._taken: set[str] = set()
        """Target ids of the tabs whose time the clock has taken over."""

    def watch(self, tab: Tab) -> None:
        """Watch a new tab from its beginning; for the reading thread, so nothing is waited for."""
        if isinstance(self._clock, Quiet):
            self._clock.watch(tab.session)

    def settle(self) -> None:
        """Let pass what follows an action, also in a tab that comes to the front meanwhile.

        Raises:
            BrowserLost: the browser is gone; a tab may be.
        """
        for _ in range(ROUNDS):
            tab = self._front()
            try:
                self.settle_tab(tab)
            except BrowserLost:
                if not tab.window.browser.alive:
                    raise
            if self._front().session is tab.session:
                return

    def settle_tab(self, tab: Tab) -> None:
        """Let one tab come to rest, in front or not."""
        session = tab.session
        if session.target in self._taken:
            self._clock.settle(session)
            return
        self._taken.add(session.target)
        if self._first is not None:
            self._first(session)
        self._clock.loaded(session)

    def release(self, tab: Tab) -> None:
        """Take a tab for one that was opened just now."""
        self._taken.discard(tab.session.target)
