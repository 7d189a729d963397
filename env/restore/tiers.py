"""The ways back to a state, cheapest first, and the name of a place."""

from __future__ import annotations

from webpilot.types import PathStep

__all__ = ["JUMP", "LIVE", "RELOAD", "RESTART", "SNAPSHOT", "TIERS", "Trail", "trail"]

LIVE = "live"
"""A page stands there already."""
RESTART = "restart"
"""The episode is begun again on a loaded page, and the actions are replayed."""
SNAPSHOT = "snapshot"
"""The server is put back to what it was, a fresh page goes to the address, the rest is replayed."""
JUMP = "jump"
"""A fresh page goes to the last address on the way, and the rest is replayed."""
RELOAD = "reload"
"""The task is loaded in a new context, and the actions are replayed."""

TIERS = (LIVE, RESTART, SNAPSHOT, JUMP, RELOAD)

Trail = tuple[tuple[str, str], ...]
"""What was done on a page since its root, as (action, exact fingerprint of what followed)."""


def trail(steps: tuple[PathStep, ...]) -> Trail:
    """Return the trail of a path's steps."""
    return tuple((step.action.raw, step.observation.fingerprint.exact) for step in steps)
