"""Finding an action's element again on another page (decision 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from env.page.fingerprint import INTERACTIVE_ROLES
from webpilot.actions import PRIMITIVES
from webpilot.observation import Element, Observation
from webpilot.types import Action

__all__ = ["BID_KINDS", "MIN_SIMILARITY", "find", "similarity"]

BID_KINDS = frozenset(
    name
    for name, primitive in PRIMITIVES.items()
    if primitive.parameters and primitive.parameters[0].name in ("bid", "from_bid")
)
"""Primitives whose first argument names an element."""

DRAG = "drag_and_drop"
"""The one whose second argument names another, which carries no picture: its bid must be there."""

MIN_SIMILARITY = 0.9
"""Least similarity, in [0, 1], at which another name counts as the same one reworded."""

NEAR_PX = 4.0
"""How far an element may have moved, in CSS pixels, and still be in the same place."""

COUNT = re.compile(r"\(\d+\+?\)")
WORD = re.compile(r"[^\W_]+")


def find(action: Action, observation: Observation) -> Action | None:
    """Return the action aimed at the same element of another page, ``None`` if it is not there.

    The ladder: same bid with same role, name and frame; same role, name and frame in the same
    neighbourhood; same role and name; a similar name. A rung that finds two elements finds none.
    """
    if action.kind not in BID_KINDS or not action.args:
        return action
    bid = action.args[0]
    target = action.target
    known = {cue.bid for cue in observation.cues} | {e.bid for e in observation.elements}
    if action.kind == DRAG and action.args[1] not in known:
        return None
    if target is None:
        return action if bid in known else None
    found = _find(target, observation)
    if found is None:
        return None
    if found.bid == bid:
        return action
    return replace(action, args=(found.bid, *action.args[1:]), target=found)


def _find(target: Element, observation: Observation) -> Element | None:
    same = observation.element(target.bid)
    if same is not None and same.identity == target.identity:
        return same
    alike = [one for one in observation.elements if one.identity == target.identity]
    rungs: Sequence[tuple[Sequence[Element], Callable[[Element], bool]]] = (
        (alike, lambda one: one.parent == target.parent and _near(one, target)),
        (alike, lambda one: _near(one, target)),
        (alike, lambda one: one.parent == target.parent is not None),
        (alike, lambda one: bool(one.name) or one.role in INTERACTIVE_ROLES),
        (
            observation.elements,
            lambda one: one.role == target.role and one.name == target.name != "",
        ),
        (
            observation.elements,
            lambda one: (
                one.role == target.role
                and one.frame == target.frame
                and similarity(one.name, target.name) >= MIN_SIMILARITY
            ),
        ),
    )
    for candidates, fits in rungs:
        found = [one for one in candidates if fits(one)]
        if len(found) == 1:
            return found[0]
    return None


def _near(one: Element, other: Element) -> bool:
    if one.box is None or other.box is None:
        return False
    return all(abs(a - b) <= NEAR_PX for a, b in zip(one.box, other.box, strict=True))


def similarity(one: str, other: str) -> float:
    """Return how alike two names are, in [0, 1]: as alike as their least alike words.

    Two rows of a list share most of their words; a single other word or number makes them
    different, where a share of common words would not. Counts in brackets do not matter.
    """
    first, second = (WORD.findall(COUNT.sub(" ", name).casefold()) for name in (one, other))
    if not first or len(first) != len(second):
        return 0.0
    return min(_word(a, b) for a, b in zip(first, second, strict=True))


def _word(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if any(character.isdigit() for character in one + other):
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
