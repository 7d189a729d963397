"""What the benchmark says of a committed path. The search never imports this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from webpilot.committing import Committer
from webpilot.types import Outcome

__all__ = ["Episode", "Opinion", "Verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One judge's verdict, where a task has several judges."""

    judge: str
    """``database``, ``libwebarena`` or ``verified``."""
    score: float
    """In [0, 1]; 1 is passed."""
    reason: str = ""
    """One line on what was found wanting; empty where passed."""

    @property
    def passed(self) -> bool:
        """Whether the judge is content."""
        return self.score >= 1.0


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
    opinions: tuple[Opinion, ...] = ()
    """Each judge's own, where a task has several; all must be content for success."""
    evidence: Mapping[str, bytes] = field(default_factory=dict)
    """What was judged, by the name of the file that it is kept in."""

    @classmethod
    def of(
        cls, opinions: tuple[Opinion, ...], *, evidence: Mapping[str, bytes] | None = None
    ) -> Verdict:
        """Return the verdict of several judges: success where all are content.

        The reward is 1 or 0, the raw reward the lowest score, and there is no strict verdict.
        """
        content = all(opinion.passed for opinion in opinions)
        return cls(
            success=content,
            reward=float(content),
            reward_raw=min(opinion.score for opinion in opinions),
            strict_success=None,
            opinions=opinions,
            evidence=evidence or {},
        )


class Episode(Committer, Protocol):
    """The judged episode: fresh, apart from the search, scored once by the episode runner."""

    @property
    def commit_drift_step(self) -> int | None:
        """Index of the committed action whose element could not be found, else ``None``."""
        ...

    async def judge(self, outcome: Outcome) -> Verdict:
        """Return the benchmark's verdict. Called once, by the episode runner alone."""
        ...
