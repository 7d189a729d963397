"""What a searcher is made of: functions chosen by name, and numbers.

An ablation is one override, e.g. ``override(paper(), reflect="no_child_reflection")``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from mcts.backup import maximal_value_backup, mean_backup
from mcts.choose import best_leaf, first_line
from mcts.evaluate import (
    always_simulate,
    both_reflections,
    no_child_reflection,
    no_reflection,
    no_sibling_reflection,
    no_simulation,
    simulate_where_it_matters,
    trust_policy,
)
from mcts.expand import one_at_a_time, ranked
from mcts.frame import Frame
from mcts.node import Node
from mcts.protocols import NodeContext, Reflections, Reflector
from mcts.scale import paper_scale, webpilot_scale
from mcts.select import goal_oriented_selection, intuition_first, puct, uct
from mcts.select import greedy as best_first
from mcts.tree import Tree
from webpilot.errors import ConfigError

__all__ = [
    "BACKUPS",
    "EVALUATIONS",
    "EXPANSIONS",
    "FALL_BACKS",
    "REFLECTIONS",
    "SCALES",
    "SELECTIONS",
    "SearchConfig",
    "greedy",
    "override",
    "paper",
    "webpilot",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchConfig:
    """One searcher. Thresholds and values are in the searcher's scale, appraisals in [0, 10]."""

    select: Callable[[Tree, Node, SearchConfig], Node | None]
    expand: Callable[[Frame, Node], Awaitable[Node | None]]
    evaluate: Callable[[Frame, Node], Awaitable[None]]
    backup: Callable[[Tree, Node, SearchConfig], None]
    reflect: Callable[[Reflector, NodeContext], Awaitable[Reflections]]
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
        names = (name for name, function in SCALES.items() if function is self.scale)
        return next(names, getattr(self.scale, "__name__", "custom"))


SELECTIONS = {
    "goal_oriented": goal_oriented_selection,
    "uct": uct,
    "puct": puct,
    "intuition_first": intuition_first,
    "greedy": best_first,
}
EXPANSIONS = {"one_at_a_time": one_at_a_time, "ranked": ranked}
EVALUATIONS = {
    "always_simulate": always_simulate,
    "simulate_where_it_matters": simulate_where_it_matters,
    "no_simulation": no_simulation,
    "trust_policy": trust_policy,
}
BACKUPS = {"maximal_value": maximal_value_backup, "mean": mean_backup}
REFLECTIONS = {
    "both_reflections": both_reflections,
    "no_child_reflection": no_child_reflection,
    "no_sibling_reflection": no_sibling_reflection,
    "no_reflection": no_reflection,
}
FALL_BACKS = {"best_leaf": best_leaf, "first_line": first_line}
SCALES = {"paper": paper_scale, "webpilot": webpilot_scale}

TABLES: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "select": SELECTIONS,
    "expand": EXPANSIONS,
    "evaluate": EVALUATIONS,
    "backup": BACKUPS,
    "reflect": REFLECTIONS,
    "scale": SCALES,
    "fall_back": FALL_BACKS,
}


def override(config: SearchConfig, **changes: Any) -> SearchConfig:
    """Return ``config`` with changes; functions may be given by name.

    Raises:
        ConfigError: no such field, or no such function; the message lists what there is.
    """
    known = [each.name for each in fields(config)]
    resolved: dict[str, Any] = {}
    for key, value in changes.items():
        if key not in known:
            raise ConfigError(f"search has no setting {key!r}; it has {', '.join(known)}")
        if isinstance(value, str):
            table = TABLES.get(key, {})
            if value not in table:
                raise ConfigError(f"search.{key}={value!r} is not one of {', '.join(table)}")
            value = table[value]
        resolved[key] = value
    return replace(config, **resolved)


def paper() -> SearchConfig:
    """Return the published method (method.md, sections 4 and 7)."""
    return SearchConfig(
        select=goal_oriented_selection,
        expand=one_at_a_time,
        evaluate=always_simulate,
        backup=maximal_value_backup,
        reflect=both_reflections,
        scale=paper_scale,
        fall_back=best_leaf,
    )


def webpilot() -> SearchConfig:
    """Return our improved design: priors, ranked proposals, simulation where it matters, [0, 1]."""
    return SearchConfig(
        select=intuition_first,
        expand=ranked,
        evaluate=simulate_where_it_matters,
        backup=maximal_value_backup,
        reflect=both_reflections,
        scale=webpilot_scale,
        fall_back=first_line,
        rollouts=24,
        candidates=5,
        max_depth=10,
        exploration=0.5,
        first_play=0.4,
        accept=0.5,
        accepts=3,
        confident=0.995,
        promote=0.9,
        step_cost=0.01,
    )


def greedy() -> SearchConfig:
    """Return the chain of best proposals: one branch, no look ahead, stops are believed."""
    return replace(
        webpilot(),
        select=best_first,
        evaluate=trust_policy,
        rollouts=None,
        branches=1,
        candidates=1,
        accept=0.0,
        accepts=1,
    )
