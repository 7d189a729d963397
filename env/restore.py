"""Going back to a state: the cheapest way that verifiably gets there.

Each tier brings the page to the path's root in its own way and replays the actions. After every
one the page is marked, compared with what was seen there the first time, and given the bids of
then; a page that differs, or an action that fails where it did not, ends the try. A replay never
goes on from a wrong page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from env.link.cdp import ProtocolError
from env.live import LivePage
from env.page.observe import align, restamp
from mcts.protocols import Level, Restored
from webpilot.types import Observation, Path, PathStep

__all__ = ["LIVE", "RELOAD", "RESTART", "Trail", "restore", "trail"]

LIVE = "live"
"""The page is there already."""
RESTART = "restart"
"""The episode is begun again on the same page, and the actions are replayed."""
RELOAD = "reload"
"""The task is loaded in a new context, and the actions are replayed."""

Trail = tuple[tuple[str, str], ...]
"""What was done on a page since its root, as (action, exact fingerprint of what followed)."""


class Checked(NamedTuple):
    """A page compared with the one wanted."""

    observation: Observation
    level: Level


def trail(steps: tuple[PathStep, ...]) -> Trail:
    """Return the trail of a path's steps."""
    return tuple((step.action.raw, step.observation.fingerprint.exact) for step in steps)


def restore(page: LivePage, path: Path, *, here: Trail | None) -> Restored:
    """Return the page at the end of ``path``, brought there by the first tier that achieves it.

    Args:
        page: the page to use.
        path: where to go.
        here: what was done on the page since its root, or ``None`` where that is unknown.
    """
    found: Checked | None = None
    tier = RELOAD
    for tier, walk in tiers(page, path, here):
        with page.meter.trying(tier):
            found = walk()
        if found is not None and found.level is not Level.DRIFTED:
            page.meter.restored(tier)
            return Restored(observation=found.observation, tier=tier, level=found.level)
    page.meter.gave_up()
    observation = page.observe() if found is None else found.observation
    return Restored(observation=observation, tier=tier, level=Level.DRIFTED)


def tiers(
    page: LivePage, path: Path, here: Trail | None
) -> list[tuple[str, Callable[[], Checked | None]]]:
    """Return the tiers worth trying, cheapest first."""
    ladder: list[tuple[str, Callable[[], Checked | None]]] = []
    if page.alive and here is not None and here == trail(path.all_steps):
        ladder.append((LIVE, lambda: check(page, path.target)))
    if page.alive and page.task.restartable:
        ladder.append((RESTART, lambda: restarted(page, path)))
    ladder.append((RELOAD, lambda: reloaded(page, path)))
    return ladder


def restarted(page: LivePage, path: Path) -> Checked | None:
    """Return the end of ``path`` after an in-page restart, ``None`` where the page refuses it."""
    try:
        page.restart()
    except ProtocolError:
        return None
    return replay(page, path)


def reloaded(page: LivePage, path: Path) -> Checked:
    """Return the end of ``path`` after a fresh load."""
    page.load()
    return replay(page, path)


def replay(page: LivePage, path: Path) -> Checked:
    """Return the page at the end of ``path``, or the first that differs on the way."""
    found = check(page, path.root)
    for step in path.all_steps:
        if found.level is Level.DRIFTED:
            return found
        error = page.act(step.action)
        page.meter.replayed()
        if bool(error) != bool(step.observation.last_error):
            return Checked(page.observe(last_error=error), Level.DRIFTED)
        found = check(page, step.observation)
    return found


def check(page: LivePage, wanted: Observation) -> Checked:
    """Return the current page compared with ``wanted``, carrying the bids of ``wanted``."""
    found = page.observe(last_error=wanted.last_error)
    alignment = align(wanted, found)
    moved = any(old != new for old, new in alignment.bids.items())
    if moved and alignment.level is not Level.DRIFTED:
        restamp(page.tab.session, alignment.bids)
        found = page.observe(last_error=wanted.last_error)
    return Checked(found, alignment.level)
