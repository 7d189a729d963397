"""A page as BrowserGym's observation holds it: the merged tree itself, and what surrounds it.

:mod:`env.page.observe` makes text and elements for our own search of the same reading.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from env.link.calls import ProtocolError
from env.link.session import Call, Session
from env.page.axtree import adopt_frames, attach_bids
from env.page.frames import Frame, children, listing, main_frame
from env.page.menus import close_menus
from env.page.script import evaluation, result
from webpilot.errors import StepTimeout

__all__ = ["Reading", "Whole", "measured", "read", "read_address", "unmark"]

SCRIPTS = ("marking", "extras")
STILL_SCRIPTS = ("marking", "cues", "extras")
TRIES = 5
"""Frames come and go while they are read; BrowserGym tries as often."""
PAUSE = 0.05
FRAME_DEADLINE = 0.25
"""Seconds a page may take to draw the frame it owes us."""
ADDRESS_SECONDS = 2.0
"""Patience with a page in the background."""
SNAPSHOT: Call = (
    "DOMSnapshot.captureSnapshot",
    {"computedStyles": [], "includeDOMRects": True, "includePaintOrder": True},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read of a page, and how."""

    all_tags: bool = False
    """Whether every element gets a bid, not only standard HTML."""
    snapshot: bool = True
    """Whether visibility and DOM snapshot are read too; takes a frame of real time."""
    still: bool = False
    """Whether the page's clock stands still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One reading."""

    nodes: list[dict[str, Any]]
    """All frames' accessibility nodes, bids attached, as ``extract_merged_axtree`` gives them."""
    snapshot: dict[str, Any] | None
    """DevTools' DOM snapshot of the marked page, or ``None`` where it was not asked for."""
    url: str
    title: str
    focused: str
    """Bid of the focused element, or the empty string."""


def read(session: Session, how: Reading) -> Whole:
    """Return the current page; marks new elements as BrowserGym would.

    Raises:
        ProtocolError: the page changed underneath several tries.
    """
    for _ in range(TRIES - 1):
        try:
            return _read(session, how)
        except ProtocolError:
            time.sleep(PAUSE)
    return _read(session, how)


def read_address(session: Session) -> tuple[str, str]:
    """Return URL and title; empty where the page is between two documents or busy."""
    try:
        reply = session.send_all([evaluation(SCRIPTS, "address")], timeout=ADDRESS_SECONDS)[0]
        url, title = result(reply)
    except (ProtocolError, StepTimeout):
        return "", ""
    return url, title


def measured(session: Session, how: Reading) -> None:
    """Return once the page is marked and measured for BrowserGym's own extraction."""
    _measure(session, _frames(session, how, marked=False)[1:])


def unmark(session: Session) -> None:
    """Take the traces of marking out of the accessible descriptions of all frames."""
    for frame in _marked(session, main_frame(session)):
        result(session.send_all([_call("unmarkAll", context=frame.context)])[0])


def _read(session: Session, how: Reading) -> Whole:
    marked, nodes, told = _mark_main(session, how)
    if marked:
        return _read_frames(session, how)
    snapshot = None
    if told is None:
        snapshot, (told,) = _finish(session, how, [_call("tell")])
    attach_bids(nodes)
    if not how.snapshot:
        close_menus(session, nodes, None)
    return Whole(nodes=nodes, snapshot=snapshot, **told)


def _mark_main(
    session: Session, how: Reading
) -> tuple[bool, list[dict[str, Any]], dict[str, Any] | None]:
    """Return whether the marked page has frames, the main frame's tree, and what the page tells.

    It tells in the same flight, and is unmarked then, unless a snapshot must come before or there
    are frames.
    """
    deadline, anyway = time.monotonic() + FRAME_DEADLINE, False
    tell = [] if how.snapshot else [_call("tellUnframed")]
    while True:
        if how.still:
            mark = evaluation(STILL_SCRIPTS, "markStill", "", how.all_tags, anyway)
        else:
            mark = _call("markFully" if how.snapshot else "markTags", "", how.all_tags)
        marked, tree, *told = session.send_all([mark, ("Accessibility.getFullAXTree", {}), *tell])
        framed = result(marked)
        if framed is not None:
            return bool(framed), tree["nodes"], result(told[0]) if told else None
        anyway = time.monotonic() >= deadline
        time.sleep(FRAME_DEADLINE / 50)


def _finish(
    session: Session, how: Reading, tells: Sequence[Call]
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Return the snapshot, if asked for, and what each frame tells; the page is unmarked then."""
    replies = session.send_all([*([SNAPSHOT] if how.snapshot else []), *tells])
    snapshot = replies.pop(0) if how.snapshot else None
    return snapshot, [result(reply) for reply in replies]


def _read_frames(session: Session, how: Reading) -> Whole:
    frames = _frames(session, how, marked=True)
    if how.snapshot:
        _measure(session, frames[1:])
    order = listing(frames[0].tree)
    listed = sorted(frames, key=lambda frame: order.index(frame.id))
    calls = [("Accessibility.getFullAXTree", {"frameId": frame.id}) for frame in listed]
    replies = session.send_all(calls)
    trees = {frame.id: reply["nodes"] for frame, reply in zip(listed, replies, strict=True)}
    spoken = [frame for frame in frames if frame.scripts]
    snapshot, told = _finish(
        session, how, [_call("tell", context=frame.context) for frame in spoken]
    )
    for frame in frames:
        attach_bids(trees[frame.id])
        if frame.scripts and not how.snapshot:
            close_menus(session, trees[frame.id], frame.context)
    by_bid = {frame.bid: seen for frame, seen in zip(spoken, told, strict=True)}
    focused = by_bid[""]["focused"]
    while focused and focused in by_bid:
        focused = by_bid[focused]["focused"]
    return Whole(
        nodes=adopt_frames(trees, {frame.node: frame.id for frame in frames}),
        snapshot=snapshot,
        url=by_bid[""]["url"],
        title=by_bid[""]["title"],
        focused=focused,
    )


def _frames(session: Session, how: Reading, *, marked: bool) -> list[Frame]:
    """Return the page's frames, each marked before those inside it."""
    main = main_frame(session)
    if not marked:
        result(session.send_all([_call("markFully", "", how.all_tags)])[0])
    return [main, *_mark_children(session, main, how)]


def _mark_children(session: Session, parent: Frame, how: Reading) -> Iterator[Frame]:
    for child in children(session, parent):
        if not child.scripts or not child.bid:
            # A frame without scripts cannot be marked, nor one that holds no bid yet.
            yield replace(child, scripts=False)
            continue
        call = _call("markTags", child.bid, how.all_tags, context=child.context)
        result(session.send_all([call])[0])
        yield child
        yield from _mark_children(session, child, how)


def _marked(session: Session, frame: Frame) -> Iterator[Frame]:
    yield frame
    for child in children(session, frame):
        if child.scripts and child.bid:
            yield from _marked(session, child)


def _measure(session: Session, frames: Sequence[Frame]) -> None:
    calls = [_call("measure", context=frame.context) for frame in frames if frame.scripts]
    if calls:
        for reply in session.send_all(calls):
            result(reply)


def _call(function: str, *arguments: object, context: int | None = None) -> Call:
    method, rest = evaluation(SCRIPTS, function, *arguments, context=context)
    # Harmless where no promise is returned.
    return method, {**rest, "awaitPromise": True}
