"""The plan: what is still to be done, subtask by subtask, and the facts its subtasks ask for.

Standard library only. Nothing here mutates: a revision is a new plan, and how far it is worked off
is kept in :mod:`planner.progress`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Fact", "Plan", "Subtask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtask:
    """One step of the plan, searched on its own."""

    goal: str
    expectation: str = ""
    """What the page shows when it is done."""
    necessary_actions: str = ""
    """Actions that leave no clear trace and must have been taken, or the empty string."""
    needs_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The subtasks still to do, first one next; revisions are new plans."""

    subtasks: tuple[Subtask, ...]
    rationale: str = ""
    expectation: str = ""
    """What the page shows when the whole task is done (E_T)."""
    needs_answer: bool = False
    """The task asks for information, not only for a state of the page."""
    answer_requirements: str = ""
    """What the answer must contain and how it must be worded."""
    infeasible: str = ""
    """Why the task cannot be done here, or the empty string."""
    revision: int = 0
    supersedes: int | None = None
    """Revision this one replaces, or ``None`` for the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One piece of information that was read off a page and checked against it."""

    question: str
    """The subtask that asked for it."""
    value: str
    """Normalised: white space folded, no quotes around it."""
    evidence: str = ""
    """The words of the page it was read from."""
