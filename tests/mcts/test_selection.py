from __future__ import annotations

import math

import pytest

from mcts.backup import maximal_value_backup, mean_backup
from mcts.gridworld import Grid, GridWorld
from mcts.node import Status
from mcts.searchers import override, paper, webpilot
from mcts.select import (
    descend,
    goal_oriented_selection,
    greedy,
    has_slot,
    intuition_first,
    puct,
    settle,
    uct,
)
from mcts.tree import Tree
from webpilot.types import Candidate

GRID = Grid()


def tree_with(*children, root_visits=0, root_reward=None):
    """Return a tree whose root has children of (value, visits, prior)."""
    tree = Tree(GridWorld(GRID).root(), scale="paper")
    names = ("up", "down", "left", "right")
    for name, (value, visits, prior) in zip(names, children, strict=False):
        page = GRID.page(GRID.start)
        node = tree.add(tree.root, Candidate(move=GRID.button(name), prior=prior), page)
        node.value, node.visits = value, visits
    tree.root.visits = root_visits
    tree.root.reward = root_reward
    return tree


@pytest.mark.parametrize(("visits", "bound"), [(2, 3.54), (3, 5.77), (4, 7.50), (5, 8.94)])
def test_a_lone_child_beats_a_fresh_sibling_exactly_above_the_papers_threshold(visits, bound):
    for value, wins in ((bound + 0.01, True), (bound - 0.01, False)):
        tree = tree_with((value, visits - 1, None), root_visits=visits)
        chosen = goal_oriented_selection(tree, tree.root, paper())
        assert (chosen is tree[1]) is wins


@pytest.mark.parametrize("visits", range(6, 12))
def test_from_six_visits_on_the_paper_always_tries_a_sibling(visits):
    tree = tree_with((10.0, visits - 1, None), root_visits=visits)
    assert goal_oriented_selection(tree, tree.root, paper()) is None


def test_the_paper_weighs_value_against_visits_among_full_children():
    tree = tree_with((6.0, 5, None), (5.0, 1, None), (1.0, 1, None), root_visits=8)
    assert goal_oriented_selection(tree, tree.root, paper()) is tree[2]
    assert greedy(tree, tree.root, paper()) is tree[1]


def test_an_unscored_child_counts_as_an_untried_one_not_as_nought():
    config = override(paper(), first_play=4.0)
    tree = tree_with((None, 1, None), (3.0, 1, None), (2.0, 1, None), root_visits=4)
    assert goal_oriented_selection(tree, tree.root, config) is tree[1]
    assert tree[1].value is None


def test_equal_children_are_taken_oldest_first():
    tree = tree_with((5.0, 1, None), (5.0, 1, None), (5.0, 1, None), root_visits=4)
    for rule in (goal_oriented_selection, uct, puct, greedy):
        assert rule(tree, tree.root, paper()) is tree[1]


def test_a_child_worth_as_much_as_an_untried_one_is_followed():
    config = override(paper(), exploration=0.0, first_play=5.0)
    tree = tree_with((5.0, 1, None), root_visits=2)
    assert goal_oriented_selection(tree, tree.root, config) is tree[1]


def test_uct_tries_everything_once_and_then_follows_its_formula():
    config = override(paper(), exploration=1.0)
    tree = tree_with((9.0, 1, None), root_visits=2)
    assert uct(tree, tree.root, config) is None
    tree = tree_with((3.0, 8, None), (2.5, 1, None), (0.0, 1, None), root_visits=10)
    spread = math.sqrt(math.log(10))
    assert 2.5 + spread > 3.0 + spread / math.sqrt(8)
    assert uct(tree, tree.root, config) is tree[2]
    tree[3].visits = 0
    assert uct(tree, tree.root, config) is tree[3]


def test_puct_prefers_what_the_policy_thinks_likely():
    tree = tree_with((0.5, 1, 0.1), (0.5, 1, 0.7), (0.5, 1, 0.2), root_visits=4)
    assert puct(tree, tree.root, webpilot()) is tree[2]


def test_puct_follows_a_child_that_made_progress_and_leaves_one_that_lost_ground():
    config = webpilot()
    for value, follows in ((0.7, True), (0.2, False)):
        tree = tree_with((value, 1, 0.4), root_visits=2, root_reward=0.5)
        tree.root.proposals = [Candidate(move=GRID.button("left"), prior=0.3)]
        assert (puct(tree, tree.root, config) is tree[1]) is follows


def test_closed_children_are_passed_over():
    tree = tree_with((9.0, 1, None), (1.0, 1, None), (0.5, 1, None), root_visits=4)
    tree[1].closed = True
    for rule in (goal_oriented_selection, uct, puct, greedy):
        assert rule(tree, tree.root, paper()) is tree[2]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda node: setattr(node, "status", Status.TERMINAL),
        lambda node: setattr(node, "ended", True),
        lambda node: setattr(node, "dry", True),
        lambda node: setattr(node, "depth", 5),
    ],
)
def test_a_node_that_cannot_go_on_offers_no_slot_and_closes(spoil):
    tree = tree_with((5.0, 1, None), root_visits=2)
    node = tree[1]
    assert has_slot(tree, node, paper())
    spoil(node)
    settle(tree, node, paper())
    assert node.closed
    assert not tree.root.closed


@pytest.mark.parametrize("status", [Status.DEAD, Status.DRIFTED])
def test_failed_children_leave_their_place_to_others_but_not_for_ever(status):
    config = override(paper(), branches=1, retries=2)
    for failed in range(4):
        tree = tree_with(*[(None, 0, None)] * failed)
        for node in tree.children(tree.root):
            node.status = status
        assert has_slot(tree, tree.root, config) is (failed <= 2)


def test_a_root_whose_children_are_all_closed_closes_too():
    config = override(paper(), branches=1)
    tree = tree_with((5.0, 1, None), root_visits=2)
    tree[1].status = Status.TERMINAL
    settle(tree, tree[1], config)
    assert tree.root.closed


def test_descending_stops_where_a_slot_wins():
    config = override(paper(), branches=1)
    tree = tree_with((5.0, 1, None), root_visits=2)
    assert descend(tree, config) is tree[1]
    assert descend(tree, paper()) is tree[1]
    tree[1].value = 0.0
    assert descend(tree, paper()) is tree.root


def test_maximal_backup_keeps_the_parents_own_reward():
    tree = tree_with((None, 0, None))
    child = tree[1]
    grandchild = tree.add(child, Candidate(move=GRID.button("up")), GRID.page(GRID.start))
    child.reward, grandchild.reward = 7.0, 4.0
    maximal_value_backup(tree, child, paper())
    maximal_value_backup(tree, grandchild, paper())
    assert (child.value, tree.root.value, grandchild.value) == (7.0, 7.0, 4.0)
    assert child.mean == pytest.approx((7.0 + 0.9 * 4.0) / 2)
    assert tree.root.mean == pytest.approx(0.9 * 7.0)
    assert (tree.root.visits, child.visits, grandchild.visits) == (2, 2, 1)


def test_mean_backup_averages_rewards():
    tree = tree_with((None, 0, None), (None, 0, None))
    for node, reward in ((tree[1], 8.0), (tree[2], 2.0)):
        node.reward = reward
        mean_backup(tree, node, paper())
    assert tree.root.value == pytest.approx(5.0)


def test_an_unscored_node_changes_no_value_but_is_counted():
    for backup in (maximal_value_backup, mean_backup):
        tree = tree_with((None, 0, None), (None, 0, None))
        tree[1].reward = 6.0
        backup(tree, tree[1], override(paper(), discount=1.0))
        backup(tree, tree[2], override(paper(), discount=1.0))
        assert (tree.root.value, tree.root.mean) == (6.0, 6.0)
        assert (tree.root.visits, tree.root.scored) == (2, 1)
        assert tree[2].value is None


def chain_of_bad_news():
    """A root whose first line looks worse with every step, beside a sibling that looks good."""
    tree = tree_with((0.1, 2, 0.2), (0.9, 1, 0.8), root_visits=4, root_reward=0.5)
    deeper = tree.add(tree[1], Candidate(move=GRID.button("up"), prior=0.1), GRID.page(GRID.start))
    deeper.value, deeper.visits = 0.05, 1
    return tree, deeper


def test_the_first_line_is_followed_to_its_end_whatever_its_values_say():
    tree, deeper = chain_of_bad_news()
    config = webpilot()
    assert puct(tree, tree.root, config) is tree[2]
    assert descend(tree, config) is deeper


def test_after_the_first_line_has_ended_values_and_priors_decide():
    tree, deeper = chain_of_bad_news()
    config = webpilot()
    deeper.status = Status.TERMINAL
    settle(tree, deeper, config)
    assert intuition_first(tree, tree.root, config) is puct(tree, tree.root, config) is tree[2]


def test_a_failed_step_of_the_first_line_is_replaced_by_the_next_proposal():
    tree, deeper = chain_of_bad_news()
    config = webpilot()
    deeper.status = Status.DEAD
    settle(tree, deeper, config)
    assert descend(tree, config) is tree[1]
