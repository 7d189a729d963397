"""Finding the element an action names and the point to act on, by Playwright's rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from env.act.pointer import Pointer
from env.link.session import Session
from env.page.frames import Frame, find_frame
from env.page.script import evaluation, result
from webpilot.types import Argument

__all__ = ["FRAME_SECONDS", "PROBE", "Failed", "Hands", "aim", "context_of", "frames_of", "retried"]

PROBE = ("probe",)
TIMEOUT_MS = 500
"""BrowserGym's timeout of every action on an element."""

PAUSES_MS = (0, 0, 20, 100, 100)
"""Playwright's pause before each attempt; the next would wait past the timeout."""

FRAME_SECONDS = 0.017
"""One animation frame, rounded up: how far apart a moving element is looked at twice."""

Wait = Callable[[float], None]


class Failed(Exception):
    """The action failed; the message is BrowserGym's error text."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What an action may use."""

    session: Session
    scale: float
    """Mouse arguments are CSS pixels times this."""
    wait: Wait
    """Lets this many milliseconds of page time pass."""


def frames_of(hands: Hands, bid: Argument) -> tuple[Frame, ...]:
    """Return the frames around an element; the main frame is left out of a page without any."""
    if not isinstance(bid, str):
        raise Failed(f"ValueError: expected a string, got {bid!r}")
    if bid[:1].isnumeric():
        return ()
    frames = find_frame(hands.session, bid)
    if frames is None:
        raise Failed(_absent(bid))
    return frames


def context_of(frames: tuple[Frame, ...]) -> int | None:
    """Return the execution context of the innermost frame, ``None`` for the main frame."""
    return frames[-1].context if frames else None


def _absent(bid: str) -> str:
    return f'ValueError: Could not find element with bid "{bid}"'


def aim(hands: Hands, bid: str, frames: tuple[Frame, ...]) -> tuple[tuple[float, float], Pointer]:
    """Return where to click an element and the pointer as it is; scrolls if needed."""

    def look(attempt: int, earlier: object) -> dict[str, Any]:
        call = evaluation(PROBE, "aim", bid, attempt, earlier, context=context_of(frames))
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

    told = retried(hands, bid, attempt, "Locator.click")
    x, y = told["point"]
    return (x, y), Pointer.load(told["pointer"])


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
    recalled = result(hands.session.send_all([evaluation(PROBE, "recallPointer")])[0])
    return {"point": (x, y), "pointer": recalled}


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
                raise Failed(_absent(bid))
            told = {"problem": "element was detached from the DOM"}
        if "problem" not in told:
            return told
        problem = told["problem"]
    hands.wait(TIMEOUT_MS - sum(PAUSES_MS))
    raise Failed(f"TimeoutError: {method}: Timeout {TIMEOUT_MS}ms exceeded.\n{problem}")
