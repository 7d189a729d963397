from __future__ import annotations

import asyncio

import pytest
from grid_search import grid, run

from mcts.gridroles import GridPolicy
from mcts.gridworld import Grid, GridWorld, Place
from mcts.protocols import Level
from mcts.searchers import greedy
from webpilot.errors import BrowserLost
from webpilot.types import Action, Done

MAZE = Grid()


def act(world, *names):
    return [asyncio.run(world.step(world.grid.button(name))) for name in names]


def test_the_maze_is_nine_steps_long_and_needs_the_key():
    assert MAZE.distance(MAZE.start) == 9
    assert MAZE.move(Place(1, 2), "right") is None
    assert MAZE.move(Place(1, 2, True), "right") == Place(1, 3, True)


def test_walls_and_unknown_buttons_are_errors_on_the_page():
    world = GridWorld()
    assert act(world, "up")[0].observation.last_error == "ValueError: up is blocked"
    after = asyncio.run(world.step(Action(kind="click", args=("sideways",))))
    assert after.observation.last_error == "ValueError: no button sideways"
    assert asyncio.run(world.observe()).title == "at 0,0"


def test_a_trap_ends_the_page_and_the_goal_does_where_told_to():
    assert [step.ended for step in act(GridWorld(grid("SX")), "right")] == [True]
    assert [step.ended for step in act(GridWorld(grid("SG")), "right")] == [False]
    assert [step.ended for step in act(GridWorld(grid("SG"), goal_ends=True), "right")] == [True]


def test_restoring_replays_the_whole_path_from_a_fresh_page():
    world = GridWorld()
    path = world.root("right", "right", "down", "down")
    act(world, "down")
    restored = asyncio.run(world.restore(path))
    assert restored.level is Level.EXACT
    assert restored.observation == path.target
    assert restored.observation.title == "at 2,2 with key"


def test_faults_strike_when_told_to():
    world = GridWorld(drifting=frozenset({"at 0,1"}), drift_from=1)
    path = world.root("right")
    levels = [asyncio.run(world.restore(path)).level for _ in range(2)]
    assert levels == [Level.EXACT, Level.DRIFTED]
    world = GridWorld(failing=frozenset({("at 0,0", "right")}), lost_at=1)
    assert act(world, "right")[0].observation.last_error
    with pytest.raises(BrowserLost):
        act(world, "down")


def test_a_place_reads_back_from_its_page():
    for place in (Place(1, 2), Place(0, 3, True)):
        assert MAZE.place(MAZE.page(place)) == place


def test_a_policy_may_propose_to_stop_at_the_goal():
    world = GridWorld(grid("SG"))
    policy = GridPolicy(world.grid, stops=True)
    done = run(greedy(), world=world, policy=policy, root=world.root("right"))
    assert done.result.outcome == Done(reason="at the goal")
    assert done.result.steps == ()
    assert done.result.accepted


def test_a_goal_walled_in_is_infinitely_far():
    walled = grid("S#G")
    assert walled.distance(walled.start) is None
    done = run(greedy(), world=GridWorld(walled))
    assert not done.result.accepted
