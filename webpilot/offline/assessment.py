"""How far each clause of the goal holds at a node: what proposals, stop test and reward share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
    offsets: tuple[int, ...]
    """Step from which each clause counts: deeds before it served earlier clauses."""
    premature: bool = False
    """A commit was pressed while an earlier clause did not hold."""

    @property
    def open(self) -> tuple[int, ...]:
        """Positions of the clauses that do not hold, in order."""
        return tuple(i for i, degree in enumerate(self.degrees) if degree < HOLDS)

    @property
    def satisfied(self) -> bool:
        """Whether every clause holds and there is at least one."""
        return bool(self.clauses) and not self.open

    @property
    def progress(self) -> float:
        """Mean degree of the clauses, in [0, 1]; 0 without clauses."""
        return sum(self.degrees) / len(self.degrees) if self.degrees else 0.0

    def memory_of(self, position: int) -> Memory:
        """Return the steps that count for the clause at ``position``."""
        return replace(self.memory, steps=self.memory.steps[self.offsets[position] :])


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
        return self.judge(parse(context.subtask.goal, self.skills), view, memory)

    def judge(self, clauses: tuple[Clause, ...], view: PageView, memory: Memory) -> Assessment:
        """Return how far the clauses hold on ``view``.

        A deed that closes what came before it (a commit, a click) is looked for in order; what it
        closed is judged as the page was just before it, for the page may have moved on since.
        """
        degrees: list[float] = []
        offsets: list[int] = []
        start, settled, premature = 0, 0, False
        for clause in clauses:
            offsets.append(start)
            degree = self._degree(clause, view, memory, start)
            if clause.event and degree >= HOLDS and len(memory.steps) > start:
                done = self._first(clause, view, memory, start)
                before = memory.steps[done].before
                past = replace(memory, steps=memory.steps[:done])
                for position in range(settled, len(degrees)):
                    then = self._degree(clauses[position], before, past, offsets[position])
                    degrees[position] = max(degrees[position], then)
                if isinstance(clause, Commit) and min(degrees, default=1.0) < HOLDS:
                    degree, premature = 0.0, True
                else:
                    start, settled = done + 1, len(degrees) + 1
            degrees.append(degree)
        return Assessment(
            view=view,
            memory=memory,
            clauses=clauses,
            degrees=tuple(degrees),
            offsets=tuple(offsets),
            premature=premature,
        )

    def _degree(self, clause: Clause, view: PageView, memory: Memory, start: int) -> float:
        """Return a clause's degree, counting the steps from ``start``."""
        own = replace(memory, steps=memory.steps[start:])
        return self.skill(clause).degree(view, clause, own)

    def _first(self, clause: Clause, view: PageView, memory: Memory, start: int) -> int:
        """Return the step from ``start`` on with which the clause came to hold for good.

        For a commit that is the last press, since an early one commits too little.
        """
        if isinstance(clause, Commit):
            latest = len(memory.steps) - 1
            while latest > start:
                own = replace(memory, steps=memory.steps[latest:])
                if self.skill(clause).degree(view, clause, own) >= HOLDS:
                    break
                latest -= 1
            return latest
        for done in range(start, len(memory.steps)):
            own = replace(memory, steps=memory.steps[start : done + 1])
            if self.skill(clause).degree(memory.steps[done].after, clause, own) >= HOLDS:
                return done
        return len(memory.steps) - 1

    def before_last(self, now: Assessment) -> Assessment | None:
        """Return the assessment before the last action, or ``None`` at the root."""
        last = now.memory.last
        if last is None:
            return None
        left = now.memory.remaining
        earlier = replace(
            now.memory,
            steps=now.memory.steps[:-1],
            remaining=None if left is None else left + 1,
        )
        return self.judge(now.clauses, last.before, earlier)
