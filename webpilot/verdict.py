"""What the benchmark says of a committed path. The search never imports this module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from webpilot.committing import Committer
from webpilot.types import Outcome

__all__ = ["Episode", "Verdict"]


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


class Episode(Committer, Protocol):
    """The judged episode: fresh, apart from the search, scored once by the episode runner."""

    @property
    def commit_drift_step(self) -> int | None:
        """Index of the committed action whose element could not be found, else ``None``."""
        ...

    async def judge(self, outcome: Outcome) -> Verdict:
        """Return the benchmark's verdict. Called once, by the episode runner alone."""
        ...
