"""One state of the search tree: what is known of it, and the statistics that search keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from webpilot.observation import Observation
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Candidate,
    Completion,
    Effect,
    Infeasible,
    Outcome,
    Reflection,
)

__all__ = ["Node", "Simulation", "Status", "move_key"]


class Status(StrEnum):
    """What may still happen to a node."""

    OPEN = "open"
    TERMINAL = "terminal"
    """Judged complete, or a proposal to stop; has no children."""
    DEAD = "dead"
    """The action failed and left the page as it was; unscored, uncounted, never chosen."""
    DRIFTED = "drifted"
    """The page could not be reached again as it was seen; excluded from every value and choice."""


def move_key(move: Action | Outcome) -> str:
    """Return the text by which two moves at one node count as the same."""
    if isinstance(move, Action):
        return move.raw
    if isinstance(move, Answer):
        return f"answer: {move.text}"
    return "infeasible" if isinstance(move, Infeasible) else "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One live look ahead from a node: executed on the leased page, never a node itself."""

    action: Action
    observation: Observation
    """The page that followed."""
    effect: Effect | None = None
    appraisal: Appraisal | None = None
    """``None`` where the step failed."""
    reward: float | None = None
    """Score of the simulated page in the searcher's scale; ``None`` is unscored."""
    reflection: Reflection | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """One state and its statistics. Only the search mutates it; what it refers to is frozen."""

    id: int
    """Index in creation order; the root is 0."""
    parent: int | None
    candidate: Candidate | None
    """The proposal that led here; ``None`` at the root."""
    observation: Observation
    """The page as first seen here; a stop keeps its parent's."""
    depth: int
    """Actions from the search's root; a stop adds none."""
    ended: bool = False
    """The page takes no more actions. Stops expansion and enters nothing else (decision 1)."""
    status: Status = Status.OPEN
    accepted: bool = False
    """Terminal, judged complete and scored at least the accept threshold."""
    effect: Effect | None = None
    """What the action did, in the describing role's words."""
    appraisal: Appraisal | None = None
    completion: Completion | None = None
    child_reflection: Reflection | None = None
    sibling_reflection: Reflection | None = None
    simulation: Simulation | None = None
    reward: float | None = None
    """The node's own score in the searcher's scale; ``None`` is unscored, never 0."""
    value: float | None = None
    """M: what backup made of the scores at and below this node, in the searcher's scale."""
    mean: float | None = None
    """Q: running mean of what was backed up, in the searcher's scale."""
    visits: int = 0
    """N: backups that passed here, the node's own included."""
    scored: int = 0
    """Of these, the backups that carried a value."""
    proposals: list[Candidate] | None = field(default=None, repr=False)
    """Ranked proposals not yet tried; ``None`` before the policy was asked."""
    dry: bool = False
    """The policy has nothing more to try here."""
    closed: bool = False
    """Nothing at or below this node is left to expand."""

    @property
    def action(self) -> Action | None:
        """The action that led here, or ``None`` at the root and for a stop."""
        move = self.candidate.move if self.candidate else None
        return move if isinstance(move, Action) else None

    @property
    def outcome(self) -> Outcome | None:
        """The stop proposed here, or ``None``."""
        move = self.candidate.move if self.candidate else None
        return None if move is None or isinstance(move, Action) else move

    @property
    def excluded(self) -> bool:
        """Whether the node may neither be expanded nor chosen."""
        return self.status in (Status.DEAD, Status.DRIFTED)
