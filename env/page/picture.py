"""A page's picture as BrowserGym takes it, and the size it leaves the page in."""

from __future__ import annotations

import base64
import time

from env.link.session import Call, Session
from env.page.script import evaluation, result

__all__ = ["Camera"]

SET = "Emulation.setDeviceMetricsOverride"
CLEAR = "Emulation.clearDeviceMetricsOverride"
RESIZING = 0.25
"""Seconds a page may take to get its own size back."""
POLL = 0.002

Size = tuple[int, int]


class Camera:
    """Takes pictures of the pages of one browser.

    BrowserGym overrides the metrics in a session of its own and detaches it, which drops every
    override, Playwright's too: after its first picture a page has the headless window's size.
    """

    def __init__(self) -> None:
        self._own: Size | None = None
        """Size of a page that nothing overrides, once it was seen."""

    def take(self, session: Session, size: Size, scale: float) -> bytes:
        """Return the page in this viewport as PNG, ``scale`` pixels for one CSS pixel."""
        calls = [
            _override(size, scale),
            ("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True}),
        ]
        shot = session.send_all(calls)[1]
        self._drop(session)
        return base64.b64decode(shot["data"])

    def release(self, session: Session, size: Size) -> None:
        """Give the page the size it has after a picture, without taking one."""
        # Only an override of our own can be cleared, and with it go the others.
        session.send_all([_override(size, 1.0)])
        self._drop(session)

    def _drop(self, session: Session) -> None:
        session.send(CLEAR)
        if self._own is None:
            method, params = evaluation(("size",), "sizeOfNextFrame")
            reply = session.send(method, {**params, "awaitPromise": True})
            width, height = result(reply)
            self._own = (width, height)
            return
        deadline = time.monotonic() + RESIZING
        while time.monotonic() < deadline:
            width, height = result(session.send_all([evaluation(("size",), "size")])[0])
            if (width, height) == self._own:
                return
            time.sleep(POLL)


def _override(size: Size, scale: float) -> Call:
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    return SET, metrics
