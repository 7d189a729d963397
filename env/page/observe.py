"""What the page shows, read in one flight of messages (two more per frame where there are any)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from env.link.session import Session
from env.page.alignment import Alignment, align
from env.page.axtree import adopt_frames, attach_bids, elements, flatten
from env.page.cues import box_in_page, cue_of, with_clickable
from env.page.fingerprint import changing, fingerprint
from env.page.frames import Frame, Origin, children, listing, main_frame
from env.page.menus import close_menus
from env.page.script import evaluation, result
from webpilot.observation import Observation

__all__ = [
    "Alignment",
    "Canonical",
    "align",
    "changing",
    "forget_marks",
    "observe",
    "restamp",
]

LOOK = ("marking", "cues")
MARK = ("marking",)

FRAME_DEADLINE = 0.25
"""Seconds a page may take to draw the frame it owes us."""
FRAME_POLL = 0.004

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canonical:
    """How addresses are written in observations (decision 7)."""

    bases: tuple[tuple[str, str], ...]
    """Real base, e.g. ``http://127.0.0.1:4321/``, and what stands for it, e.g.
    ``http://miniwob/``; a base that begins with another one comes before it."""

    @classmethod
    def of(cls, bases: Mapping[str, str]) -> Self:
        """Return the writing of these real bases; empty ones are left out."""
        known = [(real, written) for real, written in bases.items() if real]
        return cls(bases=tuple(sorted(known, key=lambda each: (-len(each[0]), each[0]))))

    def text(self, text: str) -> str:
        """Return the text with the real bases replaced."""
        for real, written in self.bases:
            text = text.replace(real, written)
        return text

    def within(self, told: Any) -> Any:
        """Return JSON data with the real bases replaced in all its texts."""
        if isinstance(told, str):
            return self.text(told)
        if isinstance(told, Mapping):
            return {key: self.within(value) for key, value in told.items()}
        if isinstance(told, list):
            return [self.within(value) for value in told]
        return told

    def real(self, text: str) -> str:
        """Return a text that is written for agents with the real bases in it."""
        for real, written in sorted(self.bases, key=lambda each: -len(each[1])):
            text = text.replace(written, real)
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What was read from all frames, merged."""

    nodes: list[dict[str, Any]]
    main: Mapping[str, Any]
    focused: str
    boxes: Mapping[str, Box]
    cues: Sequence[tuple[Mapping[str, Any], Origin]]
    states: Sequence[Mapping[str, Any]]


def observe(
    session: Session,
    *,
    canonical: Canonical,
    last_error: str = "",
    scale: float = 1.0,
    mask: frozenset[str] = frozenset(),
) -> Observation:
    """Return the current page; marks new elements as BrowserGym would.

    Nothing in it needs the page's clock to run. ``mask`` (from :func:`changing`) holds what the
    interactive fingerprint leaves out.
    """
    seen = _look(session)
    lines = flatten(seen.nodes)
    cues = tuple(cue_of(raw, origin, canonical.text) for raw, origin in seen.cues)
    found = elements(seen.nodes, seen.boxes, canonical.text)
    printed = {line.bid for line in lines if line.bid is not None}
    found = with_clickable(found, seen.cues, printed)
    url = canonical.text(seen.main["url"])
    return Observation(
        text=canonical.text("\n".join(line.text for line in lines)),
        fingerprint=fingerprint(
            url=url,
            lines=(canonical.text("\t" * line.depth + line.body) for line in lines),
            state={str(at): canonical.within(state) for at, state in enumerate(seen.states)},
            elements=found,
            mask=mask,
        ),
        url=url,
        title=canonical.text(seen.main["title"]),
        elements=tuple(found),
        cues=cues,
        focused=seen.focused,
        last_error=last_error,
        viewport=(seen.main["viewport"][0], seen.main["viewport"][1]),
        scale=scale,
    )


def _look(session: Session) -> _Look:
    main, nodes = _glance(session)
    if main["frames"]:
        return _look_into_frames(session)
    attach_bids(nodes)
    close_menus(session, nodes, None)
    return _Look(
        nodes=nodes,
        main=main,
        focused=main["focused"],
        boxes={bid: box_in_page(box) for bid, box in main["boxes"].items()},
        cues=[(raw, (0.0, 0.0)) for raw in main["cues"]],
        states=[main["state"]],
    )


def _glance(session: Session) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    """Return what the main frame shows and its accessibility tree, still with our marks."""
    anyway = False
    while True:
        marked, tree, seen = session.send_all(
            [
                evaluation(LOOK, "markPage", "", anyway),
                ("Accessibility.getFullAXTree", {}),
                evaluation(LOOK, "look"),
            ]
        )
        if result(marked) is not False:
            return result(seen), tree["nodes"]
        _await_frame(session)
        anyway = True


def _await_frame(session: Session) -> None:
    """Wait until the page has drawn what its clock says; gives up silently on a frozen one."""
    deadline = time.monotonic() + FRAME_DEADLINE
    while time.monotonic() < deadline:
        time.sleep(FRAME_POLL)
        if not result(session.send_all([evaluation(LOOK, "isStale")])[0]):
            return


def _look_into_frames(session: Session) -> _Look:
    """Return the look at a page with frames: marking must reach a frame before its children."""
    frames = list(_mark(session, main_frame(session)))
    order = listing(frames[0].tree)
    listed = sorted(frames, key=lambda frame: order.index(frame.id))
    calls = [("Accessibility.getFullAXTree", {"frameId": frame.id}) for frame in listed]
    trees = {
        frame.id: reply["nodes"]
        for frame, reply in zip(listed, session.send_all(calls), strict=True)
    }
    told: list[tuple[Frame, Mapping[str, Any]]] = []
    for frame in frames:
        attach_bids(trees[frame.id])
        if frame.scripts:
            seen = session.send_all([evaluation(LOOK, "look", context=frame.context)])[0]
            told.append((frame, result(seen)))
            close_menus(session, trees[frame.id], frame.context)
    by_bid = {frame.bid: look for frame, look in told}
    focused = by_bid[""]["focused"]
    while focused in by_bid and focused and by_bid[focused]["focused"]:
        focused = by_bid[focused]["focused"]
    return _Look(
        nodes=adopt_frames(trees, {frame.node: frame.id for frame in frames}),
        main=by_bid[""],
        focused=focused,
        boxes={
            bid: box_in_page(box, frame.origin)
            for frame, look in told
            for bid, box in look["boxes"].items()
        },
        cues=[(raw, frame.origin) for frame, look in told for raw in look["cues"]],
        states=[look["state"] for _, look in told],
    )


def _mark(session: Session, frame: Frame) -> Iterator[Frame]:
    """Mark a frame and those inside it, outermost first, and yield each."""
    if not frame.scripts or (frame.node >= 0 and not frame.bid):
        yield replace(frame, scripts=False)
        return
    result(session.send_all([evaluation(MARK, "mark", frame.bid, context=frame.context)])[0])
    yield frame
    for child in children(session, frame):
        yield from _mark(session, child)


def restamp(session: Session, bids: Mapping[str, str]) -> None:
    """Give the page's elements other bids, as :func:`align` maps them; later ones count on."""
    moved = {found: wanted for found, wanted in bids.items() if found != wanted}
    if moved:
        # The whole mapping goes along: an id that stays must not be taken for a free one.
        _in_every_frame(session, "restamp", dict(bids))


def forget_marks(session: Session) -> None:
    """Take every trace of marking and of our pointer out of the page."""
    _in_every_frame(session, "forgetMarks")


def _in_every_frame(session: Session, function: str, *arguments: object) -> None:
    waiting = [main_frame(session)]
    while waiting:
        frame = waiting.pop()
        # Children are found by their bids, so before this frame's are rewritten.
        waiting.extend(child for child in children(session, frame) if child.context is not None)
        call = evaluation(MARK, function, *arguments, context=frame.context)
        result(session.send_all([call])[0])
