"""Pictures of a committed path on sites, from a replay after the verdict (decision 11)."""

from __future__ import annotations

import base64

from env.act.reidentify import find
from env.sites.page import SitePage
from webpilot.types import Action

__all__ = ["pictured"]


def pictured(page: SitePage, actions: tuple[Action, ...]) -> tuple[bytes, ...]:
    """Return the page as PNG before the first and after each action; in the browser's thread."""
    page.load()
    pictures = [picture(page)]
    now = page.observe()
    for action in actions:
        found = find(action, now)
        if found is None:
            break
        error = page.act(found)
        pictures.append(picture(page))
        now = page.observe(last_error=error)
    return tuple(pictures)


def picture(page: SitePage) -> bytes:
    """Return what the tab in front shows."""
    reply = page.tab.session.send("Page.captureScreenshot", {"format": "png"})
    return base64.b64decode(reply["data"])
