"""An action tried once more without checks, as BrowserGym's ``retry_with_force`` does.

The real Playwright page is at hand, so its own ``force`` is used: it is the exception, not the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from browsergym.core.action.utils import get_elem_by_bid
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page

from webpilot.actions import PRIMITIVES
from webpilot.types import Action

__all__ = ["FORCED", "force"]

Work = Callable[[Locator, Mapping[str, Any]], None]
TIMEOUT_MS = 500


def force(page: Page, action: Action) -> str:
    """Return BrowserGym's error text of the action executed without checks, '' when it went well.

    ``action`` must be one of :data:`FORCED`.
    """
    parameters = PRIMITIVES[action.kind].parameters
    given: dict[str, Any] = {one.name: one.default for one in parameters}
    given |= {one.name: value for one, value in zip(parameters, action.args, strict=False)}
    try:
        element = get_elem_by_bid(page, given["bid"])
        FORCED[action.kind](element, given)
    except (PlaywrightError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _click(element: Locator, given: Mapping[str, Any]) -> None:
    held = list(given["modifiers"])
    element.click(button=given["button"], modifiers=held, force=True, timeout=TIMEOUT_MS)


def _dblclick(element: Locator, given: Mapping[str, Any]) -> None:
    held = list(given["modifiers"])
    element.dblclick(button=given["button"], modifiers=held, force=True, timeout=TIMEOUT_MS)


def _fill(element: Locator, given: Mapping[str, Any]) -> None:
    text = given["value"]
    if not given["enable_autocomplete_menu"]:
        element.fill(text, force=True, timeout=TIMEOUT_MS)
        return
    element.clear(force=True, timeout=TIMEOUT_MS)
    if len(text) > 1:
        element.fill(text[:-1], force=True, timeout=TIMEOUT_MS)
    if text:
        element.type(text[-1], delay=0, timeout=TIMEOUT_MS)


def _hover(element: Locator, given: Mapping[str, Any]) -> None:
    element.hover(force=True, timeout=TIMEOUT_MS)


def _select(element: Locator, given: Mapping[str, Any]) -> None:
    options = given["options"]
    wanted = options if isinstance(options, str) else list(options)
    element.select_option(wanted, force=True, timeout=TIMEOUT_MS)


FORCED: Mapping[str, Work] = MappingProxyType(
    {
        "click": _click,
        "dblclick": _dblclick,
        "fill": _fill,
        "hover": _hover,
        "select_option": _select,
    }
)
"""Actions that BrowserGym tries again with ``force`` after a timeout."""
