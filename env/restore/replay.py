"""Replaying a path on a page, compared with the first time after every action."""

from __future__ import annotations

from typing import NamedTuple

from env.act.reidentify import find
from env.live import LivePage
from env.page.observe import align, restamp
from mcts.protocols import Level
from webpilot.observation import Observation
from webpilot.types import Action, Path, PathStep

__all__ = ["Checked", "check", "replay"]


class Checked(NamedTuple):
    """A page compared with the one wanted."""

    observation: Observation
    level: Level


def check(page: LivePage, wanted: Observation) -> Checked:
    """Return the current page compared with ``wanted``, carrying the bids of ``wanted``."""
    found = page.observe(last_error=wanted.last_error)
    alignment = align(wanted, found)
    moved = any(old != new for old, new in alignment.bids.items())
    if moved and alignment.level is not Level.DRIFTED:
        restamp(page.tab.session, alignment.bids)
        found = page.observe(last_error=wanted.last_error)
    return Checked(found, alignment.level)


def replay(page: LivePage, path: Path, *, done: int = 0) -> Checked:
    """Return the page at the end of ``path``, or the first that differs on the way.

    ``done`` is the number of the path's steps that the page has behind it already. A replay never
    goes on from a wrong page, nor past an action that fails where it did not, or does not fail
    where it did.
    """
    steps = path.all_steps
    found = check(page, steps[done - 1].observation if done else path.root)
    for step in steps[done:]:
        if found.level is Level.DRIFTED:
            return found
        action = _aimed(step, found)
        if action is None:
            gone = f"{step.action.raw}: its element is not on this page"
            return Checked(page.observe(last_error=gone), Level.DRIFTED)
        error = page.act(action)
        page.meter.replayed()
        if bool(error) != bool(step.observation.last_error):
            return Checked(page.observe(last_error=error), Level.DRIFTED)
        found = check(page, step.observation)
    return found


def _aimed(step: PathStep, found: Checked) -> Action | None:
    """Return the step's action aimed at its element on this page, ``None`` if that is not there."""
    if found.level is Level.EXACT:
        return step.action  # every bid names what it named
    again = find(step.action, found.observation)
    if again is None and step.action.target is None and step.observation.last_error:
        return step.action  # there was no such element the first time either
    return again
