"""What a searcher is made of: functions, and numbers.

:mod:`mcts.searchers` has the functions by name and the searchers made of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcts.frame import Frame
    from mcts.node import Node
    from mcts.protocols import Lessons, NodeContext, Reflector
    from mcts.tree import Tree

__all__ = ["SearchConfig"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchConfig:
    """One searcher. Thresholds and values are in the searcher's scale, appraisals in [0, 10]."""

    select: Callable[[Tree, Node, SearchConfig], Node | None]
    expand: Callable[[Frame, Node], Awaitable[Node | None]]
    evaluate: Callable[[Frame, Node], Awaitable[None]]
    backup: Callable[[Tree, Node, SearchConfig], None]
    reflect: Callable[[Reflector, NodeContext], Awaitable[Lessons]]
    scale: Callable[[float, int, SearchConfig], float]
    fall_back: Callable[[Tree], Node]
    """Chooses the path where nothing was accepted."""
    rollouts: int | None = 10
    """Rollouts of one attempt; ``None`` leaves the limit to the budget."""
    branches: int = 3
    """Children a node may have, failed ones not counted."""
    candidates: int = 1
    """Proposals asked for in one call."""
    retries: int = 3
    """Times a duplicate is asked again; failed children a node may have before it is given up."""
    max_depth: int = 5
    """Actions from the search's root; a node there is evaluated once and not expanded."""
    exploration: float = 1.0
    """w of the selection rule."""
    prior: float = 5.0
    """P of the paper's rule: a constant, where the policy gives no priors."""
    first_play: float = 0.0
    """Stand-in for the value of what is untried or unscored."""
    w_eff: float = 0.5
    w_fut: float = 0.5
    self_weight: float = 0.75
    simulation_weight: float = 0.25
    accept: float = 5.0
    """A complete node is accepted from this score on, before any step cost."""
    accepts: int = 1
    """Accepted nodes after which the search stops."""
    confident: float = 5.0
    """An accepted node with this score stops the search at once."""
    promote: float = 9.0
    """A simulated step scored above this becomes the first child without a new proposal."""
    discount: float = 0.9
    """Discount of Q a level; bookkeeping only."""
    step_cost: float = 0.0
    """Taken off the value for each action on the way."""
    calibration: tuple[tuple[float, float], ...] = ((0.0, 0.0), (10.0, 1.0))
    """(appraisal total, share of such nodes that lead to the goal), ascending."""

    @property
    def scale_name(self) -> str:
        """Name of the value scale, as ``tree.json`` gives it."""
        return getattr(self.scale, "__name__", "custom").removesuffix("_scale")
