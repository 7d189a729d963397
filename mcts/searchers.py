"""The searchers, and the functions they are made of, by name.

An ablation is one override, e.g. ``override(paper(), reflect="no_child_reflection")``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mcts.backup import maximal_value_backup, mean_backup
from mcts.choose import best_leaf, first_line
from mcts.config import SearchConfig
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
from mcts.scale import paper_scale, webpilot_scale
from mcts.select import goal_oriented_selection, intuition_first, puct, uct
from mcts.select import greedy as best_first
from webpilot.overriding import Tables
from webpilot.overriding import override as overridden

__all__ = [
    "BACKUPS",
    "EVALUATIONS",
    "EXPANSIONS",
    "FALL_BACKS",
    "REFLECTIONS",
    "SCALES",
    "SELECTIONS",
    "TABLES",
    "greedy",
    "override",
    "paper",
    "webpilot",
]

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

TABLES: Tables = {
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
    return overridden(config, TABLES, kind="searcher", **changes)


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
