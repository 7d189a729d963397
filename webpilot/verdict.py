"""What the benchmark says of a committed path. The search never imports this module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from webpilot.types import Action, Observation, Outcome

__all__ = ["Committer", "Episode", "Verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The benchmark's own judgement of one episode."""

    success: bool
    reward: float
    """The benchmark's reward."""
    reward_raw: float
    """The page's reward before the benchmark rounds it (MiniWoB++: in [-1, 1])."""
    strict_success: bool | None
    """Raw reward >= 1 on tasks with discrete rewards; ``None`` on graded pages (decision 22)."""


class Committer(Protocol):
    """What the agent holds of a judged episode: it can act, it cannot ask for the score."""

    async def commit(self, actions: Sequence[Action]) -> Observation:
        """Replay ``actions`` on the judged page, in order; return the page that follows."""
        ...


class Episode(Committer, Protocol):
    """The judged episode: fresh, apart from the search, scored once by the episode runner."""

    @property
    def commit_drift_step(self) -> int | None:
        """Index of the committed action whose element could not be found, else ``None``."""
        ...

    async def judge(self, outcome: Outcome) -> Verdict:
        """Return the benchmark's verdict. Called once, by the episode runner alone."""
        ...
