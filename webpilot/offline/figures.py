"""Drawn things and what people call them: kind, colour, size, the character a figure shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webpilot.offline.descriptions import KINDS, SIDES, Description
from webpilot.offline.geometry import Box, Point, area
from webpilot.offline.page import Node, PageView
from webpilot.offline.palette import is_named, is_shade_of

__all__ = ["Description", "Figure", "containers", "figures", "matching"]


BODY_TEXT = 16.0
"""Size in CSS pixels from which a lone figure is large: that of ordinary text."""

STEP = 1.25
"""Ratio of sizes from which figures are small and large rather than alike."""

ROOMY = 6.0
"""A shape of this many times the usual area holds others."""

PAINTED = frozenset({"div", "span", "td", "li", "i", "a"})
"""Tags of HTML boxes that may be drawn figures."""

SMALLEST_AREA = 4.0
"""Boxes below this many square pixels are no figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One drawn thing."""

    node: Node
    box: Box
    kind: str
    """circle, ellipse, rectangle, square, triangle, polygon-N, line, path, letter, digit, text.

    An HTML box is of the kind its class says, else ``box``.
    """
    color: str | None
    """Fill, or stroke of an outline or a line, as ``#rrggbb``."""
    size: float
    """Largest side, or font size of a text, in CSS pixels."""
    text: str = ""
    hollow: bool = False
    """Only its outline is drawn."""

    @property
    def middle(self) -> Point:
        """The middle of the box; of a triangle and a polygon, the middle of the corners."""
        corners = self.node.points
        if len(corners) >= 3:
            count = len(corners)
            return (sum(p[0] for p in corners) / count, sum(p[1] for p in corners) / count)
        x, y, width, height = self.box
        return (x + width / 2, y + height / 2)

    @property
    def is_text(self) -> bool:
        """Whether it is a character rather than a shape."""
        return self.kind in ("letter", "digit", "text")


def _kind(node: Node) -> str:
    if node.shape == "text":
        shown = node.text or node.content
        if len(shown) == 1:
            return "digit" if shown.isdigit() else "letter"
        return "text"
    if node.shape in ("triangle",) or node.sides == 3:
        return "triangle"
    if node.shape is None:
        told = (KINDS[word] for word in sorted(node.words) if word in KINDS)
        return next((kind for kind in told if kind != "any"), "box")
    return node.shape


def _hollow(node: Node) -> bool:
    outlined = node.shape is not None and node.shape not in ("line", "text", "path")
    return outlined and node.background is None


def _drawn_boxes(view: PageView) -> Iterable[Node]:
    """Yield HTML leaves that are coloured boxes without a role of their own.

    A box as wide as what encloses it is a banner, not a figure.
    """
    for node in view.visible:
        if node.box is None or node.background is None or node.tag not in PAINTED:
            continue
        above = view.node(node.parent)
        frame = above.box if above is not None else None
        banner = frame is not None and frame[2] > 100 and node.box[2] > 0.95 * frame[2]
        if not banner and not any(child.visible for child in view.children(node)):
            yield node


def figures(view: PageView, *, html: bool = True) -> tuple[Figure, ...]:
    """Return the drawn figures in document order: SVG shapes, else coloured HTML boxes."""
    nodes: Sequence[Node] = view.shapes
    if not nodes and html:
        nodes = tuple(_drawn_boxes(view))
    found = []
    for node in nodes:
        if node.box is None or (area(node.box) < SMALLEST_AREA and node.shape != "line"):
            continue
        fill = node.color if node.shape is not None else node.background
        found.append(
            Figure(
                node=node,
                box=node.box,
                kind=_kind(node),
                color=fill,
                size=node.size or max(node.box[2], node.box[3]),
                text=node.text or node.content,
                hollow=_hollow(node),
            )
        )
    return tuple(found)


def containers(view: PageView) -> tuple[Node, ...]:
    """Return the drawn frames that other things can be put into, largest area last.

    They are outlines without fill, shapes many times larger than the others, and elements whose
    class or id says so.
    """
    words = {"box", "container", "target", "dropzone", "drop", "basket", "bin", "droppable"}
    areas = sorted(area(node.box) for node in view.shapes if node.box is not None)
    usual = areas[len(areas) // 2] if areas else 0.0
    found = [
        node
        for node in view.visible
        if node.box is not None
        and (
            _hollow(node)
            or (node.shape in ("rectangle", "square") and area(node.box) > ROOMY * usual)
            or (node.shape is None and bool(node.words & words) and node.role != "button")
        )
    ]
    return tuple(sorted(found, key=lambda node: area(node.box or (0, 0, 0, 0))))


def _is_kind(figure: Figure, kind: str) -> bool:
    if kind == "any":
        return True
    if figure.node.shape is None and kind in ("circle", "ellipse", "square", "rectangle", "shape"):
        # an HTML box does not tell how its corners are rounded
        return True
    if kind == "shape":
        return not figure.is_text
    if kind == "character":
        return figure.is_text
    if kind == "rectangle":
        return figure.kind in ("rectangle", "square")
    if kind == "polygon":
        return figure.kind.startswith("polygon") or figure.kind == "triangle"
    if kind == "ellipse":
        return figure.kind in ("ellipse", "circle")
    return figure.kind == kind


def _large_from(*groups: Sequence[Figure]) -> float:
    """Return the size from which a figure counts as large in the first group with two sizes."""
    spreads = (sorted(figure.size for figure in group) for group in groups)
    sizes = next((sizes for sizes in spreads if sizes and sizes[-1] >= STEP * sizes[0]), None)
    if sizes is None:
        return BODY_TEXT
    gaps = [(after / before, (after + before) / 2) for before, after in _neighbours(sizes)]
    return max(gaps)[1]


def _neighbours(sizes: Sequence[float]) -> Iterable[tuple[float, float]]:
    return zip(sizes[:-1], sizes[1:], strict=True)


def matching(drawn: Sequence[Figure], wanted: Description) -> tuple[Figure, ...]:
    """Return the figures a description fits, in order.

    Colours match by the CSS value first, by shade only where no figure has the value itself.
    """
    kept = [figure for figure in drawn if _is_kind(figure, wanted.kind)]
    # an HTML box may be called what it is drawn as by its class
    told = [figure for figure in kept if figure.node.shape is None and figure.kind == wanted.kind]
    kept = told or kept
    if wanted.text is not None:
        kept = [figure for figure in kept if figure.text == wanted.text]
    color = wanted.color
    if color is not None:
        filled = [figure for figure in drawn if figure.color is not None]
        exact = any(is_named(figure.color or "", color) for figure in filled)
        test = is_named if exact else is_shade_of
        kept = [figure for figure in kept if figure.color and test(figure.color, color)]
    if wanted.size in ("smallest", "largest") and kept:
        sizes = [figure.size for figure in kept]
        limit = min(sizes) if wanted.size == "smallest" else max(sizes)
        kept = [figure for figure in kept if abs(figure.size - limit) < 0.5]
    elif wanted.size is not None:
        threshold = _large_from(kept, drawn)
        large = wanted.size == "large"
        kept = [figure for figure in kept if (figure.size >= threshold) == large]
    if wanted.side is not None and kept:
        axis, low = SIDES[wanted.side]
        kept.sort(key=lambda figure: figure.middle[axis], reverse=not low)
        kept = kept[:1]
    return tuple(kept)
