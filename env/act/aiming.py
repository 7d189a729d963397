"""Finding the element an action names and the point to act on, by Playwright's rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from env.act.hands import TIMEOUT_MS, Failed, Hands
from env.act.inputs import PROBE, Inputs
from env.page.frames import Frame, find_frame
from env.page.script import evaluation, result
from webpilot.types import Argument

__all__ = [
    "FRAME_SECONDS",
    "READY",
    "SHOWN",
    "absent",
    "aim",
    "context_of",
    "frames_of",
    "retried",
]

PAUSES_MS = (0, 0, 20, 100, 100)
"""Playwright's pause before each attempt; the next would wait past the timeout."""

FRAME_SECONDS = 0.017
"""One animation frame, rounded up: how far apart a moving element is looked at twice."""

READY = ("visible", "enabled")
"""What an element must be before it is pressed; it must also stand still."""
SHOWN = ("visible",)
"""What an element must be before the mouse is moved over it; it must also stand still."""

Point = tuple[float, float]


def frames_of(hands: Hands, bid: Argument) -> tuple[Frame, ...]:
    """Return the frames around an element; the main frame is left out of a page without any."""
    if not isinstance(bid, str):
        raise Failed(f"ValueError: expected a string, got {bid!r}")
    if bid[:1].isnumeric():
        return ()
    frames = find_frame(hands.session, bid)
    if frames is None:
        raise Failed(absent(bid))
    return frames


def context_of(frames: tuple[Frame, ...]) -> int | None:
    """Return the execution context of the innermost frame, ``None`` for the main frame."""
    return frames[-1].context if frames else None


def absent(bid: str) -> str:
    """Return the error text for an element that is not there."""
    return f'ValueError: Could not find element with bid "{bid}"'


def aim(
    hands: Hands,
    bid: str,
    frames: tuple[Frame, ...],
    method: str,
    states: Sequence[str] = READY,
) -> tuple[Point, Inputs]:
    """Return where to act on an element and what mouse and keys are doing; scrolls if needed.

    Args:
        hands: what may be used.
        bid: the element.
        frames: the frames around it.
        method: Playwright's name of the action, for the error text.
        states: what the element must be.
    """

    def look(attempt: int, earlier: object) -> dict[str, Any]:
        context = context_of(frames)
        call = evaluation(PROBE, "aim", bid, states, attempt, earlier, context=context)
        return cast(dict[str, Any], result(hands.session.send_all([call])[0]))

    def at_rest(number: int, earlier: object) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for _ in range(int(TIMEOUT_MS / 1000 / FRAME_SECONDS)):
            # Timers move things with the page's clock, styles with the frames of real time.
            hands.wait(FRAME_SECONDS * 1000)
            time.sleep(FRAME_SECONDS)
            told = look(number, earlier)
            if "shifted" not in told:
                break
            earlier = told["shifted"]
        return told

    def attempt(number: int) -> Mapping[str, Any]:
        told = look(number, None)
        if "moving" in told:
            told = at_rest(number, told["moving"])
        if "point" in told and len(frames) > 1:
            return _through(hands, told, frames)
        return told

    told = retried(hands, bid, attempt, method)
    x, y = told["point"]
    return (x, y), Inputs.load(told["inputs"])


def _through(hands: Hands, told: dict[str, Any], frames: tuple[Frame, ...]) -> dict[str, Any]:
    """Return the point in the page's viewport, if nothing covers the frames on the way to it."""
    inner = frames[-1]
    x, y = told["point"][0] + inner.origin[0], told["point"][1] + inner.origin[1]
    for outer, frame in zip(frames, frames[1:], strict=False):
        left, top = outer.origin
        call = evaluation(PROBE, "passes", frame.bid, x - left, y - top, context=outer.context)
        blocked = result(hands.session.send_all([call])[0])
        if blocked:
            return {"problem": f"{blocked} intercepts pointer events"}
    recalled = result(hands.session.send_all([evaluation(PROBE, "recallInputs")])[0])
    return {"point": (x, y), "inputs": recalled}


def retried(
    hands: Hands, bid: str, attempt: Callable[[int], Mapping[str, Any]], method: str
) -> Mapping[str, Any]:
    """Return the first attempt's answer without a problem; pauses and gives up as Playwright."""
    problem = ""
    for number, pause in enumerate(PAUSES_MS):
        if pause:
            hands.wait(pause)
        told = attempt(number)
        if "gone" in told:
            if number == 0:
                raise Failed(absent(bid))
            told = {"problem": "element was detached from the DOM"}
        if "problem" not in told:
            return told
        problem = told["problem"]
    hands.wait(TIMEOUT_MS - sum(PAUSES_MS))
    raise Failed(f"TimeoutError: {method}: Timeout {TIMEOUT_MS}ms exceeded.\n{problem}")
