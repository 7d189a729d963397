"""The least a step and a reset can cost: bare DevTools messages, nothing checked, marked or told.

A step is three mouse events, one accessibility tree and one look at the reward; a reset loads the
page, seeds the task and reads the tree.
"""

from __future__ import annotations

import time

from env.gym.warm import warm_browser
from env.link.session import Call, Session
from env.link.window import Window
from env.miniwob.catalogue import page_seed

__all__ = ["Floor", "bare_step"]

VIEWPORT = {"width": 332, "height": 214}
TREE: Call = ("Accessibility.getFullAXTree", {})
REWARD: Call = (
    "Runtime.evaluate",
    {"expression": "[WOB_RAW_REWARD_GLOBAL, WOB_DONE_GLOBAL]", "returnByValue": True},
)
LOOK: Call = ("Runtime.evaluate", {"expression": "document.title", "returnByValue": True})


class Floor:
    """One page of the warm browser, driven by hand."""

    def __init__(self) -> None:
        self._window: Window = warm_browser().browser().open_window(VIEWPORT)
        self._session = self._window.active.session

    def reset(self, url: str, seed: int) -> float:
        """Return the seconds it takes to load and begin a task, its tree read."""
        began = time.perf_counter()
        with self._session.expect("Page.loadEventFired") as loaded:
            self._session.send("Page.navigate", {"url": url})
            loaded.wait(self._session.deadline)
        start = f"Math.seedrandom({page_seed(seed)}); core.startEpisodeReal(); 0"
        self._session.send_all([("Runtime.evaluate", {"expression": start}), TREE])
        return time.perf_counter() - began

    def step(self, point: tuple[float, float]) -> float:
        """Return the seconds that a click at a point of the page takes, its tree read."""
        began = time.perf_counter()
        bare_step(self._session, point, REWARD)
        return time.perf_counter() - began

    def close(self) -> None:
        """Discard the page."""
        self._window.close()


def bare_step(session: Session, point: tuple[float, float], look: Call = LOOK) -> None:
    """Click a point, read the tree and evaluate one expression, all in one flight."""
    calls: list[Call] = [_mouse("mouseMoved", point, "none", 0)]
    calls += [_mouse(f"mouse{what}", point, "left", 1) for what in ("Pressed", "Released")]
    session.send_all([*calls, TREE, look])


def _mouse(kind: str, point: tuple[float, float], button: str, clicks: int) -> Call:
    x, y = point
    return "Input.dispatchMouseEvent", {
        "type": kind,
        "x": x,
        "y": y,
        "button": button,
        "clickCount": clicks,
    }
