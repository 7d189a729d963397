"""The accessibility tree as DevTools reports it, turned into BrowserGym's text and our elements.

The text equals ``flatten_axtree_to_str(tree, ignored_roles=[..., "InlineTextBox"])`` of BrowserGym
0.14.3, line by line; recursion is replaced by a stack, so deep pages do not overflow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webpilot.observation import Element

__all__ = ["Line", "adopt_frames", "attach_bids", "elements", "flatten"]

AxNode = dict[str, Any]
Box = tuple[float, float, float, float]

IGNORED_ROLES = frozenset({"LineBreak", "InlineTextBox"})
IGNORED_PROPERTIES = frozenset(
    {"editable", "readonly", "level", "settable", "multiline", "invalid", "focusable"}
)
FLAGS = frozenset({"required", "focused", "atomic"})
UNTOLD_STATES = frozenset({"url", "live", "relevant", "atomic", "busy", "settable"})
MARK = re.compile(r"browsergym_id_([a-zA-Z0-9]+)\s?(.*)")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of the tree."""

    depth: int
    bid: str | None
    body: str
    """The line without indentation and without its bid."""

    @property
    def text(self) -> str:
        """The line as BrowserGym prints it."""
        mark = f"[{self.bid}] " if self.bid is not None else ""
        return "\t" * self.depth + mark + self.body


def attach_bids(nodes: Sequence[AxNode]) -> None:
    """Move the bids from the accessible descriptions to ``browsergym_id``, as BrowserGym does."""
    for node in nodes:
        bid = None
        properties = node.get("properties", [])
        for index, prop in enumerate(properties):
            if prop["name"] == "roledescription":
                bid, prop["value"]["value"] = _split(prop["value"]["value"])
                if prop["value"]["value"] == "":
                    del properties[index]
                break
        if "description" in node:
            fallback, node["description"]["value"] = _split(node["description"]["value"])
            if node["description"]["value"] == "":
                del node["description"]
            bid = bid or fallback
        if bid:
            node["browsergym_id"] = bid


def _split(description: str) -> tuple[str | None, str]:
    match = MARK.fullmatch(description)
    return (match[1], match[2]) if match else (None, description)


def adopt_frames(
    trees: Mapping[str, list[AxNode]], frame_of_node: Mapping[int, str]
) -> list[AxNode]:
    """Return all frames' nodes as one tree, each frame's root under its ``Iframe`` node.

    ``frame_of_node`` maps backend node ids of frame elements to frame ids; the first tree is the
    main frame's.
    """
    merged: list[AxNode] = []
    for nodes in trees.values():
        merged.extend(nodes)
        for node in nodes:
            if node["role"]["value"] == "Iframe":
                inner = trees.get(frame_of_node.get(node.get("backendDOMNodeId", -1), ""))
                if inner:
                    node["childIds"].append(inner[0]["nodeId"])
    return merged


def flatten(nodes: Sequence[AxNode]) -> list[Line]:
    """Return the printed lines of the tree, top to bottom."""
    if not nodes:
        return []
    by_id = {node["nodeId"]: node for node in nodes}
    lines: list[Line] = []
    stack: list[tuple[AxNode, int, str]] = [(nodes[0], 0, "")]
    while stack:
        node, depth, parent_name = stack.pop()
        name, body = _body(node, parent_name)
        if body is not None:
            lines.append(Line(depth, node.get("browsergym_id"), body))
            depth += 1
        for child in reversed(node.get("childIds", ())):
            if child in by_id and child != node["nodeId"]:
                stack.append((by_id[child], depth, name))
    return lines


def _body(node: AxNode, parent_name: str) -> tuple[str, str | None]:
    """Return the node's name for its children's sake, and its printed text if it has any."""
    role = node["role"]["value"]
    if role in IGNORED_ROLES or "name" not in node:
        return "", None
    name: str = node["name"]["value"]
    attributes = _attributes(node)
    if role == "generic" and not attributes:
        return name, None
    if role == "StaticText" and name in parent_name:
        return name, None
    body = role if role == "generic" and not name else f"{role} {name.strip()!r}"
    value = node.get("value", {}).get("value")
    if value is not None:
        body += f" value={value!r}"
    return name, ", ".join([body, *attributes])


def _attributes(node: AxNode) -> list[str]:
    attributes = []
    for prop in node.get("properties", ()):
        if "value" not in prop or "value" not in prop["value"]:
            continue
        name, value = prop["name"], prop["value"]["value"]
        if name in IGNORED_PROPERTIES:
            continue
        if name in FLAGS:
            if value:
                attributes.append(name)
        else:
            attributes.append(f"{name}={value!r}")
    return attributes


def elements(
    nodes: Sequence[AxNode], boxes: Mapping[str, Box], canonical: Callable[[str], str]
) -> list[Element]:
    """Return the elements with a bid that are not hidden from assistive technology, in order.

    ``canonical`` rewrites the addresses in their names and values.

    The parts of a native widget (a date field's spin buttons) repeat its bid: the widget stands
    for them.
    """
    if not nodes:
        return []
    seen: set[str] = set()
    by_id = {node["nodeId"]: node for node in nodes}
    found: list[Element] = []
    stack: list[tuple[AxNode, tuple[str, ...], str | None]] = [(nodes[0], (), None)]
    while stack:
        node, frame, parent = stack.pop()
        bid = node.get("browsergym_id")
        role = node["role"]["value"]
        if bid is not None and bid not in seen and not node.get("ignored"):
            seen.add(bid)
            found.append(_element(node, bid, frame, parent, boxes.get(bid), canonical))
            parent = bid
            if role == "Iframe":
                frame = (*frame, bid)
        for child in reversed(node.get("childIds", ())):
            if child in by_id and child != node["nodeId"]:
                stack.append((by_id[child], frame, parent))
    return found


def _element(
    node: AxNode,
    bid: str,
    frame: tuple[str, ...],
    parent: str | None,
    box: Box | None,
    canonical: Callable[[str], str],
) -> Element:
    value = node.get("value", {}).get("value")
    return Element(
        bid=bid,
        role=node["role"]["value"],
        name=canonical(" ".join(str(node.get("name", {}).get("value", "")).split())),
        value=None if value is None else canonical(str(value)),
        states=tuple(_states(node)),
        frame=frame,
        parent=parent,
        box=box,
    )


def _states(node: AxNode) -> list[tuple[str, str]]:
    states = []
    for prop in node.get("properties", ()):
        name, value = prop["name"], prop.get("value", {}).get("value")
        if name in UNTOLD_STATES or not isinstance(value, str | bool | int | float):
            continue
        if name in FLAGS:
            if value:
                states.append((name, ""))
        else:
            states.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return states
