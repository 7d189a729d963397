"""One action on a whole window: its page in front, its tabs, its files, its chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from env.act.actions import PAGE_PRIMITIVES, perform
from env.act.chat import Chat, report_infeasible, send_msg_to_user
from env.act.files import FILE_PRIMITIVES
from env.act.hands import Failed, Wait
from env.act.reach import Reach
from env.act.windows import WINDOW_PRIMITIVES
from env.link.calls import ProtocolError
from env.link.page_session import PageSession
from env.link.window import Tab, Window
from webpilot.errors import BrowserLost
from webpilot.types import Action

__all__ = ["CHAT_PRIMITIVES", "EXECUTED", "act"]

CHAT_PRIMITIVES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {"send_msg_to_user": send_msg_to_user, "report_infeasible": report_infeasible}
)
"""By name; each takes the chat and the action's arguments."""

EXECUTED = frozenset({*PAGE_PRIMITIVES, *WINDOW_PRIMITIVES, *FILE_PRIMITIVES, *CHAT_PRIMITIVES})
"""Every primitive that :func:`act` executes."""

CLOSED = "TargetClosedError: Target page, context or browser has been closed"


def act(
    window: Window,
    action: Action,
    *,
    scale: float,
    wait: Wait,
    chat: Chat | None = None,
    navigation_timeout: float,
    uploads: Sequence[Path] = (),
) -> str:
    """Return BrowserGym's error text of the executed action, empty when it went well.

    The text is the exception's class and first line, after a timeout a second line with what
    stood in the way. The page is not given time to settle, nor is a tab that opens meanwhile.

    Args:
        window: the tab in front is acted on.
        action: what to do.
        scale: mouse arguments are CSS pixels times this.
        wait: lets milliseconds of time pass in the tab in front.
        chat: takes what is said to the user; without one nothing can be said.
        navigation_timeout: seconds a navigation, or the wait for a file chooser, may take.
        uploads: folders whose files may be uploaded, and no others.

    Raises:
        EnvironmentDown: a page crashed, does not answer, or the browser is gone.
    """
    session = _front(window).session
    inputs = session.inputs
    reach = Reach(
        window=window,
        scale=scale,
        wait=wait,
        timeout=navigation_timeout,
        chat=chat,
        uploads=tuple(uploads),
    )
    try:
        error = _executed(reach, session, action)
        _front(window)
        return error
    except Failed as failure:
        return str(failure)
    except ProtocolError as error:  # the page went elsewhere in the middle of it
        if not window.browser.alive:
            raise
        return f"Error: Protocol error ({error.method}): {error.text}".split("\n", 1)[0]
    except BrowserLost:
        if not _is_closed(window, session):
            raise
        _front(window)
        return "" if session.inputs > inputs else CLOSED  # what was done may have closed the tab


def _front(window: Window) -> Tab:
    """Return the tab in front; where a page has closed the last one, a new one, as BrowserGym."""
    emptied = window.browser.alive and not window.crashed and not window.tabs
    return window.open() if emptied else window.active


def _executed(reach: Reach, session: PageSession, action: Action) -> str:
    if action.kind in CHAT_PRIMITIVES and reach.chat is not None:
        CHAT_PRIMITIVES[action.kind](reach.chat, *action.args)
    elif action.kind in WINDOW_PRIMITIVES:
        WINDOW_PRIMITIVES[action.kind](reach, *action.args)
    elif action.kind in FILE_PRIMITIVES:
        FILE_PRIMITIVES[action.kind](reach, *action.args)
    else:
        return perform(session, action, scale=reach.scale, wait=reach.wait)
    return ""


def _is_closed(window: Window, session: PageSession) -> bool:
    """Return whether the action closed its own tab: a crashed one is still there."""
    if not window.browser.alive:
        return False
    try:
        window.browser.connection.call("Target.getTargetInfo", {"targetId": session.target})
    except ProtocolError:
        return True
    return False
