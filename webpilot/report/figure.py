"""The picture of one search tree: cards from left to right, the chosen path along the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webpilot.records.drawing import layout
from webpilot.report.nodes import Node

__all__ = ["BAR", "CARD_HEIGHT", "CARD_WIDTH", "Card", "Edge", "Figure", "figure"]

CARD_WIDTH, CARD_HEIGHT = 212, 88
"""Size of a card in pixels."""

BAR = 50
"""Length in pixels of a bar that stands for a score of 10."""

_GAP_X, _GAP_Y, _MARGIN = 38, 22, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One node of the picture."""

    node: Node
    x: int
    y: int
    """Upper left corner in pixels."""
    title: str
    """First line, cut to fit."""
    subtitle: str
    """Second line, cut to fit."""
    marks: tuple[tuple[str, str, int, int], ...]
    """Words on the upper edge: (style, text, x, width), from right to left."""
    tooltip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One line from a parent to its child."""

    path: str
    """The ``d`` of an SVG path."""
    on_path: bool
    excluded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Everything an SVG template needs of one tree."""

    width: int
    height: int
    cards: tuple[Card, ...]
    edges: tuple[Edge, ...]
    """Those of the chosen path last, so that they lie on top."""


def figure(nodes: Sequence[Node]) -> Figure:
    """Return the picture of a tree whose nodes stand in the order they were made."""
    chosen = {node.id for node in nodes if node.on_path}
    plain = [{"id": node.id, "parent": node.parent, "value": node.value} for node in nodes]
    spots = {
        key: (
            _MARGIN + place.column * (CARD_WIDTH + _GAP_X),
            _MARGIN + place.row * (CARD_HEIGHT + _GAP_Y),
        )
        for key, place in layout(plain, chosen).items()
    }
    edges = [
        Edge(
            path=_curve(spots[node.parent], spots[node.id]),
            on_path=node.on_path,
            excluded=node.excluded,
        )
        for node in nodes
        if node.parent is not None
    ]
    cards = tuple(_card(node, *spots[node.id]) for node in nodes)
    return Figure(
        width=max((card.x for card in cards), default=0) + CARD_WIDTH + _MARGIN,
        height=max((card.y for card in cards), default=0) + CARD_HEIGHT + _MARGIN,
        cards=cards,
        edges=tuple(sorted(edges, key=lambda edge: edge.on_path)),
    )


def _curve(start: tuple[int, int], end: tuple[int, int]) -> str:
    x0, y0 = start[0] + CARD_WIDTH, start[1] + CARD_HEIGHT // 2
    x1, y1 = end[0], end[1] + CARD_HEIGHT // 2
    middle = (x0 + x1) // 2
    return f"M{x0} {y0}C{middle} {y0} {middle} {y1} {x1} {y1}"


def _card(node: Node, x: int, y: int) -> Card:
    marks = []
    right = x + CARD_WIDTH - 10
    for style, text in _marks(node):
        width = 12 + round(6.8 * len(text))
        marks.append((style, text, right - width, width))
        right -= width + 4
    return Card(
        node=node,
        x=x,
        y=y,
        title=_cut(node.action, 21),
        subtitle=_cut(node.target or node.intent or node.why or _origin(node), 31),
        marks=tuple(marks),
        tooltip=_tooltip(node),
    )


def _marks(node: Node) -> list[tuple[str, str]]:
    found = []
    if node.done:
        found.append(("done", "judged done"))
    if node.status == "drifted":
        found.append(("bad", "drifted"))
    if node.status == "dead":
        found.append(("bad", "failed"))
    if node.ended:
        found.append(("quiet", "page ended"))
    if node.same_page and node.status == "open" and not node.is_stop:
        found.append(("quiet", "no change"))
    return found


def _origin(node: Node) -> str:
    return "where the search started" if node.parent is None else ""


def _tooltip(node: Node) -> str:
    lines = [node.action]
    if node.target:
        lines.append(node.target)
    if node.why:
        lines.append(f"proposed because: {node.why}")
    if node.reason:
        lines.append(f"scored so because: {node.reason}")
    if node.completion:
        lines.append(f"{'done' if node.done else 'not done'}: {node.completion}")
    if node.lost:
        lines.append(f"not chosen: {node.lost}")
    return "\n".join(lines)


def _cut(text: str, length: int) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= length else folded[: length - 1].rstrip() + "…"
