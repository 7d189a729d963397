"""Builds the :class:`~webpilot.offline.page.PageView` of an observation.

URL, title and the root's name are dropped here, so nothing behind this module can know them.
"""

from __future__ import annotations

from collections.abc import Mapping

from webpilot.observation import Cue, Element, Observation
from webpilot.offline.labels import with_labels
from webpilot.offline.matching import fold
from webpilot.offline.page import Node, PageView

__all__ = ["read_page"]

ROOT_ROLES = frozenset({"RootWebArea", "WebArea"})

UNMARKED = "~"
"""First character of the made-up bids of elements without one (SVG shapes)."""


def read_page(observation: Observation, goal: str = "") -> PageView:
    """Return the view of ``observation``; text that repeats ``goal`` is marked as instruction."""
    # the parts of a native date field share its bid; the field itself comes first
    elements: dict[str, Element] = {}
    for element in observation.elements:
        if element.role not in ROOT_ROLES:
            elements.setdefault(element.bid, element)
    drawn = [cue for cue in observation.cues if cue.tag not in ("html", "head", "title")]
    cues = {cue.bid or f"{UNMARKED}{order}": cue for order, cue in enumerate(drawn)}
    bids = _in_order(tuple(cues), tuple(elements))
    nodes = [_node(order, bid, elements.get(bid), cues.get(bid)) for order, bid in enumerate(bids)]
    index = {node.bid: node.order for node in nodes}
    below: dict[str, list[str]] = {}
    for node in nodes:
        if node.parent in index:
            below.setdefault(str(node.parent), []).append(node.bid)
    view = PageView(
        nodes=tuple(nodes),
        focused=observation.focused,
        last_error=observation.last_error,
        scale=observation.scale,
        viewport=observation.viewport,
        index=index,
        below={bid: tuple(children) for bid, children in below.items()},
    )
    return with_labels(view, fold(goal))


def _in_order(cues: tuple[str, ...], elements: tuple[str, ...]) -> list[str]:
    """Return all bids in document order; what only the tree has follows its forerunner there."""
    shown = set(cues)
    after: dict[str, list[str]] = {}
    forerunner = ""
    for bid in elements:
        if bid in shown:
            forerunner = bid
        else:
            after.setdefault(forerunner, []).append(bid)
    merged = list(after.get("", ()))
    for bid in cues:
        merged += [bid, *after.get(bid, ())]
    return merged


def _node(order: int, bid: str, element: Element | None, cue: Cue | None) -> Node:
    """Return the node that joins both sources; a missing one leaves its fields empty."""
    states: Mapping[str, str] = {}
    role = name = value = ""
    if element is not None:
        states = dict(element.states)
        role, name, value = element.role, element.name, element.value or ""
    if cue is None:
        return Node(
            bid=bid,
            order=order,
            role=role,
            name=name,
            value=value,
            states=states,
            parent=element.parent if element else None,
            box=element.box if element else None,
            element=element,
        )
    return Node(
        bid=bid,
        order=order,
        marked=bool(cue.bid),
        role=role,
        name=name,
        value=value,
        states=states,
        tag=cue.tag,
        text=cue.text,
        parent=cue.parent or (element.parent if element else None),
        box=cue.box or (element.box if element else None),
        attributes=dict(cue.attributes),
        words=frozenset(word.lower() for word in cue.words),
        color=cue.color,
        background=cue.background,
        shape=cue.shape,
        sides=cue.sides,
        size=cue.size,
        cursor=cue.cursor,
        selection=cue.selection,
        scroll=cue.scroll,
        points=cue.points,
        element=element,
    )
