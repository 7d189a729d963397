"""The paper's four actions, read from a model's words and turned into primitives of ours.

Click is a click, hover a mouse move, scroll a turn of the wheel by most of a screen. The paper's
``type`` empties the field, types, and may press Enter: that is two of our actions (decision 5).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from prompts.paper_schema import NextAction
from webpilot.actions import parse_action
from webpilot.errors import ActionError
from webpilot.observation import Element, Observation
from webpilot.paper.alignment import conflict
from webpilot.types import Action

__all__ = ["Misread", "Offer", "Understood", "offered", "typed", "understood", "usable"]

PRIMITIVES = {"click": "click", "hover": "mouse_move", "type": "fill", "scroll": "scroll"}
"""The paper's actions, in its order, each with the primitive that it needs."""

SCREEN = 0.8
"""Part of the viewport's height that one scroll turns by."""
TURN = 480
"""Pixels that it turns by where the height is not known."""

FLAGS = {"1": True, "true": True, "0": False, "false": False}
QUOTES = " \t\n'\"`"


class Misread(Exception):
    """An action that cannot be taken as it is; the warnings tell the model why, one a line."""

    def __init__(self, *warnings: str) -> None:
        super().__init__("; ".join(warnings))
        self.warnings = warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a model may choose from."""

    kinds: tuple[str, ...]
    enter: bool
    """Enter may follow what is typed."""
    noop: bool
    """Doing nothing is allowed, where no action can be made of what the model wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A model's choice as an action of ours."""

    action: Action
    enter: bool = False
    """Enter is to be pressed next."""


def offered(allowed: Sequence[str]) -> Offer:
    """Return which of the paper's actions a benchmark's primitives suffice for; none named is all.

    What they do not suffice for is not offered, and refused where a model chooses it all the same.
    """
    kinds = tuple(kind for kind, needed in PRIMITIVES.items() if not allowed or needed in allowed)
    return Offer(
        kinds=kinds,
        enter=not allowed or "keyboard_press" in allowed,
        noop=not allowed or "noop" in allowed,
    )


def understood(choice: NextAction, page: Observation, offer: Offer) -> Understood:
    """Return the action that ``choice`` means on this page.

    Raises:
        Misread: something is missing, unknown, not on the page or contradicts itself.
    """
    intent = " ".join(choice.action_intent.split())
    warnings = () if intent else ("action_intent is missing",)
    try:
        found = _meant(choice, intent, page, offer)
    except Misread as fault:
        raise Misread(*warnings, *fault.warnings) from None
    if warnings:
        raise Misread(*warnings)
    try:
        parse_action(found.action.raw)
    except ActionError as fault:  # a text too long, or one that cannot be written down
        raise Misread(str(fault)) from None
    return found


def _meant(choice: NextAction, intent: str, page: Observation, offer: Offer) -> Understood:
    kind = choice.action_type.strip(QUOTES).casefold()
    given = {"action_type": kind, "action_str": choice.action_str.strip()}
    if missing := [name for name, value in given.items() if not value]:
        raise Misread(*(f"{name} is missing" for name in missing))
    if kind not in offer.kinds:
        raise Misread(f"action_type {kind!r} is unknown; it is one of {', '.join(offer.kinds)}")
    if kind == "scroll":
        return Understood(action=_scroll(choice.action_str, page, intent))
    if kind == "type":
        bid, text, enter = typed(choice.action_str)
        element = _target(bid, choice.element_info, page)
        action = Action(kind="fill", args=(element.bid, text), target=element, intent=intent)
        return Understood(action=action, enter=enter and offer.enter)
    element = _target(choice.action_str, choice.element_info, page)
    if kind == "hover":
        return Understood(action=_hover(element, page, intent))
    action = Action(kind="click", args=(element.bid,), target=element, intent=intent)
    return Understood(action=action)


def usable(bid: object, page: Observation) -> Element:
    """Return the element, if it is on the page and takes input.

    Raises:
        Misread: it is not, or does not.
    """
    element = page.element(bid) if isinstance(bid, str) else None
    if element is None:
        raise Misread(f"there is no element {bid!r} on the page")
    if dict(element.states).get("disabled", "false") != "false":
        raise Misread(f"element {bid!r} is disabled")
    return element


def typed(text: str) -> tuple[str, str, bool]:
    """Return id, text and whether Enter follows, from the list that ``type`` takes.

    Enter follows where nothing is said of it. A list without quotes is read piece by piece.

    Raises:
        Misread: there is no id, no text, or something else than 0 or 1 for enter.
    """
    parts = _listed(text)
    if len(parts) < 2 or not parts[1]:
        raise Misread(
            "action_str of type must be a list of id, text and enter, its text not empty, such as "
            '["7", "two words", 0]'
        )
    bid, content, *rest = parts
    flag = FLAGS.get(rest[0].strip(QUOTES).casefold()) if rest else True
    if flag is None or len(rest) > 1:
        raise Misread("enter, the last part of action_str, must be 0 or 1")
    return bid, content, flag


def _listed(text: str) -> list[str]:
    """Return the parts of a list, each as it was written: numbers too are texts here."""
    try:
        found = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        found = _literal(text)
    if isinstance(found, dict):
        found = [found[key] for key in ("id", "text", "enter") if key in found]
    if isinstance(found, list | tuple):
        return ["" if part is None else str(part) for part in found]
    return _pieces(text)


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _pieces(text: str) -> list[str]:
    bid, comma, rest = text.strip().removeprefix("[").removesuffix("]").partition(",")
    if not comma:
        return [bid]
    content, comma, last = rest.rpartition(",")
    if comma and last.strip(QUOTES).casefold() in FLAGS:
        return [bid, content.strip(QUOTES), last]
    return [bid, rest.strip(QUOTES)]


def _target(written: str, info: str, page: Observation) -> Element:
    bid = written.strip(f"[](){QUOTES}")
    if found := re.match(r"\[(\w+)\]", written.strip(QUOTES)):
        bid = found[1]
    element = usable(bid, page)
    if not info.strip():
        raise Misread("element_info is missing: role and name of the element, as on its line")
    if lines := conflict(info, bid, page.text):
        raise Misread(
            f"id {bid} is the line: {lines[0]}\nbut element_info reads like the line: {lines[1]}\n"
            "Which of the two fits the action_intent?"
        )
    return element


def _scroll(written: str, page: Observation, intent: str) -> Action:
    way = written.strip(f"[]{QUOTES}").casefold()
    if way not in ("up", "down"):
        raise Misread(f'action_str of scroll must be "up" or "down", not {written!r}')
    turn = round(SCREEN * page.viewport[1]) or TURN
    return Action(kind="scroll", args=(0, turn if way == "down" else -turn), intent=intent)


def _hover(element: Element, page: Observation, intent: str) -> Action:
    if element.box is None:
        raise Misread(f"element {element.bid!r} is not drawn, so the mouse cannot be moved over it")
    left, top, width, height = element.box
    args = (round((left + width / 2) * page.scale, 1), round((top + height / 2) * page.scale, 1))
    return Action(kind="mouse_move", args=args, target=element, intent=intent)
