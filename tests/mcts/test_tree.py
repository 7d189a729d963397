from __future__ import annotations

import pytest

from mcts.gridworld import Grid, GridWorld
from mcts.node import Node, Status, move_key
from mcts.record import (
    move_from_dict,
    move_to_dict,
    node_from_dict,
    node_to_dict,
)
from mcts.tree import Tree
from webpilot.errors import ActionError, WebPilotError
from webpilot.types import Action, Answer, Candidate, Completion, Done, Infeasible

GRID = Grid()


def small_tree() -> Tree:
    """Return root -> (1, 2), 1 -> 3."""
    tree = Tree(GridWorld(GRID).root(), scale="paper")
    page = GRID.page(GRID.start)
    first = tree.add(tree.root, Candidate(move=GRID.button("right")), page)
    tree.add(tree.root, Candidate(move=GRID.button("down")), page)
    tree.add(first, Candidate(move=GRID.button("left")), page)
    return tree


def test_kin_come_in_creation_order():
    tree = small_tree()
    assert [node.id for node in tree] == [0, 1, 2, 3]
    assert tree.children(tree.root) == [tree[1], tree[2]]
    assert tree.siblings(tree[2]) == [tree[1]]
    assert tree.siblings(tree.root) == []
    assert tree.lineage(tree[3]) == [tree[0], tree[1], tree[3]]
    assert tree.descendants(tree.root) == tree.nodes[1:]
    assert tree.parent(tree.root) is None


def test_a_path_starts_with_what_earlier_subtasks_did():
    start = GridWorld(GRID).root("right", "right")
    tree = Tree(start, scale="paper")
    node = tree.add(tree.root, Candidate(move=GRID.button("down")), GRID.page(GRID.start))
    path = tree.path(node)
    assert path.committed == start.committed
    assert [step.action.raw for step in path.steps] == ["click('down')"]
    assert tree.root.observation is start.target


def test_a_stop_adds_no_step_to_path_depth_or_history():
    tree = small_tree()
    stop = tree.add(tree[1], Candidate(move=Done()), tree[1].observation, status=Status.TERMINAL)
    tree.invariants()
    assert stop.depth == tree[1].depth
    assert tree.path(stop).steps == tree.path(tree[1]).steps
    assert tree.history(stop) == tree.history(tree[1])
    assert stop.action is None
    assert stop.outcome == Done()


MOVES = [
    Action(kind="click", args=("12", "left"), intent="press"),
    Action(kind="select_option", args=("7", ("a", "b")), intent=""),
    Action(kind="scroll", args=(0, -2.5)),
    Action(kind="fill", args=("3", "quote \" and ' and \n newline", True, None)),
    Done(reason="there"),
    Infeasible(reason="no such page"),
    Answer(text='say "hi"\n'),
    Answer(text="x", task_type="retrieve", status="ok", retrieved_data=("1", "2")),
]


@pytest.mark.parametrize("move", MOVES, ids=move_key)
def test_every_kind_of_move_round_trips_through_plain_data(move):
    assert move_from_dict(move_to_dict(move)) == move


@pytest.mark.parametrize("raw", ["click", "click(x)", "click('1'", "__import__('os').times()+1"])
def test_a_recorded_action_that_is_no_plain_call_is_refused(raw):
    with pytest.raises(ActionError, match="not readable"):
        move_from_dict({"kind": "click", "raw": raw, "intent": ""})


def test_a_completion_or_simulation_of_the_wrong_kind_is_refused():
    tree = small_tree()
    tree[1].completion = Completion(done=True, outcome=Answer(text="5"))
    data = node_to_dict(tree[1])
    assert node_from_dict(data).completion == tree[1].completion
    action, stop = move_to_dict(GRID.button("up")), move_to_dict(Done())
    with pytest.raises(ActionError, match="completion"):
        node_from_dict({**data, "completion": {**data["completion"], "outcome": action}})
    looked = {"action": stop, "page": "", "appraisal": None, "reward": None, "reflection": None}
    with pytest.raises(ActionError, match="simulation"):
        node_from_dict({**data, "simulation": looked})


def test_a_record_without_nodes_is_refused():
    with pytest.raises(WebPilotError, match="no nodes"):
        Tree.from_dict({"scale": "paper", "nodes": []})


def spoil_edges(tree: Tree) -> None:
    tree.graph.add_edge(2, 3)


def spoil_id(tree: Tree) -> None:
    tree[1].id = 2


def spoil_graph(tree: Tree) -> None:
    tree.graph.nodes[1]["node"] = tree[2]


def spoil_root(tree: Tree) -> None:
    tree.root.depth = 1


def spoil_age(tree: Tree) -> None:
    tree[1].parent = 3


def spoil_move(tree: Tree) -> None:
    tree[1].candidate = None


def spoil_depth(tree: Tree) -> None:
    tree[3].depth = 5


def spoil_drift(tree: Tree) -> None:
    tree[1].status = Status.DRIFTED


def spoil_leaf(tree: Tree) -> None:
    tree[1].status = Status.TERMINAL


def spoil_ended(tree: Tree) -> None:
    tree[1].ended = True


def spoil_accepted(tree: Tree) -> None:
    tree[2].accepted = True


def spoil_visits(tree: Tree) -> None:
    tree.root.visits = 2


def spoil_scored(tree: Tree) -> None:
    tree[2].scored = 1


def spoil_excluded(tree: Tree) -> None:
    tree[2].status, tree[2].value = Status.DRIFTED, 1.0


def spoil_value(tree: Tree) -> None:
    tree[2].value = 1.0


def spoil_bounds(tree: Tree) -> None:
    tree[2].reward = 11.0


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (spoil_edges, "not a tree"),
        (spoil_id, "creation order"),
        (spoil_graph, "another node"),
        (spoil_root, "the root has a move"),
        (spoil_age, "younger"),
        (spoil_move, "no move"),
        (spoil_depth, "depth"),
        (spoil_drift, "through a drifted"),
        (spoil_leaf, "may not have"),
        (spoil_ended, "may not have"),
        (spoil_accepted, "not terminal"),
        (spoil_visits, "visits are not"),
        (spoil_scored, "more scored"),
        (spoil_excluded, "drifted but counted"),
        (spoil_value, "without a score"),
        (spoil_bounds, "outside"),
    ],
)
def test_a_broken_tree_says_which_rule_is_broken(spoil, rule):
    tree = small_tree()
    tree.invariants(bounds=(0.0, 10.0))
    spoil(tree)
    with pytest.raises(WebPilotError, match=rule):
        tree.invariants(bounds=(0.0, 10.0))


def test_nodes_are_compared_by_identity():
    page = GRID.page(GRID.start)
    fields = {"id": 0, "parent": None, "candidate": None, "observation": page, "depth": 0}
    assert Node(**fields) != Node(**fields)
