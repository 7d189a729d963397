"""What a search does: paths, acceptance, stops, limits, events."""

from __future__ import annotations

import pytest
from grid_search import CONFIGS, grid, run

from mcts.gridroles import GridPolicy
from mcts.gridworld import GridWorld
from mcts.node import Status
from mcts.scripted import ScriptedAppraiser, ScriptedPolicy, ScriptedReflector
from mcts.searchers import greedy, override, paper, webpilot
from webpilot.budget import Limits
from webpilot.errors import BrowserLost
from webpilot.types import Answer, Done, Infeasible

CORRIDOR = grid("S..G")
"""From 0,0 to 0,3 by three moves to the right."""

STAIRS = grid("S.#\n#..\n##G")

OPEN = grid("...\n.S.\n..G")


def right(world=CORRIDOR):
    return world.button("right")


def corridor_policy(**extra):
    moves = {f"at 0,{column}": [[right()]] for column in range(3)}
    return ScriptedPolicy({**moves, **extra})


def corridor_scores(*, done="at 0,3", **scores):
    return ScriptedAppraiser(
        {"at 0,1": 4.0, "at 0,2": 6.0, "at 0,3": 9.0, **scores}, done=frozenset({done})
    )


@pytest.mark.parametrize("name", CONFIGS)
def test_the_chosen_path_leads_from_the_root_to_the_goal(name):
    done = run(CONFIGS[name], world=GridWorld(STAIRS))
    assert done.result.accepted
    assert done.result.stop_reason == "done"
    assert isinstance(done.result.outcome, Done)
    moves = [step.action.args[0] for step in done.result.steps]
    assert moves == ["right", "down", "right", "down"]
    assert done.result.steps[-1].observation.title == "at 2,2"


def test_only_the_paper_is_held_up_where_one_action_must_be_repeated():
    accepted = {
        name: run(config, world=GridWorld(CORRIDOR)).result.accepted
        for name, config in CONFIGS.items()
    }
    assert accepted == {"paper": False, "webpilot": True, "greedy": True}


def test_greedy_follows_one_chain_and_never_goes_back():
    done = run(greedy(), world=GridWorld(CORRIDOR))
    assert [node.parent for node in done.tree] == [None, 0, 1, 2]
    assert done.restored == ["at 0,0"]
    assert done.world.leases == 1


def test_greedy_tries_again_where_an_action_failed():
    world = GridWorld(CORRIDOR, failing=frozenset({("at 0,0", "right")}))
    policy = ScriptedPolicy({"at 0,0": [[right()], [CORRIDOR.button("up")], [right()], []]})
    done = run(greedy(), world=world, policy=policy, reflector=ScriptedReflector())
    assert [node.status for node in done.tree] == [Status.OPEN, Status.DEAD, Status.DEAD]
    assert len(policy.asked[1].siblings) == 1
    assert done.result.steps == ()
    assert done.result.stop_reason == "exhausted"


def test_greedy_believes_a_proposed_stop():
    policy = corridor_policy(**{"at 0,1": [[Done(reason="enough")]]})
    done = run(greedy(), world=GridWorld(CORRIDOR), policy=policy, appraiser=corridor_scores())
    assert done.result.accepted
    assert done.result.outcome == Done(reason="enough")
    assert len(done.result.steps) == 1
    assert done.stepped == ["at 0,0 right"]


@pytest.mark.parametrize("move", [Infeasible(reason="walled in"), Answer(text="42")])
def test_a_stop_is_a_terminal_node_that_touches_no_page(move):
    policy = ScriptedPolicy({"at 0,0": [[move]]})
    done = run(
        override(webpilot(), evaluate="no_simulation"),
        world=GridWorld(CORRIDOR),
        policy=policy,
        appraiser=ScriptedAppraiser({"at 0,0": 8.0}, believes=True),
    )
    node = done.tree[1]
    assert node.status is Status.TERMINAL
    assert node.observation is done.tree.root.observation
    assert done.stepped == []
    assert done.budget.spent("explored_steps") == 0
    assert done.result.outcome == move
    assert done.result.accepted
    assert done.result.stop_reason == ("infeasible" if isinstance(move, Infeasible) else "done")


def test_the_appraiser_is_shown_the_proposed_stop():
    appraiser = ScriptedAppraiser({"at 0,0": 8.0}, believes=True)
    run(
        webpilot(),
        world=GridWorld(CORRIDOR),
        policy=ScriptedPolicy({"at 0,0": [[Answer(text="42")]]}),
        appraiser=appraiser,
    )
    assert [context.claim for context in appraiser.asked] == [Answer(text="42")]


def test_a_stop_nobody_believes_still_says_how_to_stop_if_nothing_better_is_found():
    done = run(
        webpilot(),
        world=GridWorld(CORRIDOR),
        policy=ScriptedPolicy({"at 0,0": [[Answer(text="42")]]}),
        appraiser=ScriptedAppraiser({"at 0,0": 3.0}),
    )
    assert not done.result.accepted
    assert done.result.stop_reason == "exhausted"
    assert done.result.outcome == Answer(text="42")


def test_a_complete_page_below_the_threshold_ends_its_branch_but_is_not_accepted():
    done = run(
        override(paper(), branches=1, evaluate="no_simulation"),
        world=GridWorld(grid("SG")),
        appraiser=corridor_scores(done="at 0,1", **{"at 0,1": 4.9}),
    )
    goal = done.child("at 0,1")
    assert goal.status is Status.TERMINAL
    assert not goal.accepted
    assert not done.result.accepted


def test_an_unscored_page_is_never_accepted():
    done = run(greedy(), world=GridWorld(CORRIDOR), appraiser=corridor_scores(**{"at 0,3": None}))
    goal = done.tree[3]
    assert goal.reward is None
    assert goal.value is None
    assert not done.result.accepted
    assert done.result.best == goal.id


def test_the_search_goes_on_after_a_doubtful_acceptance_and_keeps_the_better_one():
    scores = {"at 0,1": 6.0, "at 2,1": 6.0, "at 1,2": 7.0, "at 1,0": 5.0}
    moves = [OPEN.button(name) for name in ("up", "right", "down")]
    done = run(
        override(webpilot(), evaluate="no_simulation"),
        world=GridWorld(OPEN),
        policy=ScriptedPolicy({"at 1,1": [moves]}),
        appraiser=ScriptedAppraiser(scores, done=frozenset(scores)),
        reflector=ScriptedReflector(),
    )
    assert [data["node"] for data in done.named("accept")] == [1, 2, 3]
    assert done.result.steps[-1].observation.title == "at 1,2"
    assert done.result.stop_reason == "done"


def test_a_confident_acceptance_stops_at_once():
    moves = [OPEN.button(name) for name in ("up", "right", "down")]
    done = run(
        webpilot(),
        world=GridWorld(OPEN),
        policy=ScriptedPolicy({"at 1,1": [moves]}),
        appraiser=ScriptedAppraiser({"at 0,1": 10.0}, done=frozenset({"at 0,1"})),
    )
    assert len(done.tree) == 2


def test_confidence_does_not_depend_on_the_length_of_the_path():
    config = override(webpilot(), step_cost=0.3, evaluate="no_simulation")
    done = run(config, world=GridWorld(CORRIDOR), appraiser=corridor_scores())
    assert done.result.accepted
    assert done.tree[done.result.best].reward < config.accept


def test_the_paper_spends_its_first_rollout_on_the_root():
    done = run(override(paper(), rollouts=10), noise=2.0)
    assert sum(not node.excluded for node in done.tree) == 10
    assert done.tree.root.visits == 10
    assert done.tree.root.reward is None
    assert done.result.stop_reason == "exhausted"


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_the_action_limit_cuts_the_path(limit):
    policy = GridPolicy(CORRIDOR)
    done = run(greedy(), world=GridWorld(CORRIDOR), policy=policy, remaining_actions=limit)
    assert len(done.result.steps) == limit
    assert done.result.stop_reason == "limit"
    assert [context.remaining_actions for context in policy.asked] == [2, 1][2 - limit :]


def test_a_goal_on_the_last_allowed_action_is_done_not_limit():
    done = run(greedy(), world=GridWorld(CORRIDOR), remaining_actions=3)
    assert done.result.stop_reason == "done"


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("steps", range(12))
def test_a_budget_that_ends_anywhere_leaves_a_sound_tree_and_a_path(name, steps):
    done = run(CONFIGS[name], limits=Limits(explored_steps=steps), noise=2.0)
    done.tree.invariants()
    assert done.budget.spent("explored_steps") == len(done.stepped) <= steps
    if not done.result.accepted:
        assert done.result.stop_reason == "budget"
    assert done.result.steps == done.tree.steps(done.tree[done.result.best])


def test_a_failed_action_costs_a_step_but_no_rollout_and_counts_nowhere():
    world = GridWorld(CORRIDOR, failing=frozenset({("at 0,0", "up"), ("at 0,0", "down")}))
    answers = [[CORRIDOR.button("up")], [CORRIDOR.button("down")], [right()]]
    done = run(
        override(greedy(), max_depth=1), world=world, policy=ScriptedPolicy({"at 0,0": answers})
    )
    assert [node.status for node in done.tree][1:] == [Status.DEAD, Status.DEAD, Status.OPEN]
    assert [node.visits for node in done.tree] == [1, 0, 0, 1]
    assert done.budget.spent("rollouts") == 1
    assert done.budget.spent("explored_steps") == 3


def test_a_budget_that_ends_during_a_look_ahead_keeps_what_the_page_itself_scored():
    done = run(
        paper(),
        world=GridWorld(CORRIDOR),
        appraiser=corridor_scores(),
        policy=corridor_policy(),
        limits=Limits(explored_steps=1),
    )
    assert done.result.stop_reason == "budget"
    node = done.tree[1]
    assert (node.visits, node.value, done.tree.root.value) == (1, 4.0, 4.0)
    assert done.named("node")[-1]["id"] == 1


def test_an_action_that_reports_an_error_but_changed_the_page_is_judged_like_any_other():
    class Complaining(GridWorld):
        def _press(self, name):
            return super()._press(name) or "ValueError: it took too long"

    done = run(greedy(), world=Complaining(grid("SG")))
    assert done.tree[1].status is Status.TERMINAL
    assert done.result.accepted


def test_an_accepted_page_is_taken_before_a_leaf_that_scores_higher():
    done = run(
        override(webpilot(), max_depth=1, evaluate="no_simulation"),
        world=GridWorld(OPEN),
        policy=ScriptedPolicy({"at 1,1": [[OPEN.button("up"), OPEN.button("right")]]}),
        appraiser=ScriptedAppraiser({"at 0,1": 6.0, "at 1,2": 9.0}, done=frozenset({"at 0,1"})),
    )
    assert done.result.steps[-1].observation.title == "at 0,1"


def test_rollouts_are_charged_and_stop_at_the_budget():
    done = run(CONFIGS["webpilot"], limits=Limits(rollouts=3))
    assert done.result.stop_reason == "budget"
    assert done.budget.spent("rollouts") == 3
    assert len(done.tree) == 4


def test_what_was_accepted_before_the_budget_ended_counts_as_done():
    moves = [OPEN.button(name) for name in ("up", "right", "down")]
    done = run(
        webpilot(),
        world=GridWorld(OPEN),
        policy=ScriptedPolicy({"at 1,1": [moves]}),
        appraiser=ScriptedAppraiser({"at 0,1": 6.0}, done=frozenset({"at 0,1"})),
        limits=Limits(rollouts=1),
    )
    assert done.result.stop_reason == "done"
    assert done.result.accepted


def test_replayed_steps_are_not_charged():
    done = run(CONFIGS["webpilot"], noise=3.0)
    replayed = sum(line.startswith("replay") for line in done.world.log)
    assert replayed > 0
    assert done.budget.spent("explored_steps") == len(done.stepped)


def test_a_lost_browser_is_not_the_searchs_to_hide():
    with pytest.raises(BrowserLost):
        run(greedy(), world=GridWorld(lost_at=2))


def test_each_node_and_each_turn_is_announced_as_plain_data():
    done = run(CONFIGS["webpilot"], noise=1.5, seed=7)
    assert [data["id"] for data in done.named("node")] == [node.id for node in done.tree]
    assert {name for name, _ in done.events} == {"node", "restore", "select", "accept", "stop"}
    assert done.events[-1] == (
        "stop",
        {
            "reason": "done",
            "best": done.result.best,
            "accepted": True,
            "nodes": len(done.tree),
            "outcome": {"kind": "done", "reason": "at the goal"},
        },
    )
    for data in done.named("select"):
        assert data["path"][0] == 0


def test_a_trap_is_not_expanded_but_scored_like_any_page():
    world = GridWorld(grid("XSG"))
    policy = ScriptedPolicy({"at 0,1": [[world.grid.button("left")]], "at 0,0": [[right()]]})
    done = run(
        paper(),
        world=world,
        policy=policy,
        appraiser=ScriptedAppraiser({"at 0,0": 6.0, "at 0,1": 6.0}),
    )
    trap = done.tree[1]
    assert trap.ended
    assert trap.value == 6.0
    assert trap.simulation is None
    assert done.stepped == ["at 0,1 left"]
    assert done.tree.children(trap) == []


@pytest.mark.parametrize("name", CONFIGS)
def test_whether_the_page_ended_changes_nothing_but_expansion(name):
    trees = []
    for goal_ends in (False, True):
        world = GridWorld(CORRIDOR, goal_ends=goal_ends)
        data = run(CONFIGS[name], world=world).tree.to_dict()
        trees.append([{**node, "ended": None} for node in data["nodes"]])
    assert trees[0] == trees[1]


def test_two_seeds_differ_and_one_seed_does_not():
    first, again, other = (
        run(CONFIGS["webpilot"], noise=2.0, seed=seed).tree.to_dict() for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_roles_are_told_the_way_here_what_is_left_and_what_elders_did():
    policy = GridPolicy(OPEN, noise=2.0)
    root = GridWorld(OPEN).root("up")
    run(
        override(paper(), max_depth=3),
        world=GridWorld(OPEN),
        policy=policy,
        root=root,
        remaining_actions=6,
    )
    for context in policy.asked:
        assert context.root.title == "at 0,1"
        assert context.remaining_actions == 6 - len(context.history)
        assert context.history == () or context.history[-1].observation is context.observation
        assert not context.simulated
    elders = [context for context in policy.asked if context.siblings]
    assert elders
    assert all(note.reflection is not None for context in elders for note in context.siblings)
