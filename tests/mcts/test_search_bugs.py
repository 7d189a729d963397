"""Bugs of published web-agent searches that must not return (method notes, sections 10 and 5)."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest
from grid_search import CONFIGS, grid, run

from mcts.gridroles import GridAppraiser, GridPolicy
from mcts.gridworld import Grid, GridWorld
from mcts.node import Status
from mcts.protocols import Restored, Transition
from mcts.scripted import ScriptedAppraiser, ScriptedPolicy, ScriptedReflector
from mcts.searchers import greedy, override, paper, webpilot
from webpilot.observation import Observation

OPEN = grid("...\n.S.\n..G")
UP, DOWN, LEFT, RIGHT = (OPEN.button(name) for name in ("up", "down", "left", "right"))

PLAIN = {
    "paper": override(CONFIGS["paper"], evaluate="no_simulation"),
    "webpilot": override(CONFIGS["webpilot"], evaluate="no_simulation"),
    "greedy": CONFIGS["greedy"],
}


@pytest.mark.parametrize("name", CONFIGS)
def test_no_page_is_appraised_twice_not_even_at_the_depth_limit(name):
    grid_ = Grid()
    appraiser = GridAppraiser(grid_, noise=2.0)
    config = override(CONFIGS[name], max_depth=3, rollouts=40)
    run(config, world=GridWorld(grid_), appraiser=appraiser, noise=2.0)
    real = [context.seed for context in appraiser.asked if not context.simulated]
    assert real
    assert max(Counter(real).values()) == 1


@pytest.mark.parametrize("seed", range(5))
def test_after_stepping_back_from_an_exhausted_node_the_history_is_the_way_here(seed):
    grid_ = grid("X..\n.S.\nX.#\nG##")
    policy = GridPolicy(grid_, noise=5.0)
    config = override(paper(), rollouts=None, branches=2, max_depth=3)
    done = run(config, world=GridWorld(grid_), policy=policy, seed=seed)
    assert done.tree.root.closed
    assert len(policy.asked) > 6
    for context in policy.asked:
        place = grid_.start
        for step in context.history:
            place = grid_.move(place, step.action.args[0])
            assert step.observation.title == place.text
        assert context.observation.title == place.text


@pytest.mark.parametrize("name", CONFIGS)
def test_a_root_with_nothing_to_try_survives_as_an_empty_path(name):
    done = run(CONFIGS[name], world=GridWorld(OPEN), policy=ScriptedPolicy({}))
    assert done.result.steps == ()
    assert done.result.best == 0
    assert done.result.outcome is None
    assert done.result.stop_reason == "exhausted"
    done.tree.invariants()


@pytest.mark.parametrize("name", CONFIGS)
def test_an_exhausted_root_gives_the_best_leaf_not_the_root(name):
    policy = ScriptedPolicy({"at 1,1": [[UP], [LEFT]]})
    scores = ScriptedAppraiser({"at 0,1": 3.0, "at 1,0": 4.0})
    done = run(PLAIN[name], world=GridWorld(OPEN), policy=policy, appraiser=scores)
    assert done.tree.root.closed
    assert len(done.result.steps) == 1
    assert not done.result.accepted


@pytest.mark.parametrize("name", CONFIGS)
def test_stored_actions_and_pages_are_passed_on_never_copied_or_changed(name):
    offered = {}

    class Keeping(GridPolicy):
        async def propose(self, context, k):
            answer = await super().propose(context, k)
            for candidate in answer:
                offered[id(candidate.move)] = (candidate.move, repr(candidate.move))
            return answer

    world = GridWorld()
    done = run(CONFIGS[name], world=world, policy=Keeping(world.grid, noise=2.0))
    assert done.result.steps
    for node in done.tree.nodes[1:]:
        move, text = offered[id(node.action)]
        assert node.action is move
        assert repr(move) == text
        path = done.tree.path(node)
        assert path.steps[-1].action is move
        assert path.target is node.observation
    assert done.tree.path(done.tree.root).target is done.tree.root.observation


def test_each_node_is_written_once_never_the_whole_tree():
    done = run(CONFIGS["webpilot"], noise=2.0)
    assert len(done.named("node")) == len(done.tree)
    for _, data in done.events:
        assert "nodes" not in data or isinstance(data["nodes"], int)


@pytest.mark.parametrize("name", CONFIGS)
def test_an_empty_reflection_is_no_reflection_and_nothing_breaks(name):
    policy = GridPolicy(OPEN, noise=3.0)
    done = run(CONFIGS[name], world=GridWorld(OPEN), policy=policy, reflector=ScriptedReflector())
    done.tree.invariants()
    notes = [note for context in policy.asked for note in context.siblings]
    assert all(note.reflection is None or note.reflection.avoid for note in notes)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("seed", range(4))
def test_each_chosen_action_runs_exactly_once_and_at_its_own_parent(name, seed):
    done = run(PLAIN[name], noise=3.0, seed=seed)
    expected = [
        f"{done.tree.parent(node).observation.title} {node.action.args[0]}"
        for node in done.tree
        if node.action is not None
    ]
    assert done.stepped == expected


def test_no_reward_crosses_into_the_search():
    for kind in (Transition, Restored, Observation):
        names = {each.name for each in fields(kind)}
        assert not names & {"reward", "info", "success", "terminated", "truncated", "console"}


# ------------------------------------------------------------------------------------- drift

THREE = {"at 1,1": [[UP, DOWN, LEFT]], "at 0,1": [[LEFT]], "at 2,1": [[LEFT]], "at 1,0": [[UP]]}


def search_drifting(drifting, scores, *, config=None, answers=None, done=frozenset(), **extra):
    return run(
        config or override(webpilot(), evaluate="no_simulation", max_depth=2),
        world=GridWorld(OPEN, drifting=frozenset(drifting), **extra),
        policy=ScriptedPolicy(answers or THREE),
        appraiser=ScriptedAppraiser(scores, done=done),
        reflector=ScriptedReflector(),
    )


SCORES = {"at 0,1": 6.0, "at 2,1": 1.0, "at 1,0": 1.0, "at 0,0": 8.0, "at 2,0": 2.0}


def test_nothing_continues_from_a_page_that_came_out_differently():
    config = override(paper(), max_depth=2)
    answers = {"at 1,1": [[UP], [DOWN], [LEFT]], "at 0,1": [[LEFT], [RIGHT]]}
    done = search_drifting({"at 0,1"}, SCORES, config=config, answers=answers)
    assert done.child("at 0,1").status is Status.DRIFTED
    index = done.world.log.index("restore at 0,1")
    after = [line for line in done.world.log[index + 1 :] if not line.startswith("replay")]
    assert after[0] == "restore at 1,1"
    assert done.named("drift") == [{"node": 1, "excluded": [1]}]


def test_a_node_that_drifts_after_scoring_is_excluded_and_its_ancestors_recomputed():
    config = override(webpilot(), evaluate="no_simulation", max_depth=2, exploration=0.1)
    answers = {"at 1,1": [[UP, DOWN]], "at 0,1": [[LEFT, RIGHT]]}
    steady = search_drifting(set(), SCORES, config=config, answers=answers)
    shaken = search_drifting({"at 0,1"}, SCORES, config=config, answers=answers)
    assert steady.tree.root.value == pytest.approx(0.78)
    lost = shaken.child("at 0,1")
    below = shaken.tree.descendants(lost)
    assert below
    for node in (lost, *below):
        assert node.status is Status.DRIFTED
        assert (node.visits, node.value) == (0, None)
        assert node.reward is not None
    assert shaken.tree.root.value == pytest.approx(0.09)
    assert shaken.result.steps[0].action == DOWN
    shaken.tree.invariants()


def test_an_accepted_node_that_drifted_is_not_chosen():
    config = override(webpilot(), evaluate="no_simulation", max_depth=2, exploration=0.1)
    answers = {"at 1,1": [[UP, DOWN]], "at 0,1": [[LEFT, RIGHT]], "at 2,1": [[LEFT]]}
    scores = {**SCORES, "at 0,0": 7.0, "at 2,0": 6.0}
    done = search_drifting(
        {"at 0,1"}, scores, config=config, answers=answers, done=frozenset({"at 0,0", "at 2,0"})
    )
    assert done.named("accept")[0]["node"] in {
        node.id for node in done.tree if node.status is Status.DRIFTED
    }
    assert done.result.accepted
    assert done.result.steps[-1].observation.title == "at 2,0"


def test_if_every_candidate_drifts_the_root_is_what_remains():
    config = override(webpilot(), evaluate="no_simulation", exploration=9.0, retries=1, branches=2)
    done = search_drifting({"at 0,1", "at 2,1", "at 1,0"}, SCORES, config=config)
    assert done.result.stop_reason == "drift"
    assert done.result.steps == ()


def test_a_root_that_cannot_be_reached_again_ends_the_search_with_the_best_so_far():
    done = search_drifting({"at 1,1"}, SCORES, drift_from=1)
    assert done.result.stop_reason == "drift"
    assert done.result.steps[-1].observation.title == "at 0,0"
    assert done.named("drift") == [{"node": 0, "excluded": []}]


def test_a_root_that_is_not_there_from_the_start_is_not_searched():
    done = search_drifting({"at 1,1"}, SCORES)
    assert done.result.stop_reason == "drift"
    assert len(done.tree) == 1
    assert done.stepped == []


def test_greedy_needs_no_restoration_so_drift_cannot_hurt_it():
    done = run(greedy(), world=GridWorld(drifting=frozenset({"at 0,1", "at 0,2"})))
    assert done.result.accepted


@pytest.mark.parametrize("backup", ["maximal_value", "mean"])
def test_excluding_gives_the_values_that_the_rest_alone_would_have(backup):
    from mcts.backup import exclude
    from mcts.tree import Tree
    from webpilot.types import Candidate

    config = override(paper(), backup=backup)

    def grown(without):
        tree = Tree(GridWorld(OPEN).root(), scale="paper")
        config.backup(tree, tree.root, config)
        for index, (parent, reward) in enumerate([(0, 3.0), (0, 5.0), (1, 9.0), (2, 4.0)], 1):
            node = tree.add(tree[parent], Candidate(move=UP), OPEN.page(OPEN.start))
            node.reward = reward
            if index not in without:
                config.backup(tree, node, config)
        return tree

    tree = grown(set())
    assert exclude(tree, tree[1], config) == [1, 3]
    rest = grown({1, 3})
    for kept in (0, 2, 4):
        one, other = tree[kept], rest[kept]
        assert (one.visits, one.scored, one.value, one.mean) == (
            other.visits,
            other.scored,
            other.value,
            other.mean,
        )
