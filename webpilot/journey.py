"""Where the agent stands on its way: the path, the plan's progress, and the tries since."""

from __future__ import annotations

from dataclasses import dataclass, field

from mcts.protocols import Worlds
from mcts.search import SearchResult
from planner.progress import Progress
from webpilot.committing import Rooted
from webpilot.local import adopt, best_try
from webpilot.plan import Plan
from webpilot.types import Done, Infeasible, Outcome, Path, PathStep

__all__ = ["Journey"]


@dataclass(slots=True, kw_only=True)
class Journey:
    """Where the agent stands; what it has when a budget ends it, it commits."""

    path: Path
    """What finished subtasks have adopted."""
    progress: Progress
    worlds: Worlds
    """Where the search acts."""
    taken: tuple[PathStep, ...] = ()
    """Steps committed before the path's root, where subtasks are committed one by one."""
    tries: list[SearchResult] = field(default_factory=list)
    """Searches since the last subtask was finished."""
    outcome: Outcome = Done(reason="the plan is worked off")
    stop_reason: str = "exhausted"

    @property
    def best(self) -> SearchResult:
        """The one of the tries whose path is taken."""
        return best_try(self.tries)

    @property
    def adopted(self) -> Path:
        """The path with the best try's steps at its end."""
        return adopt(self.path, self.best)

    def revise(self, plan: Plan) -> None:
        """Take over a plan; one that gives the task up says how the agent stops."""
        self.progress = self.progress.revised(plan)
        if plan.infeasible:
            self.outcome = Infeasible(reason=plan.infeasible)
            self.stop_reason = "infeasible"

    def go_on_from(self, rooted: Rooted, *, taken: tuple[PathStep, ...]) -> None:
        """Begin anew where committing these steps has led; they are taken, no longer tried."""
        self.taken += taken
        self.path, self.worlds, self.tries = Path(root=rooted.root), rooted.worlds, []
