"""What the policy may do next on a site, and constructors of its actions."""

from __future__ import annotations

from dataclasses import dataclass

from webpilot.offline.sites.page import Item
from webpilot.types import Action

__all__ = ["Move", "back", "click", "fill", "press", "select"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One action that may be taken now."""

    action: Action
    score: float
    """In [0, 1]: how likely it serves the errand."""
    reason: str
    deed: bool = False
    """It changes what the site keeps."""


def click(item: Item) -> Action:
    """Return a click on an item."""
    return Action(kind="click", args=(item.bid,), target=item.element)


def fill(item: Item, text: str) -> Action:
    """Return the action that replaces a field's value."""
    return Action(kind="fill", args=(item.bid, text), target=item.element)


def select(item: Item, option: str) -> Action:
    """Return the choice of a list's option by what it says."""
    return Action(kind="select_option", args=(item.bid, option), target=item.element)


def press(key: str) -> Action:
    """Return a key press where the focus is."""
    return Action(kind="keyboard_press", args=(key,))


def back() -> Action:
    """Return going back to the page before."""
    return Action(kind="go_back")
