"""The page as a role sees it, element by element, and what tells one page from another.

Standard library only. Nothing here mutates, and nothing carries a benchmark's reward.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Cue", "Element", "Fingerprint", "Observation", "OpenTab"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of the observed page, in document order of the accessibility tree."""

    bid: str
    """BrowserGym's element id, valid at the node where it was observed (decision 6)."""
    role: str
    name: str
    value: str | None = None
    states: tuple[tuple[str, str], ...] = ()
    """Accessibility properties as (name, text) pairs, e.g. ``("checked", "true")``."""
    frame: tuple[str, ...] = ()
    """Bids of the enclosing frames, outermost first."""
    parent: str | None = None
    """Bid of the nearest marked ancestor in the accessibility tree."""
    box: tuple[float, float, float, float] | None = None
    """x, y, width, height in CSS pixels of the viewport; ``None`` where nothing is drawn."""

    @property
    def identity(self) -> tuple[str, str, tuple[str, ...]]:
        """Role, name and depth of framing: what must agree before an element is acted on again."""
        return (self.role, self.name, self.frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What can be seen of an element beyond the accessibility tree (decision 9).

    Cues stay outside the text and the fingerprint; a result names the policies that read them.
    """

    bid: str
    tag: str
    """Lower-case tag name, SVG tags included (``circle``, ``rect``, ``text``)."""
    parent: str | None = None
    """Bid of the parent element in the DOM."""
    text: str = ""
    """The element's own text nodes, white space folded; not its descendants'."""
    words: tuple[str, ...] = ()
    """Words of the class and id attributes, split at case, hyphen and underscore."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Selected attributes as (name, value): type, placeholder, for, title, alt, href, min..."""
    color: str | None = None
    """Text colour, or an SVG shape's fill, as ``#rrggbb``."""
    background: str | None = None
    """Background colour as ``#rrggbb``; ``None`` where transparent."""
    shape: str | None = None
    """SVG shape: circle, ellipse, rectangle, square, line, triangle, polygon-N, path, text."""
    sides: int | None = None
    """Number of corners of a polygon."""
    size: float | None = None
    """Largest side of the drawn box in CSS pixels, or an SVG text's font size."""
    cursor: str = ""
    """Computed cursor; ``pointer`` marks what looks clickable."""
    selection: str = ""
    """The part of the element's text that is selected, if any."""
    scroll: tuple[float, float, float, float] | None = None
    """scrollTop, scrollHeight, clientHeight, scrollLeft of a scrollable element, else ``None``."""
    box: tuple[float, float, float, float] | None = None
    """x, y, width, height in CSS pixels of the viewport; ``None`` where nothing is drawn."""
    points: tuple[tuple[float, float], ...] = ()
    """Corners of an SVG line or polygon in CSS pixels of the viewport."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Digests that decide whether two pages are the same; they carry no bids (decision 6)."""

    exact: str
    """Over canonical text, URL, form state, focus and scroll."""
    interactive: str
    """Over URL and interactive elements by role, name and value, self-changing ones masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTab:
    """One of several open tabs."""

    title: str
    url: str
    active: bool
    """Whether it is the one that is observed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The page as a role sees it. No reward, no console output, no machine path."""

    text: str
    """BrowserGym's ``flatten_axtree_to_str``, without ``InlineTextBox``, canonical URL."""
    fingerprint: Fingerprint
    url: str = ""
    title: str = ""
    elements: tuple[Element, ...] = ()
    cues: tuple[Cue, ...] = ()
    focused: str = ""
    """Bid of the focused element, or the empty string."""
    last_error: str = ""
    """Error of the action that led here (class and first line), or the empty string."""
    viewport: tuple[int, int] = (0, 0)
    """Width and height in CSS pixels."""
    scale: float = 1.0
    """Mouse actions take CSS pixels times this (BrowserGym's ``_bgym_scale_factor``)."""
    tabs: tuple[OpenTab, ...] = ()
    """All open tabs, in the order of ``tab_focus``; empty where there is only one."""
    held_back: bool = False
    """The action would have changed the site and was held back: it is done when it is committed,
    and the page is as it was without it."""

    def element(self, bid: str) -> Element | None:
        """Return the element with this bid, or ``None``."""
        return next((element for element in self.elements if element.bid == bid), None)
