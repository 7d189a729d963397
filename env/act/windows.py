"""Primitives that lead a page elsewhere, and those on tabs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from types import MappingProxyType
from urllib.parse import urlsplit

from env.act.hands import Failed
from env.act.inputs import recall
from env.act.loading import Arrivals, TooLate, load, watched
from env.act.reach import Reach
from env.link.calls import ProtocolError
from env.link.page_session import PageSession
from webpilot.actions import completed, foreign_scheme
from webpilot.errors import ActionError, EnvironmentDown, StepTimeout
from webpilot.types import Argument

__all__ = ["WINDOW_PRIMITIVES"]

ABORTED = "net::ERR_ABORTED"
ERROR_PAGE_SECONDS = 1.0
"""Time the browser's own page for a failed address may take."""


# --------------------------------------------------------------------------------- navigation
def _goto(reach: Reach, url: Argument) -> None:
    method = "Page.goto"
    if not isinstance(url, str):
        raise Failed(f"Error: {method}: url: expected string")
    scheme = foreign_scheme(url)
    if scheme is not None:
        raise Failed(
            f"Error: {method}: only http:, https: and about:blank are opened, not {scheme}"
        )
    address = completed(url)
    if ":" not in address:
        raise Failed(_refused(method, "Cannot navigate to invalid URL"))
    session = reach.session
    due = time.monotonic() + reach.timeout
    with _carried(session), watched(session) as arrivals:
        try:
            reply = session.send("Page.navigate", {"url": address}, timeout=reach.timeout)
        except ProtocolError as error:
            raise Failed(_refused(method, error.text)) from error
        except StepTimeout:
            session.post("Page.stopLoading")
            raise Failed(_late(reach, method, f'navigating to "{address}"')) from None
        if "errorText" in reply:
            _show_error(reach, session, arrivals, reply["errorText"])
            raise Failed(f"Error: {method}: {reply['errorText']} at {_normal(address)}")
        if "loaderId" in reply:
            begun = partial(arrivals.has, reply["loaderId"])
            what = f'navigating to "{address}"'
            _arrive(reach, session, arrivals, due, begun, _late(reach, method, what))


def _go_back(reach: Reach) -> None:
    _go(reach, -1, "Page.go_back")


def _go_forward(reach: Reach) -> None:
    _go(reach, 1, "Page.go_forward")


def _go(reach: Reach, step: int, method: str) -> None:
    """Go along the history; at its end nothing happens, and that is no error."""
    session = reach.session
    history = session.send("Page.getNavigationHistory")
    index = history["currentIndex"] + step
    if index not in range(len(history["entries"])):
        return
    due = time.monotonic() + reach.timeout
    with _carried(session), watched(session) as arrivals:
        entry = history["entries"][index]["id"]
        session.send("Page.navigateToHistoryEntry", {"entryId": entry})
        late = _late(reach, method, "waiting for navigation")
        _arrive(reach, session, arrivals, due, lambda: arrivals.any, late)
        if arrivals.documents and arrivals.documents[-1].failed:
            loader = arrivals.documents[-1].loader
            raise Failed(f"Error: {method}: {arrivals.errors.get(loader, 'net::ERR_FAILED')}")


def _arrive(
    reach: Reach,
    session: PageSession,
    arrivals: Arrivals,
    due: float,
    begun: Callable[[], bool],
    late: str,
) -> None:
    try:
        load(session, arrivals, reach.wait, due, begun)
    except TooLate:
        raise Failed(late) from None


def _show_error(reach: Reach, session: PageSession, arrivals: Arrivals, text: str) -> None:
    """Wait for the page that stands for a failed address; an aborted one has none."""
    if text == ABORTED:
        return
    due = time.monotonic() + ERROR_PAGE_SECONDS
    with suppress(TooLate):
        load(session, arrivals, reach.wait, due, lambda: arrivals.any)


@contextmanager
def _carried(session: PageSession) -> Iterator[None]:
    """Keep mouse and keyboard as they are while the body leads the page to another document."""
    inputs = None
    with suppress(EnvironmentDown, ProtocolError):  # a page may be too broken to remember
        inputs = recall(session)
    yield
    if inputs is not None:
        with suppress(EnvironmentDown, ProtocolError):
            session.send_all([inputs.remembering()])


def _refused(method: str, text: str) -> str:
    return f"Error: {method}: Protocol error (Page.navigate): {text}"


def _late(reach: Reach, method: str, what: str) -> str:
    milliseconds = round(reach.timeout * 1000)
    return (
        f'TimeoutError: {method}: Timeout {milliseconds}ms exceeded.\n{what}, waiting until "load"'
    )


def _normal(address: str) -> str:
    """Return an address as Playwright writes it: small scheme and host, and a path."""
    with suppress(ValueError):
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")
        place = f"{host[0]}{host[1]}{host[2].lower()}"
        path = parts.path or ("/" if parts.netloc else "")
        return parts._replace(scheme=parts.scheme.lower(), netloc=place, path=path).geturl()
    return address


# ---------------------------------------------------------------------------------------- tabs
def _new_tab(reach: Reach) -> None:
    try:
        reach.window.open()
    except ActionError as error:
        raise Failed(f"Error: BrowserContext.new_page: {error}") from error


def _tab_close(reach: Reach) -> None:
    reach.window.close_active()


def _tab_focus(reach: Reach, index: Argument) -> None:
    if isinstance(index, bool) or not isinstance(index, int):
        kind = type(index).__name__
        raise Failed(f"TypeError: list indices must be integers or slices, not {kind}")
    try:
        tab = reach.window.focus(index)
    except IndexError:
        raise Failed("IndexError: list index out of range") from None
    tab.session.send("Page.bringToFront")


WINDOW_PRIMITIVES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "goto": _goto,
        "go_back": _go_back,
        "go_forward": _go_forward,
        "new_tab": _new_tab,
        "tab_close": _tab_close,
        "tab_focus": _tab_focus,
    }
)
"""By name; each takes its reach and the action's arguments."""
