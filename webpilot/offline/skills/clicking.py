"""Buttons, links, icons, list entries and whatever else a goal says to click."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from webpilot.offline.actions import click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.looking import next_page, ways_to_look
from webpilot.offline.matching import similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.repetition import container, group_named
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.targets import KINDS, WITHIN, Target, fit, read_target, score

__all__ = ["Clicking", "Press", "ranked"]

COMMAND = re.compile(
    r"(?:^|\b(?:and|then|to|by)\s+)(?:please\s+)?(?:find\s+(?:and\s+)?)?"
    r"(?:click|press|hit|push|tap|open|go to|visit|follow)(?:ing)?(?:\s+on)?\s+(.*)$",
    re.IGNORECASE,
)
FOUND = 0.55
"""Score from which a node on the page is taken to be the target, so that no looking is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Clause):
    """Something must be clicked."""

    event: ClassVar[bool] = True

    target: Target


class Clicking:
    """Clicks what the goal describes, looking for it first where it is out of sight."""

    name = "clicking"
    clause_types: tuple[type[Clause], ...] = (Press,)

    def read(self, piece: Piece) -> Reading | None:
        """Return a press of the described element for a click command."""
        match = COMMAND.search(piece.text)
        if match is None or piece.whole:
            return None
        if re.search(r"\bto\s+(?:find|look|see)\s*$", piece.lower):
            return Reading(clauses=(), confidence=0.65)
        target = read_target(match.group(1))
        around = WITHIN.search(f"{piece.lead} {piece.text[: match.start()]}")
        if around and not target.within:
            target = replace(target, within=around.group(1).strip('"'))
        sure = 0.7 if match.start() == 0 else 0.6
        return Reading(clauses=(Press(text=piece.text, target=target),), confidence=sure)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 once the best answer to the target was clicked, its score for another."""
        assert isinstance(clause, Press)
        done = 0.0
        for position, step in enumerate(memory.steps):
            node = step.target
            if node is None or "click" not in step.action.kind or step.failed:
                continue
            past = Memory(steps=memory.steps[:position])
            answers = ranked(step.before, clause.target, past)
            top = answers[0][0] if answers else 0.0
            for mark, answer in answers:
                if answer.bid == node.bid:
                    done = max(done, 1.0 if mark >= FOUND and mark >= top else 0.8 * mark)
        return done

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks on the answers to the target; ways to look where none is good."""
        assert isinstance(clause, Press)
        answers = ranked(view, clause.target, memory)
        for mark, node in answers[:5]:
            reason = f"'{node.label or node.bid}' answers to '{clause.target.text}'"
            yield Proposal(action=click(view, node), score=mark, reason=reason)
        if answers and answers[0][0] >= FOUND:
            return
        for look in ways_to_look(view, memory):
            hint = similarity(clause.target.name, look.reason)
            if clause.target.within:
                hint += 2.0 * _near(view, view.node(str(look.action.args[0])), clause.target.within)
            yield Proposal(action=look.action, score=look.score + hint / 10, reason=look.reason)
        yield from _openings(view, clause.target, memory)


def ranked(view: PageView, target: Target, memory: Memory) -> list[tuple[float, Node]]:
    """Return the nodes that answer to the target with their scores, best first."""
    if target.number is not None:
        return _numbered(view, target, memory)
    scored = [(score(target, node), node) for node in view.clickable]
    plain = [
        (0.8 * score(target, node), node)
        for node in view.texts
        if not node.clickable and target.name and node.tag not in ("body", "label", "option")
    ]
    answers = [(mark, node) for mark, node in scored + plain if mark > 0.2]
    if target.within:
        answers = [(mark * _beside(view, node, target, answers), node) for mark, node in answers]
    best: dict[str, tuple[float, Node]] = {}
    for mark, node in answers:
        actual = _actionable(view, node)
        if actual.bid not in best or best[actual.bid][0] < mark:
            best[actual.bid] = (mark, actual)
    return sorted(best.values(), key=lambda pair: (-round(pair[0], 4), -pair[1].order))


def _actionable(view: PageView, node: Node) -> Node:
    """Return what a click on plain text is meant for: a control inside it or right after it."""
    if node.clickable:
        return node
    inner = [n for n in view.descendants(node) if n.clickable and n.visible]
    if inner:
        return inner[0]
    parent = view.node(node.parent)
    after = [n for n in view.children(parent) if n.order > node.order] if parent else []
    controls = [n for n in after[:1] if n.clickable and n.role in ("link", "button")]
    return controls[0] if controls and node.text.rstrip().endswith(":") else node


def _openings(view: PageView, target: Target, memory: Memory) -> Iterable[Proposal]:
    """Yield clicks that open the entry the goal names, where what is wanted may lie inside."""
    if not target.within:
        return
    for node in view.clickable:
        shown = similarity(target.within, node.text or node.label)
        holds = target.within.lower() in node.content.lower() and len(node.content) < 200
        if memory.clicked(node.bid) or node.editable or not (holds or shown >= FOUND):
            continue
        reason = f"opens the entry of {target.within}"
        score = 0.5 + 0.05 * shown
        yield Proposal(action=click(view, node), score=score, reason=reason)


def _near(view: PageView, node: Node | None, within: str) -> float:
    """Return 1 where the node stands in the innermost part of the page that shows the words."""
    if node is None:
        return 0.0
    holders = [n for n in view.visible if within.lower() in n.content.lower()]
    smallest = min(holders, key=lambda n: len(n.content), default=None)
    if smallest is None:
        return 0.0
    like = [n for n in view.visible if n.words == node.words and n.bid != node.bid]
    row = container(view, smallest, like)
    return float(any(above.bid == row.bid for above in view.ancestors(node)))


def _beside(view: PageView, node: Node, target: Target, answers: list[tuple[float, Node]]) -> float:
    """Return 1 where the node's row shows what the goal says of it, else a weak weight."""
    row = container(view, node, [other for _, other in answers if other.order != node.order])
    return 1.0 if target.within.lower() in row.content.lower() else 0.4


def _numbered(view: PageView, target: Target, memory: Memory) -> list[tuple[float, Node]]:
    """Return the nth of its like; the control to the next page where it lies further on."""
    assert target.number is not None
    if target.kind in KINDS:
        group = tuple(
            node
            for node in view.visible
            if node.enabled and fit(target, node) == 1.0 and score(target, node) > 0.2
        )
    else:
        group = group_named(view, target.name)
    if not group:
        return []
    if target.number == -1:
        return [(0.6, group[-1])]
    seen = _seen_before(view, memory, group)
    place = target.number - seen - 1
    if 0 <= place < len(group):
        return [(0.9, group[place])]
    onward = next_page(view, memory)
    return [(0.5, onward)] if onward is not None and place >= 0 else []


def _seen_before(view: PageView, memory: Memory, group: tuple[Node, ...]) -> int:
    """Return how many items of the group earlier pages of the same list showed."""
    if not group:
        return 0
    like, pages = (group[0].tag, group[0].role, group[0].words), {_names(group): len(group)}
    count = 0
    for earlier in memory.views(view)[:-1]:
        found = tuple(n for n in earlier.clickable if n.label and (n.tag, n.role, n.words) == like)
        if found and _names(found) not in pages and next_page(earlier, Memory()) is not None:
            pages[_names(found)] = len(found)
            count += len(found)
    return count


def _names(group: tuple[Node, ...]) -> tuple[str, ...]:
    """Return the labels of a group, to tell pages apart."""
    return tuple(node.label for node in group)
