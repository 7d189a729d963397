"""Buttons, links, icons, list entries and whatever else a goal says to click."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from webpilot.offline.actions import click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.finding import FOUND, near, ranked
from webpilot.offline.looking import ways_to_look
from webpilot.offline.matching import similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.targets import WITHIN, Target, read_target

__all__ = ["Clicking", "Press", "PressAll"]

COMMAND = re.compile(
    r"(?:^|\b(?:and|then|to|by)\s+)(?:please\s+)?(?:find\s+(?:and\s+)?)?"
    r"(?:click|press|hit|push|tap|open|go to|visit|follow)(?:ing)?(?:\s+on)?\s+(.*)$",
    re.IGNORECASE,
)
DEED = re.compile(
    r"^(?:please\s+)?(?P<verb>close|dismiss|cancel|accept|agree|decline|play|pause|stop|start|mute"
    r"|unmute|refresh|reload|print|download|log out|sign out|unsubscribe|minimi[sz]e|maximi[sz]e"
    r"|undo|redo|continue|resume|reset|clear|skip)(?:\s+(?:the|this|to|your|all)\b[^\"]{0,40})?[.!]?$",
    re.IGNORECASE,
)
"""Verbs that stand for the control of their name."""
SOUGHT = re.compile(r"\b(?:find|look|locate|search|expand|switch between|navigate)\b", re.I)
OPENING = 0.44
"""Score from which a way to look opens a section or a tab."""
MANY = re.compile(
    r"\b(?:(every|each)\b|(all|both|two|three|four|[2-9])\s+(?:of\s+)?(?:the\s+)?(?=[a-z]+s\b))",
    re.IGNORECASE,
)
COUNTS = {"both": 2, "two": 2, "three": 3, "four": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Clause):
    """Something must be clicked."""

    event: ClassVar[bool] = True

    target: Target
    sought: bool = False
    """The goal says that it must be looked for: it may be out of sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PressAll(Clause):
    """Several things of one description must be clicked."""

    event: ClassVar[bool] = True

    target: Target
    count: int | None = None
    """How many; ``None`` is all there are."""


class Clicking:
    """Clicks what the goal describes, looking for it first where it is out of sight."""

    name = "clicking"
    clause_types: tuple[type[Clause], ...] = (Press, PressAll)

    def read(self, piece: Piece) -> Reading | None:
        """Return a press of the described element for a click command."""
        match = COMMAND.search(piece.text)
        deed = DEED.match(piece.text)
        if match is None and deed is not None:
            target = Target(name=deed.group("verb"), text=piece.text)
            return Reading(clauses=(Press(text=piece.text, target=target),), confidence=0.5)
        if match is None or piece.whole:
            return None
        if re.search(r"\bto\s+(?:find|look|see)\s*$", piece.lower):
            return Reading(clauses=(), confidence=0.65)
        target = read_target(match.group(1))
        around = WITHIN.search(f"{piece.lead} {piece.text[: match.start()]}")
        if around and not target.within:
            target = replace(target, within=around.group(1).strip('"'))
        sure = 0.7 if match.start() == 0 else 0.6
        clause = pressing(piece.text, target)
        if isinstance(clause, Press):
            clause = replace(clause, sought=bool(SOUGHT.search(f"{piece.lead} {piece.text}")))
        return Reading(clauses=(clause,), confidence=sure)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 once the best answer to the target was clicked, its score for another."""
        if isinstance(clause, PressAll):
            due, done_count = _several(view, clause, memory)
            wanted = clause.count or done_count + len(due)
            return min(1.0, done_count / wanted) if wanted else 0.0
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
        if isinstance(clause, PressAll):
            for node in _several(view, clause, memory)[0][:1]:
                reason = f"'{node.label or node.bid}' is one of '{clause.target.text}'"
                yield Proposal(action=click(view, node), score=0.9, reason=reason)
            return
        assert isinstance(clause, Press)
        answers = ranked(view, clause.target, memory)
        for mark, node in answers[:5]:
            reason = f"'{node.label or node.bid}' answers to '{clause.target.text}'"
            yield Proposal(action=click(view, node), score=mark, reason=reason)
        if clause.sought and clause.target.exact and not _verbatim(clause.target, answers):
            likely = [look for look in ways_to_look(view, memory) if look.score >= OPENING]
            yield from (replace(look, score=look.score + OPENING) for look in likely)
        if answers and answers[0][0] >= FOUND:
            return
        for look in ways_to_look(view, memory):
            hint = similarity(clause.target.name, look.reason)
            if clause.target.within:
                hint += 2.0 * near(view, view.node(str(look.action.args[0])), clause.target.within)
            yield Proposal(action=look.action, score=look.score + hint / 10, reason=look.reason)
        yield from _openings(view, clause.target, memory)


def _verbatim(target: Target, answers: list[tuple[float, Node]]) -> bool:
    """Return whether an answer bears the quoted name to the letter."""
    return any(
        target.name.strip() in (node.label.strip(), node.text.strip(), node.name.strip())
        for _, node in answers
    )


def pressing(text: str, target: Target) -> Clause:
    """Return the clause for one thing, or for several where the words ask for several."""
    many = MANY.search(re.sub(r"\"[^\"]*\"", " ", text))
    if many is None:
        return Press(text=text, target=target)
    word = (many.group(1) or many.group(2)).lower()
    count = int(word) if word.isdigit() else COUNTS.get(word)
    name = target.name
    if not target.exact:
        name = " ".join(part for part in name.split() if part.lower() != word)
    return PressAll(text=text, target=replace(target, name=name, number=None), count=count)


def _several(view: PageView, clause: PressAll, memory: Memory) -> tuple[list[Node], int]:
    """Return the answers still to click, in document order, and how many were clicked."""
    answers = ranked(view, clause.target, memory)
    top = answers[0][0] if answers else 0.0
    alike = [node for mark, node in answers if mark >= max(FOUND, top - 0.05)]
    due = sorted((n for n in alike if not memory.clicked(n.bid)), key=lambda n: n.order)
    done = 0
    for step in memory.steps:
        then = [n.bid for mark, n in ranked(step.before, clause.target, memory) if mark >= FOUND]
        done += step.target is not None and not step.failed and step.target.bid in then
    return due, done


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
