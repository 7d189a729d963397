"""Pictures of a committed path, from a replay of its own after the verdict (decision 11)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from env.act.reidentify import find
from env.live import LivePage
from webpilot.types import Action

__all__ = ["Clip", "pictured"]

Clip = Mapping[str, float]
"""x, y, width and height in CSS pixels, and picture pixels for one of them (``scale``)."""
P = TypeVar("P", bound=LivePage)


def pictured(
    page: P, actions: Sequence[Action], *, clip: Callable[[P], Clip | None] = lambda page: None
) -> tuple[bytes, ...]:
    """Return the page as PNG before the first and after each action; in the browser's thread.

    Args:
        page: not yet loaded; its clock lets it draw.
        actions: as they were committed.
        clip: returns the part of the loaded page that is shown, as DevTools'
            ``Page.captureScreenshot`` takes it; by default what the window shows.
    """
    page.load()
    part = clip(page)
    pictures = [picture(page, part)]
    now = page.observe()
    for action in actions:
        found = find(action, now)
        if found is None or page.ended():
            break
        error = page.act(found)
        pictures.append(picture(page, part))
        now = page.observe(last_error=error)
    return tuple(pictures)


def picture(page: LivePage, part: Clip | None) -> bytes:
    """Return what the tab in front shows, or a part of it."""
    clipped = {} if part is None else {"clip": dict(part)}
    reply = page.tab.session.send("Page.captureScreenshot", {"format": "png", **clipped})
    return base64.b64decode(reply["data"])
