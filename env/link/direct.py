"""A Playwright page whose most frequent calls take our own connection.

A call through Playwright passes its client's event loop and its driver, and costs several times
what it costs over the connection we hold anyway. MiniWoB++'s tasks make four kinds of calls, a
dozen each episode; these are answered here with Playwright's results and errors, all others by
Playwright itself.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from env.link.calls import ProtocolError, Waiter
from env.link.page_session import PageSession
from env.link.session import Reply
from webpilot.errors import StepTimeout

__all__ = ["DirectPage"]

PATIENCE_MS = 30_000.0
"""What it may take where nobody has said anything."""
GRANT_MS = 10.0
EMPTY = "about:blank"
NEVER = 86_400.0
"""Seconds that stand for no limit."""
LEFT = "Page.evaluate: Execution context was destroyed, most likely because of a navigation"

EVALUATE = """(() => {
  const plain = (value, depth) => {
    if (value === null || typeof value === "boolean" || typeof value === "string") return true;
    if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
    if (typeof value !== "object" || depth > 20 || typeof value.toJSON === "function") return false;
    if (Array.isArray(value)) return value.every((one) => plain(one, depth + 1));
    const kind = Object.getPrototypeOf(value);
    return (kind === Object.prototype || kind === null)
      && Object.values(value).every((one) => plain(one, depth + 1));
  };
  const told = (value) => {
    if (value === undefined || plain(value, 0)) return { value };
    window[Symbol.for("webpilot.told")] = value;
    return { kept: true };
  };
  const found = (0, eval)(%s);
  const value = typeof found === "function" ? found() : found;
  return value instanceof Promise ? value.then(told) : told(value);
})()"""
"""As Playwright evaluates: a function is called. What JSON cannot hold is kept for Playwright."""

FUNCTION = re.compile(r"(async)?\s*function(\s|\()")

KEPT = """() => {
  const key = Symbol.for("webpilot.told"), value = window[key];
  delete window[key];
  return value;
}"""


class DirectPage(Page):
    """One page; belongs to the thread of its Playwright."""

    def __init__(self, page: Page, session: PageSession) -> None:
        """Speak for ``page`` over ``session``, which is attached to it."""
        super().__init__(page._impl_obj)
        self._session = session
        self.grant: Callable[[float], None] | None = None
        """Lets milliseconds of the page's time pass, where its clock stands still: a page loads in
        the time it is granted."""
        self._address = ""
        session.on("Page.frameNavigated", self._navigated)
        session.on("Page.navigatedWithinDocument", self._moved)

    @property
    def url(self) -> str:
        """The address of the main frame, as of the last event."""
        if self._address != super().url:  # one of the two has not been told yet
            self._take_in()
        return self._address or super().url

    def evaluate(self, expression: str, arg: Any = None) -> Any:
        """Return what an expression, or the function it is, evaluates to in the main frame.

        Raises:
            playwright.sync_api.Error: it threw, or the page went elsewhere meanwhile.
        """
        if arg is not None:
            return super().evaluate(expression, arg)
        told = self._told(expression)
        return super().evaluate(KEPT) if told.get("kept") else told.get("value")

    def wait_for_function(self, expression: str, **options: Any) -> Any:
        """Return once an expression holds; ``None`` where it does at once."""
        if not options and self.evaluate(expression):
            return None
        return super().wait_for_function(expression, **options)

    def goto(self, url: str, **options: Any) -> Any:
        """Return when the page has loaded; unlike Playwright's this does not return the response.

        Raises:
            playwright.sync_api.TimeoutError: it did not load in time.
            playwright.sync_api.Error: the address cannot be reached.
        """
        if options:
            return super().goto(url, **options)
        milliseconds = navigation_timeout(self._impl_obj._timeout_settings)
        seen: set[str] = set()
        wanted: list[str] = []

        def loaded(params: Reply) -> bool:
            if params["name"] == "load":
                seen.add(params["loaderId"])
            return not seen.isdisjoint(wanted)

        due = time.monotonic() + (milliseconds / 1000 or NEVER)
        with self._session.expect("Page.lifecycleEvent", loaded) as arrival:
            try:
                self._session.send("Page.setLifecycleEventsEnabled", {"enabled": True})
                patience = due - time.monotonic()
                reply = self._session.send("Page.navigate", {"url": url}, timeout=patience)
                if "errorText" in reply:
                    raise PlaywrightError(f"Page.goto: {reply['errorText']} at {url}")
                if "loaderId" not in reply:  # only the part behind # is another
                    self._take_in()
                    return None
                # Noted before it is looked for: the event may come in between.
                wanted.append(reply["loaderId"])
                if seen.isdisjoint(wanted):
                    self._await(arrival, due)
            except StepTimeout as error:
                text = f"Page.goto: Timeout {milliseconds:.0f}ms exceeded."
                raise PlaywrightTimeout(text) from error
            except ProtocolError as error:
                raise PlaywrightError(
                    f"Page.goto: Protocol error ({error.method}): {error.text}"
                ) from error
        return None

    def _take_in(self) -> None:
        """Wait for what has happened so far: events come before the answer to a later call."""
        with suppress(ProtocolError):  # between two documents
            self._session.evaluate("0")

    def _navigated(self, params: Reply) -> None:
        frame = params["frame"]
        if "parentId" not in frame:
            self._address = str(frame["url"] + frame.get("urlFragment", ""))

    def _moved(self, params: Reply) -> None:
        if params["frameId"] == self._session.target:
            self._address = str(params["url"])

    def leave(self) -> None:
        """Go to an empty page in the same process, which takes the place of this one."""
        due = time.monotonic() + self._session.deadline

        def empty(params: Reply) -> bool:
            return "parentId" not in params["frame"] and params["frame"]["url"] == EMPTY

        with self._session.expect("Page.frameNavigated", empty) as arrival:
            self._session.evaluate(f"void location.replace({EMPTY!r})")
            self._await(arrival, due)

    def _await(self, arrival: Waiter, due: float) -> None:
        """Wait for an event; a page whose clock stands still gets there in the time it is granted.

        Raises:
            StepTimeout: it did not come.
        """
        while self.grant is not None and not arrival.come:
            if time.monotonic() >= due:
                raise StepTimeout("the page does not get there in time")
            self.grant(GRANT_MS)
        arrival.wait(due - time.monotonic())

    def _told(self, expression: str) -> dict[str, Any]:
        text = expression.strip()
        # Alone, a function's text would be a declaration, which has no value.
        text = f"({text})" if FUNCTION.match(text) else text
        call = {
            "expression": EVALUATE % json.dumps(text),
            "returnByValue": True,
            "awaitPromise": True,
            "userGesture": True,
        }
        try:
            reply = self._session.send("Runtime.evaluate", call)
        except ProtocolError as error:
            raise PlaywrightError(LEFT) from error
        failure = reply.get("exceptionDetails")
        if failure is not None:
            thrown = failure.get("exception", {})
            text = thrown.get("description") or thrown.get("value", failure.get("text"))
            raise PlaywrightError(f"Page.evaluate: {text}")
        told: dict[str, Any] = reply["result"]["value"]
        return told


def navigation_timeout(settings: Any) -> float:
    """Return the milliseconds that going somewhere may take, as Playwright's driver decides it."""
    while settings is not None:
        for set_one in (settings.default_navigation_timeout(), settings.default_timeout()):
            if set_one is not None:
                return float(set_one)
        settings = settings._parent
    return PATIENCE_MS
