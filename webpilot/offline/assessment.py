"""How far each clause of the goal holds at a node: what proposals, stop test and reward share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcts.protocols import NodeContext
from webpilot.offline.clauses import Clause, Commit
from webpilot.offline.goal import parse
from webpilot.offline.memory import Memory, remember
from webpilot.offline.page import PageView
from webpilot.offline.skills.protocol import Skill

__all__ = ["HOLDS", "Assessment", "Judge"]

HOLDS = 0.999
"""Degree from which a clause counts as satisfied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The goal's clauses against one page."""

    view: PageView
    memory: Memory
    clauses: tuple[Clause, ...]
    degrees: tuple[float, ...]
    """Degree of each clause in [0, 1], in the clauses' order."""

    @property
    def open(self) -> tuple[Clause, ...]:
        """Clauses that do not hold, commits left out."""
        pairs = zip(self.clauses, self.degrees, strict=True)
        return tuple(c for c, degree in pairs if degree < HOLDS and not isinstance(c, Commit))

    @property
    def commits(self) -> tuple[Clause, ...]:
        """Commit clauses that do not hold yet."""
        pairs = zip(self.clauses, self.degrees, strict=True)
        return tuple(c for c, degree in pairs if degree < HOLDS and isinstance(c, Commit))

    @property
    def satisfied(self) -> bool:
        """Whether every clause holds and there is at least one."""
        return bool(self.clauses) and not self.open and not self.commits

    @property
    def progress(self) -> float:
        """Mean degree of the clauses, in [0, 1]; 0 without clauses."""
        return sum(self.degrees) / len(self.degrees) if self.degrees else 0.0


class Judge:
    """Assesses nodes with one set of skills."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        self.skills = tuple(skills)
        self._serving: Mapping[type[Clause], Skill] = {
            kind: skill for skill in self.skills for kind in skill.clause_types
        }

    def skill(self, clause: Clause) -> Skill:
        """Return the skill that serves a clause."""
        return self._serving[type(clause)]

    def assess(self, context: NodeContext) -> Assessment:
        """Return how far the subtask's clauses hold at the node."""
        view, memory = remember(context)
        return self.judge(context.subtask.goal, view, memory)

    def judge(self, goal: str, view: PageView, memory: Memory) -> Assessment:
        """Return how far the clauses of ``goal`` hold on ``view``."""
        clauses = parse(goal, self.skills)
        degrees = tuple(self.skill(c).degree(view, c, memory) for c in clauses)
        return Assessment(view=view, memory=memory, clauses=clauses, degrees=degrees)

    def before_last(self, goal: str, now: Assessment) -> Assessment | None:
        """Return the assessment before the last action, or ``None`` at the root."""
        last = now.memory.last
        if last is None:
            return None
        earlier = Memory(steps=now.memory.steps[:-1], remaining=None)
        return self.judge(goal, last.before, earlier)
