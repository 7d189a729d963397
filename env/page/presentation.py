"""How a page is shown: in the size BrowserGym acts on, and with its pending frames counted."""

from __future__ import annotations

from collections.abc import Mapping

from env.link.session import Session
from env.page.script import source

__all__ = ["OBSERVED_SIZE", "settle_viewport", "shown", "watch_frames"]

OBSERVED_SIZE = (800, 600)
"""Width and height of the viewport after BrowserGym's first observation, in CSS pixels."""


def watch_frames(session: Session) -> None:
    """Count, in every page loaded from now on, the callbacks that wait for a frame.

    Under virtual time a page's clock moves at once while frames come in real time: what an
    animation did in the time granted shows with the next frame. An observation waits for that
    frame only where something waits for it.
    """
    session.send("Page.addScriptToEvaluateOnNewDocument", {"source": source("hook")})


def settle_viewport(session: Session) -> None:
    """Give the page the size that every action of BrowserGym meets; call after the set-up.

    A task sets a viewport (332 x 214 on MiniWoB++) and is set up in it. BrowserGym's screenshot
    then overrides the metrics in a session of its own and detaches it, which drops every
    override: from the first action on, the page has the headless window's size. An element below
    the task's viewport is therefore clicked where it lies, without scrolling.
    """
    width, height = OBSERVED_SIZE
    size = {"width": width, "height": height}
    session.send("Emulation.setDeviceMetricsOverride", shown(size))


def shown(size: Mapping[str, int]) -> dict[str, object]:
    """Return the parameters that give a page a size in CSS pixels."""
    return {**size, "deviceScaleFactor": 1, "mobile": False}
