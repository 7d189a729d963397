"""The parts of an observation that take long: picture, DOM snapshot, what is made of it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import PIL.Image
from browsergym.core.observation import (
    extract_dom_extra_properties,
    extract_dom_snapshot,
    extract_screenshot,
    pop_bids_from_attribute,
)
from numpy.typing import NDArray

from env.link.window import Tab
from env.page.picture import Camera
from env.page.script import evaluation, result
from env.page.whole import Reading, measured, unmark

__all__ = ["costly", "dom", "scale_of", "screenshot", "size_of"]

DESCRIPTIONS = ("aria-roledescription", "aria-description")
SCALE = "_bgym_scale_factor"
"""Where a task notes on its page by how much pictures, and the mouse's numbers, are enlarged."""


def costly(tab: Tab, snapshot: dict[str, Any], camera: Camera) -> dict[str, Any]:
    """Return the parts, out of a page that was just read and one picture of it."""
    scale = scale_of(tab)
    for name in DESCRIPTIONS:
        pop_bids_from_attribute(snapshot, name)
    extra = extract_dom_extra_properties(snapshot, scale_factor=scale)
    shot = camera.take(tab.session, size_of(tab), scale)
    return {
        "screenshot": np.array(PIL.Image.open(io.BytesIO(shot)).convert("RGB")),
        "dom_object": snapshot,
        "extra_element_properties": extra,
    }


def screenshot(tab: Tab) -> NDArray[np.uint8]:
    """Return the page's picture, by BrowserGym's own function."""
    picture: NDArray[np.uint8] = extract_screenshot(tab.page)
    return picture


def dom(tab: Tab, how: Reading) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return DOM snapshot and extra properties, by BrowserGym's own functions."""
    measured(tab.session, how)
    snapshot: dict[str, Any] = extract_dom_snapshot(tab.page)
    unmark(tab.session)
    return snapshot, extract_dom_extra_properties(snapshot, scale_factor=scale_of(tab))


def scale_of(tab: Tab) -> float:
    """Return by how much the page's pictures are enlarged."""
    return float(getattr(tab.page, SCALE, 1.0))


def size_of(tab: Tab) -> tuple[int, int]:
    """Return the viewport the page was opened with, in CSS pixels."""
    size = tab.page.viewport_size
    if size is None:  # the client's context has none
        width, height = result(tab.session.send_all([evaluation(("size",), "size")])[0])
        return width, height
    return size["width"], size["height"]
