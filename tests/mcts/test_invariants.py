"""What holds for every search on every grid, fault and budget."""

from __future__ import annotations

import pytest
from grid_search import run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcts.gridworld import MOVES, Grid, GridWorld
from mcts.node import Status
from mcts.searchers import greedy, override, paper, webpilot
from webpilot.budget import Limits

CELLS = st.sampled_from("....#KDX")
BOUNDS = {"paper": (0.0, 10.0), "webpilot": (0.0, 1.0)}


@st.composite
def grids(draw):
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(2, 4))
    cells = [draw(CELLS) for _ in range(rows * columns)]
    start, goal = draw(
        st.lists(st.integers(0, rows * columns - 1), min_size=2, max_size=2, unique=True)
    )
    cells[start], cells[goal] = "S", "G"
    lines = ["".join(cells[row * columns : (row + 1) * columns]) for row in range(rows)]
    return Grid("\n".join(lines))


@st.composite
def configs(draw):
    config = draw(st.sampled_from([paper(), webpilot(), greedy()]))
    return override(
        config,
        select=draw(st.sampled_from(["goal_oriented", "uct", "puct", "greedy"])),
        expand=draw(st.sampled_from(["one_at_a_time", "ranked"])),
        evaluate=draw(
            st.sampled_from(
                ["always_simulate", "simulate_where_it_matters", "no_simulation", "trust_policy"]
            )
        ),
        backup=draw(st.sampled_from(["maximal_value", "mean"])),
        rollouts=draw(st.integers(1, 25)),
        branches=draw(st.integers(1, 4)),
        max_depth=draw(st.integers(1, 6)),
        exploration=draw(st.sampled_from([0.1, 1.0, 5.0])),
    )


@st.composite
def searches(draw):
    """Return a function that runs one drawn search anew at each call."""
    grid, config = draw(grids()), draw(configs())
    places = [f"at {row},{column}" for row in range(4) for column in range(4)]
    drifting = draw(st.frozensets(st.sampled_from(places), max_size=4))
    failing = draw(
        st.frozensets(
            st.tuples(st.sampled_from(places), st.sampled_from(sorted(MOVES))), max_size=4
        )
    )
    drift_from, ends = draw(st.integers(0, 8)), draw(st.booleans())
    limits = Limits(
        rollouts=draw(st.none() | st.integers(0, 20)),
        explored_steps=draw(st.none() | st.integers(0, 20)),
    )
    noise, seed = draw(st.sampled_from([0.0, 1.0, 4.0])), draw(st.integers(0, 1000))
    left = draw(st.none() | st.integers(0, 5))

    def again():
        world = GridWorld(
            grid, goal_ends=ends, drifting=drifting, drift_from=drift_from, failing=failing
        )
        return run(
            config, world=world, limits=limits, noise=noise, seed=seed, remaining_actions=left
        )

    return again, config, limits, left


SLOW = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@SLOW
@given(searches())
def test_every_search_is_sound(drawn):
    again, config, limits, left = drawn
    done = again()
    tree, result = done.tree, done.result
    tree.invariants(bounds=BOUNDS[tree.scale])

    counted = sum(node.visits - sum(c.visits for c in tree.children(node)) for node in tree)
    assert tree.root.visits == counted
    assert counted <= done.budget.spent("rollouts") <= config.rollouts

    if config.backup.__name__ == "maximal_value_backup":
        for node in tree:
            known = [each.value for each in tree.children(node) if each.value is not None]
            known += [] if node.reward is None or not node.visits else [node.reward]
            assert node.value == (max(known) if known else None)

    for key in ("rollouts", "explored_steps"):
        limit = getattr(limits, key)
        assert limit is None or done.budget.spent(key) <= limit
    assert done.budget.spent("explored_steps") == len(done.stepped)

    best = tree[result.best]
    assert not best.excluded
    assert result.accepted == best.accepted
    assert result.steps == tree.steps(best)
    assert left is None or len(result.steps) <= left
    assert max(node.depth for node in tree) <= config.max_depth
    assert result.stop_reason in ("done", "exhausted", "budget", "limit", "drift")
    assert (result.stop_reason == "done") == result.accepted


@SLOW
@given(searches())
def test_every_search_repeats_itself_exactly(drawn):
    again, *_ = drawn
    first, second = again(), again()
    assert first.tree.to_dict() == second.tree.to_dict()
    assert first.events == second.events
    assert first.world.log == second.world.log
    assert first.result.best == second.result.best


@SLOW
@given(searches())
def test_no_drifted_node_is_ever_stepped_from_again(drawn):
    again, *_ = drawn
    done = again()
    drifted = {node.id for node in done.tree if node.status is Status.DRIFTED}
    gone: set[int] = set()
    for name, data in done.events:
        if name == "drift":
            gone |= set(data["excluded"])
        elif name == "node":
            assert data["parent"] not in gone
        elif name == "select":
            assert not gone & set(data["path"])
    assert gone == drifted


@pytest.mark.parametrize("seed", range(3))
def test_values_only_rise_on_the_way_up_and_in_time(seed):
    done = run(override(webpilot(), rollouts=30), noise=3.0, seed=seed)
    for node in done.tree:
        parent = done.tree.parent(node)
        if parent is not None and node.value is not None:
            assert parent.value >= node.value
