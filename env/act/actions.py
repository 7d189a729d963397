"""BrowserGym's primitives on one page, by DevTools' input events.

The checks run in one script per attempt and the events of one action travel in one flight. A
page that refuses an action gives an error text, never an exception.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType

from env.act.aiming import FRAME_SECONDS
from env.act.elements import ELEMENT_PRIMITIVES
from env.act.hands import Failed, Hands
from env.act.inputs import PROBE, Inputs, recall
from env.act.keyboard import Held, toggle
from env.act.keystrokes import KEY_PRIMITIVES
from env.act.pointer import BUTTONS, Pointer
from env.act.points import DRAWING_SECONDS, POINT_PRIMITIVES
from env.link.calls import ProtocolError
from env.link.session import Session
from env.page.script import evaluation, result
from webpilot.types import Action, Argument

__all__ = ["PAGE_PRIMITIVES", "let_go", "perform"]

NOOP_MS = 1000.0


def perform(
    session: Session, action: Action, *, scale: float, wait: Callable[[float], None]
) -> str:
    """Return BrowserGym's error text of the executed action, empty when it went well.

    The text is the exception's class and first line; after a timeout a second line names what
    stood in the way, as Playwright's log does. :func:`env.act.acting.act` also executes what
    concerns tabs, files and the chat.

    Raises:
        EnvironmentDown: the page or the browser is gone.
    """
    primitive = PAGE_PRIMITIVES.get(action.kind)
    if primitive is None:
        return f"NameError: Invalid action type '{action.kind}'."
    try:
        primitive(Hands(session, scale, wait), *action.args)
    except Failed as failure:
        return str(failure)
    _begin_animations(session)
    return ""


def let_go(session: Session) -> None:
    """Release what mouse and keyboard hold, and forget where the mouse was.

    The browser and many widgets remember a pressed button beyond the page's own restart, and take
    no other press until it is released.
    """
    pointer, keys = recall(session)
    calls = []
    for button, bit in BUTTONS.items():
        if pointer.held & bit:
            pointer, call = pointer.release(button)
            calls.append(call)
    calls += [toggle(code, keys, down=False) for code in sorted(keys.codes)]
    session.send_all([*calls, Inputs(Pointer(), Held()).remembering()])


def _begin_animations(session: Session) -> None:
    """Wait for one frame where the page waits for it, so that time granted next finds it begun."""
    check = [evaluation(PROBE, "awaitedFrame")]
    deadline = time.monotonic() + DRAWING_SECONDS
    with suppress(ProtocolError):  # the action led to another page, which begins on its own
        served = result(session.send_all(check)[0])
        while served is not None and time.monotonic() < deadline:
            time.sleep(FRAME_SECONDS / 4)
            now = result(session.send_all(check)[0])
            if now is None or now > served:
                return


def _noop(hands: Hands, wait_ms: Argument = NOOP_MS) -> None:
    if isinstance(wait_ms, bool) or not isinstance(wait_ms, int | float):
        raise Failed("Error: Page.wait_for_timeout: timeout: expected number")
    hands.wait(wait_ms)


PAGE_PRIMITIVES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {"noop": _noop, **ELEMENT_PRIMITIVES, **POINT_PRIMITIVES, **KEY_PRIMITIVES}
)
"""By name; each takes what it may use and the action's arguments."""
