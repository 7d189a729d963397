"""Finds what the page calls each control: name, associated label, nearby text, icon words."""

from __future__ import annotations

from dataclasses import replace

from webpilot.offline.matching import fold
from webpilot.offline.page import Node, PageView

__all__ = ["with_labels"]

FIELD_TAGS = frozenset({"input", "select", "textarea"})
UNLABELLING = frozenset({"option", "button", "a"})
NEARBY = 60.0
"""Largest gap between a field and a text that labels it, in CSS pixels."""


def with_labels(view: PageView, goal: str) -> PageView:
    """Return the view with ``content``, ``label`` and ``instruction`` of every node filled in."""
    content: dict[str, str] = {}
    for node in reversed(view.nodes):
        parts = [node.text, *(content.get(child, "") for child in view.below.get(node.bid, ()))]
        content[node.bid] = " ".join(part for part in parts if part)
    told = _instructions(view, content, goal)
    nodes = tuple(
        replace(node, content=content[node.bid], instruction=node.bid in told)
        for node in view.nodes
    )
    bare = replace(view, nodes=nodes)
    labels = {n.attributes["for"]: n.content for n in nodes if n.attributes.get("for")}
    return replace(bare, nodes=tuple(_named(bare, n, labels) for n in nodes))


def _named(view: PageView, node: Node, labels: dict[str, str]) -> Node:
    """Return the node with its label and its further names."""
    label = _label(view, node, labels)
    told = [node.attributes.get(key, "") for key in ("placeholder", "title", "aria-label", "alt")]
    if node.visible and (node.tag in FIELD_TAGS or node.editable):
        told.append(_nearby(view, node))
    elif node.clickable and node.content:
        parent = view.node(node.parent)
        if parent is not None and parent.text.endswith(":"):
            told.append(parent.text.strip(" :"))
    aliases = tuple(dict.fromkeys(text for text in told if text and text != label))
    return replace(node, label=label, aliases=aliases) if label or aliases else node


def _instructions(view: PageView, content: dict[str, str], goal: str) -> set[str]:
    """Return the bids of the nodes that repeat the goal, and of all below them."""
    told: set[str] = set()
    for node in view.nodes:
        own = fold(content[node.bid])
        if node.parent in told or (len(own) > 12 and goal and own == goal):
            told.add(node.bid)
    return told


def _label(view: PageView, node: Node, labels: dict[str, str]) -> str:
    """Return the best label of one node, or the empty string."""
    if node.name.strip():
        return node.name.strip()
    attributes = node.attributes
    for key in ("aria-label", "title", "alt", "placeholder"):
        if attributes.get(key):
            return attributes[key]
    if node.content and node.tag not in FIELD_TAGS:
        return node.content
    if attributes.get("id") in labels:
        return labels[attributes["id"]]
    if node.tag in FIELD_TAGS or node.editable:
        return _nearby(view, node)
    return ""


def _nearby(view: PageView, node: Node) -> str:
    """Return the text that stands with the field: in its own wrapper, left of it, or above it."""
    wrapped = _wrapped(view, node)
    if wrapped or node.box is None:
        return wrapped
    x, y, _, height = node.box
    best: tuple[float, str] | None = None
    for other in view.texts:
        if other.box is None or other.tag in UNLABELLING or other.role == "cell":
            continue
        ox, oy, width, tall = other.box
        gap: float | None = None
        if abs((oy + tall / 2) - (y + height / 2)) < max(height, tall) / 2 and ox < x:
            gap = max(0.0, x - (ox + width)) / 2
        elif oy + tall <= y + 4 and ox < x + 40 and ox + width > x:
            gap = max(0.0, y - (oy + tall)) + 5
        if gap is not None and gap <= NEARBY and (best is None or gap < best[0]):
            best = (gap, other.text)
    return best[1].strip(" :") if best else ""


def _wrapped(view: PageView, node: Node) -> str:
    """Return the text before the field inside the widest wrapper that holds no other field."""
    found = ""
    for ancestor in view.ancestors(node):
        inside = list(view.descendants(ancestor))
        if any(n.bid != node.bid and (n.editable or n.tag in FIELD_TAGS) for n in inside):
            break
        if any(n.role in ("button", "table", "cell") for n in inside):
            break
        before = [n.text for n in (ancestor, *inside) if n.text and n.order < node.order]
        if before:
            found = before[-1].strip(" :")
            break
    return found
