"""Which path is taken where no end was judged complete."""

from __future__ import annotations

from grid_search import grid, run

from mcts.gridworld import GridWorld
from mcts.scripted import ScriptedAppraiser, ScriptedPolicy, ScriptedReflector
from mcts.searchers import override, webpilot

OPEN = grid("...\n.S.\n..G")


def test_without_acceptance_webpilot_takes_the_first_line():
    scores = {"at 0,1": 2.0, "at 1,2": 4.0, "at 2,1": 3.0}
    moves = [OPEN.button(name) for name in ("up", "right", "down")]
    done = run(
        override(webpilot(), max_depth=1),
        world=GridWorld(OPEN),
        policy=ScriptedPolicy({"at 1,1": [moves]}),
        appraiser=ScriptedAppraiser(scores),
        reflector=ScriptedReflector(),
    )
    assert done.result.steps[-1].observation.title == "at 0,1"
    assert not done.result.accepted


def test_without_acceptance_the_best_leaf_is_taken():
    scores = {"at 0,1": 2.0, "at 1,2": 4.0, "at 2,1": 3.0}
    moves = [OPEN.button(name) for name in ("up", "right", "down")]
    done = run(
        override(webpilot(), max_depth=1, fall_back="best_leaf"),
        world=GridWorld(OPEN),
        policy=ScriptedPolicy({"at 1,1": [moves]}),
        appraiser=ScriptedAppraiser(scores),
        reflector=ScriptedReflector(),
    )
    assert done.result.steps[-1].observation.title == "at 1,2"
    assert done.result.stop_reason == "exhausted"
    assert done.result.outcome is None


def test_a_leaf_scored_nought_is_preferred_to_an_unscored_one():
    done = run(
        override(webpilot(), max_depth=1, fall_back="best_leaf"),
        world=GridWorld(OPEN),
        policy=ScriptedPolicy({"at 1,1": [[OPEN.button("up"), OPEN.button("right")]]}),
        appraiser=ScriptedAppraiser({"at 1,2": 0.0}),
    )
    assert done.result.steps[-1].observation.title == "at 1,2"
