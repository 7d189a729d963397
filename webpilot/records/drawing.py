"""Where the nodes of a search tree stand in a picture. Standard library only.

A tree is drawn from left to right: one column a step, one row a leaf. Of every node's children the
one that matters most (the chosen one, else the best) comes first and shares its parent's row. So
the chosen path is one straight line along the top, and what was tried beside it hangs below.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

__all__ = ["Place", "layout", "thumbnail"]


class Place(NamedTuple):
    """Where one node stands: column and row, both from 0."""

    column: int
    row: int


def layout(nodes: Sequence[Mapping[str, Any]], chosen: Collection[int]) -> dict[int, Place]:
    """Return the place of every node by id. ``nodes`` stand parents first."""
    children: dict[int | None, list[Mapping[str, Any]]] = {}
    columns: dict[int, int] = {}
    for node in nodes:
        parent = node["parent"]
        children.setdefault(parent, []).append(node)
        columns[node["id"]] = 0 if parent is None else columns[parent] + 1
    for siblings in children.values():
        siblings.insert(0, siblings.pop(_most_telling(siblings, chosen)))
    places: dict[int, Place] = {}
    row = 0
    waiting = children.get(None, [])[::-1]
    while waiting:
        node = waiting.pop()
        below = children.get(node["id"], [])
        places[node["id"]] = Place(columns[node["id"]], row)
        row += not below
        waiting.extend(reversed(below))
    return places


def _most_telling(siblings: Sequence[Mapping[str, Any]], chosen: Collection[int]) -> int:
    """Return the position of the chosen node, else of the first one with the highest value."""
    return max(
        range(len(siblings)),
        key=lambda index: (
            siblings[index]["id"] in chosen,
            float("-inf") if siblings[index]["value"] is None else siblings[index]["value"],
            -index,
        ),
    )


def thumbnail(nodes: Sequence[Mapping[str, Any]], chosen: Sequence[int]) -> str:
    """Return a small picture of the tree as SVG text, the chosen path emphasised.

    Any text in it is escaped; hovering over a dot shows its action and value.
    """
    step, line, margin = 22, 13, 8
    places = layout(nodes, chosen)
    if not places:
        return ""
    spot = {
        key: (margin + step * place.column, margin + line * place.row)
        for key, place in places.items()
    }
    width = max(x for x, _ in spot.values()) + margin
    height = max(y for _, y in spot.values()) + margin
    edges: list[str] = []
    dots: list[str] = []
    for node in nodes:
        x, y = spot[node["id"]]
        on_path = node["id"] in chosen
        if node["parent"] is not None:
            px, py = spot[node["parent"]]
            edge = (
                f'<path class="{"chosen" if on_path else "lost"}" fill="none" '
                f'stroke="{"#2b6cb0" if on_path else "#9aa5b1"}" '
                f'stroke-width="{2.5 if on_path else 1}" '
                f'd="M{px} {py}C{px + 11} {py} {x - 11} {y} {x} {y}"/>'
            )
            edges.insert(len(edges) if on_path else 0, edge)
        dots.append(
            f'<circle class="{"chosen" if on_path else "lost"}" cx="{x}" cy="{y}" '
            f'r="{4.5 if on_path else 3}" fill="{"#2b6cb0" if on_path else "#9aa5b1"}">'
            f"<title>{escape(_caption(node))}</title></circle>"
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="thumbnail" role="img" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}">'
        f"<title>{len(nodes)} nodes, {max(0, len(chosen) - 1)} steps chosen</title>"
        f"{''.join(edges)}{''.join(dots)}</svg>"
    )


def _caption(node: Mapping[str, Any]) -> str:
    move = node.get("move") or {}
    name = move.get("raw") or ("start" if node["parent"] is None else f"stop: {move.get('kind')}")
    value = node.get("value")
    return name if value is None else f"{name}  value {value:.2f}"
