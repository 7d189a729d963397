"""Opening sections, branches and details that are asked to be open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.looking import collapsed
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.targets import Target, read_target, score

__all__ = ["Expand", "Expanding"]

COMMAND = re.compile(
    r"^(?:expand|unfold|open up|uncollapse|collapse|fold|close)\s+(?P<what>.*)$", re.IGNORECASE
)
SECTION = re.compile(r"\b(?:section|panel|accordion|details|tree|branch|node|area|item)s?\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expand(Clause):
    """Sections must be open (or closed)."""

    target: Target
    close: bool = False


class Expanding:
    """Opens and closes sections."""

    name = "expanding"
    clause_types: tuple[type[Clause], ...] = (Expand,)

    def read(self, piece: Piece) -> Reading | None:
        """Return what must be opened; opening in order to find something is left to the finding."""
        match = COMMAND.match(piece.text)
        if match is None or not SECTION.search(match.group("what")):
            return None
        if re.search(r"\bto\s+(?:find|see|look)\b", piece.text, re.IGNORECASE):
            return Reading(clauses=(), confidence=0.65)
        what = re.sub(r"\b(?:below|above|all)\b", " ", match.group("what"))
        close = piece.lower.startswith(("collapse", "fold", "close"))
        clause = Expand(text=piece.text, target=read_target(what), close=close)
        return Reading(clauses=(clause,), confidence=0.7)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the meant sections that are as asked."""
        assert isinstance(clause, Expand)
        done = _meant(view, clause, _settled(view, clause))
        left = _meant(view, clause, _due(view, clause))
        return len(done) / (len(done) + len(left)) if done else 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks on the meant sections that are not as asked."""
        assert isinstance(clause, Expand)
        for node in _meant(view, clause, _due(view, clause)):
            reason = f"'{node.label}' is to be {'closed' if clause.close else 'opened'}"
            yield Proposal(action=click(view, node), score=0.9, reason=reason)


def _due(view: PageView, clause: Expand) -> list[Node]:
    """Return the controls of sections that are not as asked."""
    if clause.close:
        return [node for node in view.visible if node.expanded]
    return list(collapsed(view))


def _settled(view: PageView, clause: Expand) -> list[Node]:
    """Return the controls of sections that are as asked."""
    if clause.close:
        return list(collapsed(view))
    return [n for n in view.visible if n.expanded and n.tag not in ("select", "input")]


def _meant(view: PageView, clause: Expand, nodes: list[Node]) -> list[Node]:
    """Return the sections that the goal means: the named one, else those that are no control."""
    if clause.target.name:
        marks = [(score(clause.target, node), node) for node in nodes]
        return [node for mark, node in marks if mark >= 0.5]
    return [
        node
        for node in nodes
        if not any(n.role in ("button", "textbox") for n in view.descendants(node))
    ]
