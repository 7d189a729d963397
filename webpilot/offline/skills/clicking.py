"""Buttons, links and whatever else a goal says to click."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.targets import Target, read_target, score

__all__ = ["Clicking", "Press"]

COMMAND = re.compile(
    r"^(?:please\s+)?(?:click|press|hit|push|tap)(?:\s+on)?\s+(.*)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Clause):
    """Something must be clicked."""

    target: Target


class Clicking:
    """Clicks what the goal describes."""

    name = "clicking"
    clause_types: tuple[type[Clause], ...] = (Press,)

    def read(self, piece: Piece) -> Reading | None:
        """Return a press of the described element for a click command."""
        match = COMMAND.match(piece.text)
        if match is None:
            return None
        target = read_target(match.group(1))
        return Reading(clauses=(Press(text=piece.text, target=target),), confidence=0.6)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return how well the best element clicked so far answers to the target."""
        assert isinstance(clause, Press)
        done = 0.0
        for step in memory.steps:
            node = step.target
            if node is None or step.action.kind != "click" or step.failed:
                continue
            best = max((mark for mark, _ in ranked(step.before, clause.target)), default=0.0)
            own = score(clause.target, node, step.before)
            done = max(done, 1.0 if own and own >= best else own)
        return done

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks on the elements that answer to the target, best first."""
        assert isinstance(clause, Press)
        for mark, node in ranked(view, clause.target)[:5]:
            reason = f"'{node.label or node.bid}' answers to '{clause.target.text}'"
            yield Proposal(action=click(view, node), score=mark, reason=reason)


def ranked(view: PageView, target: Target) -> list[tuple[float, Node]]:
    """Return the clickable nodes that answer to the target with their scores, best first."""
    scored = [(score(target, node, view), node) for node in view.clickable]
    return sorted(((m, n) for m, n in scored if m > 0.15), key=lambda pair: -pair[0])
