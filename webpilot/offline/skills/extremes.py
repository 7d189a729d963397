"""The cheapest, shortest, largest ... of like things: read a number off each and compare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from webpilot.offline.actions import click
from webpilot.offline.arithmetic import quantity
from webpilot.offline.clauses import Clause, Commit, Piece, Reading
from webpilot.offline.matching import fold, similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.repetition import alike, container
from webpilot.offline.skills.dates import Dates
from webpilot.offline.skills.prose import FillIn
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Extreme", "Extremes"]

LEAST = "shortest lowest smallest least cheapest minimum earliest fewest youngest soonest nearest"
MOST = "longest highest largest greatest most biggest maximum latest oldest priciest furthest"
ADJECTIVE = re.compile(
    rf"\b(?P<least>{'|'.join(LEAST.split())})|\b(?P<most>{'|'.join(MOST.split())})\b",
    re.IGNORECASE,
)
IMPLIED = {
    "cheapest": "price",
    "priciest": "price",
    "expensive": "price",
    "cheap": "price",
    "earliest": "time",
    "latest": "time",
}
LESSENING = frozenset({"cheap", "short", "small", "low", "few"})
ROUTE = re.compile(r"\bfrom\b.*\bto\b|\bon\s+\d", re.IGNORECASE)
DAY = re.compile(r"\b\d{1,4}[/-]\d{1,2}[/-]\d{1,4}\b")
VERB = re.compile(
    r"\b(?:buy|book|click|press|select|choose|pick|order|take|find|reserve|open)\b", re.IGNORECASE
)
GEOMETRY = re.compile(r"\b(?:shape|circle|line|square|rectangle|box|point|mid-?point)s?\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme(Clause):
    """The control of the item with the extreme quantity must be clicked."""

    event: ClassVar[bool] = True

    quantity: str
    """What is compared, as the goal calls it, or the empty string."""
    most: bool
    """The largest is wanted, else the smallest."""


class Extremes:
    """Compares like items by a number they show."""

    name = "extremes"
    clause_types: tuple[type[Clause], ...] = (Extreme,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the comparison that a superlative asks for."""
        if re.search(r"\b(?:it|them|that one)\b", piece.lower) and piece.lead:
            piece = Piece(text=f"{piece.lead} and {piece.text}", goal=piece.goal)
        match = ADJECTIVE.search(piece.text)
        if match is None or not VERB.search(piece.text[: match.start()]):
            return None
        if GEOMETRY.search(piece.text) or piece.whole:
            return None
        word = match.group().lower()
        after = re.match(
            r"\s+([\w ]+?)(?=[.,;]|\s+(?:and|then|to|from|in)\b|$)", piece.text[match.end() :]
        )
        what = IMPLIED.get(word, after.group(1) if after else "")
        most = bool(match.group("most"))
        if word in ("most", "least"):
            degree, _, noun = what.partition(" ")
            what = IMPLIED.get(degree.lower(), noun or degree)
            most = most != (degree.lower() in LESSENING)
        clause = Extreme(text=piece.text, quantity=fold(what), most=most)
        return Reading(clauses=(*_search_form(piece), clause), confidence=0.72)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 once the control of the extreme item was clicked."""
        assert isinstance(clause, Extreme)
        for position, step in enumerate(memory.steps):
            best = _ranked(step.before, clause, Memory(steps=memory.steps[:position]))
            if step.target is not None and best and step.target.bid == best[0].bid:
                return 1.0
        return 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks on the items' controls, the extreme one first."""
        assert isinstance(clause, Extreme)
        ranked = _ranked(view, clause, memory)
        if not ranked:
            yield from _uncovering(view, memory)
        for place, node in enumerate(ranked[:3]):
            reason = f"'{node.label}' is number {place + 1} by {clause.quantity or 'its number'}"
            yield Proposal(action=click(view, node), score=0.9 / (1 + 2 * place), reason=reason)


def _search_form(piece: Piece) -> tuple[Clause, ...]:
    """Return the clauses of a form that must be sent before there is anything to compare."""
    if not ROUTE.search(piece.text):
        return ()
    day = DAY.search(piece.text)
    dated = (
        Dates().read(Piece(text=f"Enter {day.group()} as the date", goal=piece.goal))
        if day
        else None
    )
    search = Commit(text="search", name="search", implied=True)
    return (FillIn(text=piece.text), *(dated.clauses if dated else ()), search)


def _uncovering(view: PageView, memory: Memory) -> Iterable[Proposal]:
    """Yield a click on the next of like things that show no number until they are clicked."""
    for group in alike([n for n in view.clickable if not n.editable])[:1]:
        for node in group if len(group) > 1 else ():
            if not memory.clicked(node.bid):
                yield Proposal(action=click(view, node), score=0.6, reason="uncovers its number")
                return


def _ranked(view: PageView, clause: Extreme, memory: Memory) -> list[Node]:
    """Return the controls of the largest group of like items, the wanted extreme first."""
    controls = [node for node in view.clickable if not node.editable]
    for group in alike(controls):
        if len(group) < 2:
            break
        measured = [(_recalled(view, node, group, clause, memory), node) for node in group]
        known = [(number, node) for number, node in measured if number is not None]
        if len(known) == len(group):
            sign = -1 if clause.most else 1
            return [node for _, node in sorted(known, key=lambda pair: sign * pair[0])]
    return []


def _recalled(
    view: PageView, node: Node, group: tuple[Node, ...], clause: Extreme, memory: Memory
) -> float | None:
    """Return the item's quantity as it shows now or as an earlier page showed it."""
    now = _measure(view, node, group, clause.quantity)
    if now is not None:
        return now
    for step in reversed(memory.steps):
        for seen in (step.after, step.before):
            then = seen.node(node.bid)
            mates = tuple(m for n in group if (m := seen.node(n.bid)) is not None)
            if then is not None:
                number = _measure(seen, then, mates, clause.quantity)
                if number is not None:
                    return number
    return None


def _measure(view: PageView, node: Node, group: tuple[Node, ...], what: str) -> float | None:
    """Return the item's quantity: what follows its name in the item, else the first number."""
    item = container(view, node, group)
    texts = [n.text for n in (item, *view.descendants(item)) if n.text]
    for place, text in enumerate(texts):
        label, _, rest = text.partition(":")
        if what and similarity(what, label) >= 0.6:
            value = quantity(rest) if rest.strip() else None
            following = texts[place + 1] if place + 1 < len(texts) else ""
            return value if value is not None else quantity(following)
    if what.split()[-1:] in (["price"], ["cost"], ["fare"]):
        priced = next((text for text in texts if re.search(r"[$€£]", text)), None)
        return None if priced is None else quantity(re.sub(r"^.*?[$€£]", "", priced))
    numbers = [number for text in texts if (number := quantity(text)) is not None]
    return numbers[0] if numbers else None
