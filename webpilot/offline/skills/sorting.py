"""Lists whose items are dragged: one item to a position, or all into an order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.geometry import Point
from webpilot.offline.lists import in_reading_order, landing, sortable
from webpilot.offline.matching import fold, similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.pointer import Move, carried, under_way
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Order", "Place", "Sorting"]

NUMBER = re.compile(r"[-\u2212]?\d+(?:[.,]\d+)?")
PLACE = re.compile(
    r"^(?:please\s+)?(?:drag|move)\s+(?P<what>.+?)\s+(?:(?P<way>up|down)\s+(?:by\s+)?"
    r"(?P<count>one|two|three|four|five|\d+|a)\s+(?:positions?|places?|rows?|spots?|slots?|steps?)|"
    r"(?:to|into|in)\s+(?:the\s+)?(?P<end>top|start|beginning|front|bottom|end|back)"
    r"(?:\s+of\b.*)?|(?:to|into|in)\s+(?:the\s+)?(?:(?P<nth>\d+)(?:st|nd|rd|th)|"
    r"(?P<word>first|second|third|fourth|fifth|sixth|seventh|last))\s+"
    r"(?:position|place|row|spot|slot)?|(?P<side>above|before|below|after)\s+(?P<other>.+?))[.!]?$",
    re.IGNORECASE,
)
ORDER = re.compile(
    r"^(?:please\s+)?(?:(?:drag|move|put)\b.*?\b(?:sorted|order)|sort|order|arrange|reorder|"
    r"rearrange)\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
FALLING = re.compile(
    r"\bdecreas\w+|\bdescend\w+|highest\b.{0,20}\btop|largest\b.{0,20}\b(?:first|top)|"
    r"\b(?:high|large|big)\w* to\b|reverse|\bz\s*(?:-|to)\s*a\b",
    re.IGNORECASE,
)
COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
ORDINALS = {
    word: position
    for position, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh"), start=1
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Clause):
    """An item must come to a position of its list."""

    what: str
    position: int | None = None
    """Position counted from 1, or from the end when negative (-1 is last)."""
    by: int = 0
    """Positions downwards, upwards when negative."""
    beside: str = ""
    """Item next to which it must come, or the empty string."""
    after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Clause):
    """The items of a list must stand in order."""

    falling: bool


class Sorting:
    """Moves list items by dragging; one press and one release a move, fewest moves first."""

    name = "sorting"
    clause_types: tuple[type[Clause], ...] = (Place, Order)

    def read(self, piece: Piece) -> Reading | None:
        """Return an item's new position or the order that is asked for."""
        match = PLACE.match(piece.text)
        if match is not None:
            return Reading(clauses=(_place(piece.text, match),), confidence=0.9)
        ordered = ORDER.search(piece.text)
        if ordered is None or not re.search(
            r"\b(?:sorted|increas|decreas|ascend|descend|alphabet|lowest|highest|small|larg|by\b|"
            r"in order)",
            ordered.group(),
            re.IGNORECASE,
        ):
            return None
        falling = FALLING.search(piece.text) is not None
        order = Order(text=piece.text, falling=falling)
        return Reading(clauses=(order,), confidence=0.9)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of items in place, or 1 where the item has come to its position."""
        if isinstance(clause, Place):
            goal = _goal(memory.views(view)[0], clause)
            items = _items_with(view, clause.what)
            if goal is None or not items:
                return 0.0
            now = _position(items, clause.what)
            away = min(1.0, abs(now - goal) / max(1, len(items) - 1))
            degree = 1.0 if now == goal else 0.9 * (1 - away)
            return under_way(degree, memory, _place_moves(view, clause, memory), 0.2)
        assert isinstance(clause, Order)
        items = sortable(view)
        if len(items) < 2:
            return 0.0
        keys = _keys(items, falling=clause.falling)
        degree = len(_rising(keys)) / len(keys)
        return under_way(degree, memory, _order_moves(items, falling=clause.falling), 1 / len(keys))

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the next pointer action of a drag that brings the list nearer to the order."""
        if isinstance(clause, Place):
            moves = list(_place_moves(view, clause, memory))
        else:
            assert isinstance(clause, Order)
            moves = list(_order_moves(sortable(view), falling=clause.falling))
        yield from carried(view, memory, moves)


def _place(text: str, match: re.Match[str]) -> Place:
    what = match.group("what").strip("\"' ")
    if match.group("way"):
        word = match.group("count").lower()
        count = COUNTS.get(word) or int(word)
        return Place(
            text=text, what=what, by=-count if match.group("way").lower() == "up" else count
        )
    if match.group("end"):
        first = match.group("end").lower() in ("top", "start", "beginning", "front")
        return Place(text=text, what=what, position=1 if first else -1)
    if match.group("nth"):
        return Place(text=text, what=what, position=int(match.group("nth")))
    if match.group("word"):
        position = ORDINALS.get(match.group("word").lower(), -1)
        return Place(text=text, what=what, position=position)
    after = match.group("side").lower() in ("below", "after")
    return Place(text=text, what=what, beside=match.group("other").strip("\"' "), after=after)


def _items_with(view: PageView, what: str) -> tuple[Node, ...]:
    items = sortable(view)
    if any(similarity(what, node.content) >= 0.9 for node in items):
        return items
    for node in view.visible:
        if fold(node.content) != fold(what):
            continue
        for rung in (node, *view.ancestors(node)):
            parent = view.node(rung.parent)
            if parent is None:
                break
            peers = [c for c in view.children(parent) if c.visible and c.tag == rung.tag]
            if len(peers) > 1 and all(peer.content for peer in peers):
                return in_reading_order(peers)
    return ()


def _position(items: Sequence[Node], what: str) -> int:
    marks = [similarity(what, node.content) for node in items]
    return marks.index(max(marks)) if marks and max(marks) >= 0.5 else -1


def _goal(view: PageView, clause: Place) -> int | None:
    """Return the position, from 0, the item must come to, read off the page at the start."""
    items = _items_with(view, clause.what)
    now = _position(items, clause.what)
    if now < 0:
        return None
    if clause.position is not None:
        goal = clause.position - 1 if clause.position > 0 else len(items) + clause.position
    elif clause.beside:
        other = _position(items, clause.beside)
        if other < 0:
            return None
        goal = other + (1 if clause.after else 0) - (1 if now < other else 0)
    else:
        goal = now + clause.by
    return min(max(goal, 0), len(items) - 1)


def _place_moves(view: PageView, clause: Place, memory: Memory) -> Iterable[Move]:
    goal, items = _goal(memory.views(view)[0], clause), _items_with(view, clause.what)
    now = _position(items, clause.what)
    if goal is None or now < 0 or goal >= len(items) or goal == now:
        return
    yield Move(
        start=grip(view, items[now]),
        end=landing(items, now, goal),
        reason=f"from position {now + 1} to {goal + 1}",
    )


def grip(view: PageView, item: Node) -> Point:
    """Return where to take hold of a list item: its middle."""
    return item.center


def _keys(items: Sequence[Node], *, falling: bool) -> list[int]:
    """Return each item's rank in the wanted order."""
    numbers = [NUMBER.search(node.content) for node in items]
    if all(numbers):
        values: list[float | str] = [
            float(match.group().replace("\u2212", "-").replace(",", "."))
            for match in numbers
            if match
        ]
    else:
        values = [fold(node.content) for node in items]
    ranked = sorted(set(values), reverse=falling)
    return [ranked.index(value) for value in values]


def _rising(keys: Sequence[int]) -> list[int]:
    """Return the positions of a longest run of keys that never falls; the others must move."""
    runs: list[list[int]] = []
    for position, key in enumerate(keys):
        before = [run for run in runs if keys[run[-1]] <= key]
        runs.append([*max(before, key=len, default=[]), position])
    return max(runs, key=len, default=[])


def _order_moves(items: Sequence[Node], *, falling: bool) -> Iterable[Move]:
    """Yield one drag for each item outside the longest run that is in order already."""
    keys = _keys(items, falling=falling)
    staying = _rising(keys)
    for source, item in enumerate(items):
        if source in staying:
            continue
        below = [position for position in staying if keys[position] <= keys[source]]
        goal = max(below) + 1 if below else min(staying)
        goal -= 1 if source < goal else 0
        if goal == source:
            continue
        yield Move(
            start=item.center,
            end=landing(items, source, goal),
            reason=f"'{item.content}' belongs at position {goal + 1}",
        )
