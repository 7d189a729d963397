"""Child frames of a page: where each hangs and the world our scripts run in there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from env.link.calls import ProtocolError
from env.link.session import Session

__all__ = ["Frame", "Origin", "children", "find_frame", "listing", "main_frame"]

WORLD = "webpilot"
"""Name of the isolated world; asking for it again gives the same one, counters included."""

Origin = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame that shares the page's process."""

    id: str
    bid: str
    """Bid of the frame element, empty for the main frame."""
    context: int | None
    """Execution context for our scripts; ``None`` in the main frame or where scripts are off."""
    scripts: bool
    """Whether scripts may run in it."""
    node: int
    """Backend node id of the frame element; -1 for the main frame."""
    tree: Mapping[str, Any]
    """DevTools' frame tree below and with this frame."""
    origin: Origin
    """Top left corner of its viewport in the page's viewport, in CSS pixels."""


def main_frame(session: Session) -> Frame:
    """Return the page's main frame."""
    tree = session.send("Page.getFrameTree")["frameTree"]
    return Frame(
        id=tree["frame"]["id"],
        bid="",
        context=None,
        scripts=True,
        node=-1,
        tree=tree,
        origin=(0.0, 0.0),
    )


def children(session: Session, parent: Frame) -> Iterator[Frame]:
    """Yield the frames inside ``parent``, which must be marked; foreign processes are left out."""
    for tree in parent.tree.get("childFrames", ()):
        try:
            yield _child(session, tree)
        except ProtocolError:
            # The frame lives in another process or went away: BrowserGym skips it as well.
            continue


def _child(session: Session, tree: Mapping[str, Any]) -> Frame:
    frame_id = tree["frame"]["id"]
    node = session.send("DOM.getFrameOwner", {"frameId": frame_id})["backendNodeId"]
    described = session.send("DOM.describeNode", {"backendNodeId": node})["node"]
    flat = described.get("attributes", [])
    attributes = dict(zip(flat[::2], flat[1::2], strict=True))
    sandbox = attributes.get("sandbox")
    scripts = sandbox is None or "allow-scripts" in sandbox.split()
    context = None
    if scripts:
        made = session.send("Page.createIsolatedWorld", {"frameId": frame_id, "worldName": WORLD})
        context = made["executionContextId"]
    return Frame(
        id=frame_id,
        bid=attributes.get("bid", ""),
        context=context,
        scripts=scripts,
        node=node,
        tree=tree,
        origin=_origin(session, node),
    )


def _origin(session: Session, node: int) -> Origin:
    try:
        content = session.send("DOM.getBoxModel", {"backendNodeId": node})["model"]["content"]
    except ProtocolError:
        return (0.0, 0.0)  # a frame that is not drawn
    return (content[0], content[1])


def find_frame(session: Session, bid: str) -> tuple[Frame, ...] | None:
    """Return the frames around an element's bid, outermost first; ``None`` if one is missing."""
    path = [main_frame(session)]
    for length in _prefixes(bid):
        for child in children(session, path[-1]):
            if child.bid == bid[:length] and child.context is not None:
                path.append(child)
                break
        else:
            return None
    return tuple(path)


def _prefixes(bid: str) -> Iterator[int]:
    """Yield the length of each frame prefix: ``abDb12`` lies in ``abDb``, in ``abD``, in ``a``."""
    end = 0
    while bid[end:] and not bid[end:].isnumeric():
        end += 1
        while bid[end:] and bid[end].isalpha() and bid[end].isupper():
            end += 1
        yield end


def listing(tree: Mapping[str, Any]) -> list[str]:
    """Return frame ids in the order BrowserGym lists frames: it pops the last child first."""
    order, waiting = [], [tree]
    while waiting:
        frame = waiting.pop()
        waiting.extend(frame.get("childFrames", ()))
        order.append(frame["frame"]["id"])
    return order
