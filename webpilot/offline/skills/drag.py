"""Dragging: figures into a frame, one thing onto another, a thing in a direction, a corner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.descriptions import Description, described
from webpilot.offline.figures import Figure, containers, figures, matching
from webpilot.offline.geometry import Box, Point, area, center, contains, free_spot, holds
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.pointer import Move, carried, under_way
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.targets import Target, read_target, score

__all__ = ["DragInto", "Dragging", "Shift"]

INTO = re.compile(
    r"^(?:please\s+)?(?:drag(?:\s+and\s+drop)?|move|put|place|drop)\s+(?P<what>.+?)"
    r"(?:\s+so that (?:it|they) (?:is|are|lies?)|\s+to be)?(?:\s+(?:completely|fully|entirely))?"
    r"\s+(?:into|inside(?: of)?|onto|in|on top of|on|over|to|within)\s+(?P<where>.+?)"
    r"(?:,?\s+and\s+(?:everything else|the (?:rest|others?)(?: \w+)?|all (?:the )?others?(?: \w+)?)"
    r"\s+(?:into|inside|onto|in|on|to)\s+(?P<rest>.+?))?[.!]?$",
    re.IGNORECASE,
)
TOWARDS = re.compile(
    r"^(?:please\s+)?(?:drag|move|push|shift)\s+(?P<what>.+?)\s+(?:to\s+the\s+|towards?\s+the\s+)?"
    r"(?P<way>left|right|up(?:wards?)?|down(?:wards?)?)"
    r"(?:\s+(?:by\s+)?(?P<far>\d+)\s*(?:px|pixels?))?[.!]?$",
    re.IGNORECASE,
)
WAYS: dict[str, Point] = {"l": (-1.0, 0.0), "r": (1.0, 0.0), "u": (0.0, -1.0), "d": (0.0, 1.0)}
SIDES = {"left": 0, "right": 0, "top": 1, "upper": 1, "bottom": 1, "lower": 1}
SHIFT = 30.0
"""How far a thing is dragged in a direction when the goal does not say, in CSS pixels."""
SHOWN = 4.0
"""Displacement that counts as moved, in CSS pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DragInto(Clause):
    """Things must lie in a place; what else can be dragged in another, where the goal says so."""

    what: str
    where: str
    rest: str = ""
    """Place for everything else, or the empty string."""
    every: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Clause):
    """A thing must be moved in a direction."""

    what: str
    way: Point
    """Unit vector, y grows down."""
    far: float
    """CSS pixels."""


class Dragging:
    """Drags by press and release at coordinates, checks where things came to lie, and corrects."""

    name = "dragging"
    clause_types: tuple[type[Clause], ...] = (DragInto, Shift)

    def read(self, piece: Piece) -> Reading | None:
        """Return what must lie where, or which way a thing must move."""
        clause = _shift(piece.text) or _into(piece.text)
        if clause is None:
            return None
        return Reading(clauses=(clause,), confidence=0.84 if piece.whole else 0.86)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the things that lie where they must."""
        share = 1.0
        if isinstance(clause, Shift):
            degree = _shifted(view, clause, memory)
        else:
            assert isinstance(clause, DragInto)
            pairs = assignments(view, clause)
            share = 1 / len(pairs) if pairs else 0.0
            degree = share * sum(lies_in(item.box, place.box) for item, place in pairs)
        return under_way(degree, memory, _moves(view, clause), share)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the next press, move or release of a drag that brings the clause nearer."""
        yield from carried(view, memory, _moves(view, clause))


def _moves(view: PageView, clause: Clause) -> Iterable[Move]:
    """Return the drags that are still to make."""
    if isinstance(clause, Shift):
        return _shift_moves(view, clause)
    assert isinstance(clause, DragInto)
    return _into_moves(view, clause)


def _into(text: str) -> DragInto | None:
    match = INTO.match(text)
    if match is None or not text.lower().lstrip().startswith(("drag", "move", "put", "place")):
        return None
    what, where = match.group("what"), match.group("where")
    dragged = text.lower().lstrip().startswith("drag")
    if not dragged and described(what) is None:
        return None
    every = re.match(r"(?:all|every|each)\b", what, re.IGNORECASE) is not None
    return DragInto(text=text, what=what, where=where, rest=match.group("rest") or "", every=every)


def _shift(text: str) -> Shift | None:
    match = TOWARDS.match(text)
    if match is None:
        return None
    far = float(match.group("far")) if match.group("far") else SHIFT
    way = WAYS[match.group("way")[0].lower()]
    return Shift(text=text, what=match.group("what"), way=way, far=far)


def lies_in(item: Box, place: Box) -> bool:
    """Return whether a thing lies in a place: wholly where it fits, else by its middle."""
    if item[2] + 2 < place[2] and item[3] + 2 < place[3]:
        return contains(place, item, 0.5)
    return holds(place, center(item), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something drawn that is dragged or dragged to."""

    box: Box
    grip: Point
    """Where to take hold of it."""
    order: int


def _of_figure(figure: Figure) -> Thing:
    return Thing(box=figure.box, grip=figure.middle, order=figure.node.order)


def _of_node(node: Node) -> Thing:
    return Thing(box=node.box or (0, 0, 0, 0), grip=node.center, order=node.order)


def assignments(view: PageView, clause: DragInto) -> list[tuple[Thing, Thing]]:
    """Return (thing, place) for all that must be dragged, nearest to the goal's order."""
    place = _place(view, clause.where)
    if place is None:
        return []
    other = _place(view, clause.rest) if clause.rest else None
    frames = {node.order for node in containers(view)}
    # sizes are told apart among all that is drawn, the place included
    drawn = [f for f in figures(view) if f.node.order not in frames]
    wanted = described(clause.what)
    fitting = matching(drawn, wanted) if wanted is not None else ()
    chosen = [figure for figure in fitting if figure.node.order != place.order]
    drawn = [figure for figure in drawn if figure.node.order != place.order]
    if wanted is None or (not chosen and not clause.every and wanted.kind == "any"):
        named = _named(view, clause.what)
        return [] if named is None or named.order == place.order else [(named, place)]
    if not clause.every and not clause.what.lower().rstrip().endswith("s"):
        chosen = _single(chosen, wanted)
    pairs = [(_of_figure(figure), place) for figure in chosen]
    if other is not None:
        picked = {figure.node.order for figure in chosen}
        left = [f for f in drawn if f.node.order not in picked and f.node.order != other.order]
        pairs += [(_of_figure(figure), other) for figure in left]
    return pairs


def _single(chosen: Sequence[Figure], wanted: Description) -> list[Figure]:
    """Return the one figure meant where the goal speaks of one."""
    if len(chosen) < 2:
        return list(chosen)
    if wanted.size in ("large", "largest"):
        return [max(chosen, key=lambda figure: area(figure.box))]
    return [min(chosen, key=lambda figure: area(figure.box))]


def _place(view: PageView, phrase: str) -> Thing | None:
    """Return the place a phrase names: a frame by its side, a figure, or an element by name."""
    words = set(re.findall(r"[a-z]+", phrase.lower()))
    frames = list(containers(view))
    wanted = described(re.sub(r"\b(?:left|right|top|bottom|upper|lower)\b ?", "", phrase))
    side = next((word for word in SIDES if word in words), None)
    outlined = [node for node in frames if node.shape is not None] or frames
    if side is not None and outlined:
        axis, low = SIDES[side], side in ("left", "top", "upper")
        ordered = sorted(outlined, key=lambda node: node.center[axis])
        return _of_node(ordered[0] if low else ordered[-1])
    if wanted is not None:
        filled = matching([f for f in figures(view) if not f.hollow], wanted)
        if filled and (wanted.size or (wanted.color and not outlined)):
            return _of_figure(max(filled, key=lambda figure: area(figure.box)))
        if outlined:
            return _of_node(outlined[-1])
    named = _named(view, phrase)
    if named is not None:
        return named
    if outlined:
        return _of_node(outlined[-1])
    if wanted is not None:
        filled = matching(figures(view), wanted)
        return _of_figure(max(filled, key=lambda f: area(f.box))) if filled else None
    return None


def _named(view: PageView, phrase: str) -> Thing | None:
    """Return the drawn element whose label answers best to a phrase, or ``None``."""
    target: Target = read_target(phrase)
    scored = [
        (score(target, node), not node.editable, -area(node.box or (0, 0, 0, 0)), node)
        for node in view.visible
        if node.label or node.words
    ]
    best = max(scored, key=lambda entry: entry[:3], default=None)
    return _of_node(best[3]) if best is not None and best[0] >= 0.5 else None


def _into_moves(view: PageView, clause: DragInto) -> Iterable[Move]:
    pairs = assignments(view, clause)
    for item, place in pairs:
        if lies_in(item.box, place.box):
            continue
        taken = [other.box for other, _ in pairs if other.order != item.order]
        # some widgets take hold beside the grip: keep off the edges of the place
        wide, tall = 1.3 * item.box[2] + 2, 1.3 * item.box[3] + 2
        spot = free_spot(place.box, (wide, tall), taken)
        yield Move(start=item.grip, end=spot, reason="it belongs into its place")


def _subject(view: PageView, phrase: str) -> Thing | None:
    """Return the thing a phrase names: a figure, an element, or the only thing there is."""
    frames = {node.order for node in containers(view)}
    drawn = [figure for figure in figures(view) if figure.node.order not in frames]
    wanted = described(phrase)
    if wanted is not None:
        chosen = _single(matching(drawn, wanted), wanted)
        if chosen:
            return _of_figure(chosen[0])
    return _named(view, phrase) or (_of_figure(drawn[0]) if len(drawn) == 1 else None)


def _shifted(view: PageView, clause: Shift, memory: Memory) -> float:
    before, now = _subject(memory.views(view)[0], clause.what), _subject(view, clause.what)
    if before is None or now is None:
        return 0.0
    start, end = center(before.box), center(now.box)
    along = (end[0] - start[0]) * clause.way[0] + (end[1] - start[1]) * clause.way[1]
    return 1.0 if along >= SHOWN else 0.0


def _shift_moves(view: PageView, clause: Shift) -> Iterable[Move]:
    thing = _subject(view, clause.what)
    if thing is None:
        return
    x, y = thing.grip
    end = (x + clause.far * clause.way[0], y + clause.far * clause.way[1])
    yield Move(start=thing.grip, end=end, reason=f"towards where '{clause.text}' says")
