"""How the window of one task serves the next: whether it may, and how its page begins anew."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from env.act.actions import let_go
from env.clock import Clock
from env.link.calls import ProtocolError
from env.link.direct import DirectPage
from env.link.session import Call
from env.link.window import Tab, Window
from env.page import storage
from env.page.presentation import shown
from webpilot.errors import EnvironmentDown, StepTimeout

__all__ = ["cleared", "untouched"]

PUT_AWAY: tuple[Call, ...] = tuple(
    ("Input.dispatchMouseEvent", {"type": kind, "x": 0, "y": 0, "button": "left"})
    for kind in ("mouseMoved", "mouseReleased")
)
"""Takes the mouse to the corner, where it is before any action: over a new document it would touch
what appears under it. A move alone waits for a frame; what follows it makes it go at once."""
INPUT_SECONDS = 1.0


def untouched(window: Window) -> bool:
    """Return whether nothing that happened in a window is kept: no other tab, cookie or item."""
    tabs = window.tabs
    if len(tabs) != 1 or not tabs[0].alive or window.heard:
        return False
    session = tabs[0].session
    try:
        return storage.read(session).empty and session.evaluate("window.name") == ""
    except (EnvironmentDown, ProtocolError):
        return False


def cleared(tab: Tab, clock: Clock, viewport: Mapping[str, int]) -> bool:
    """Return whether a tab is as one on which nothing has happened yet; else it must be replaced.

    Args:
        tab: of a window that keeps nothing.
        clock: how its time passes; in real time nothing can be cleared.
        viewport: width and height in pixels, as the next task wants them.
    """
    session, page = tab.session, tab.page
    if not (isinstance(page, DirectPage) and clock.virtual):
        return False
    let_go(session)
    try:
        session.send_all(PUT_AWAY, timeout=INPUT_SECONDS)
    except StepTimeout:  # a page that draws no frames takes no input
        return False
    page.grant = partial(clock.wait, session)
    page.leave()
    session.send_all(
        [
            # A step back leads to the empty page that every page of Playwright's begins with.
            ("Page.resetNavigationHistory", {}),
            ("Emulation.setDeviceMetricsOverride", shown(viewport)),
        ]
    )
    return True
