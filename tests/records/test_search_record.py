from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_trees import HOSTILE, checkboxes, hostile, menu

from webpilot.errors import ConfigError
from webpilot.records.drawing import layout, thumbnail
from webpilot.records.trees import AttemptRecord, SearchRecord


def record() -> SearchRecord:
    attempts = tuple(sketch.record() for sketch in (menu(0), menu(1)))
    return SearchRecord(task="miniwob.navigate-tree", seed=1, attempts=attempts)


def test_the_chosen_path_runs_from_the_root_to_the_best_node() -> None:
    sketch = checkboxes()
    lineage = [node.id for node in sketch.tree.lineage(sketch.best)]
    assert list(sketch.record().chosen) == lineage
    assert len(lineage) == 4


def test_a_record_survives_being_written_and_read() -> None:
    before = record()
    after = SearchRecord.from_dict(json.loads(before.to_json()))
    assert after == before
    assert after.to_json() == before.to_json()


def test_the_data_have_the_shape_of_the_contract() -> None:
    data = record().to_dict()
    assert list(data) == ["schema", "task", "seed", "attempts"]
    assert list(data["attempts"][1]) == ["subtask", "attempt", "scale", "chosen", "nodes"]
    assert [node["id"] for node in data["attempts"][1]["nodes"]] == list(range(10))


def test_another_schema_is_refused() -> None:
    with pytest.raises(ConfigError, match="another version"):
        SearchRecord.from_dict(record().to_dict() | {"schema": 0})


def test_a_graph_holds_every_node_with_its_data_and_the_chosen_path() -> None:
    graph = record().to_networkx()
    assert graph.number_of_nodes() == 10
    assert graph.number_of_edges() == 9
    chosen = [node for node, data in graph.nodes(data=True) if data["chosen"]]
    assert chosen == list(record().attempts[-1].chosen)
    assert graph.nodes[1]["move"]["kind"] == "click"
    assert record().to_networkx(0).number_of_nodes() == 9


def test_floats_are_rounded_to_six_places_wherever_they_stand() -> None:
    tree = {"scale": "webpilot", "nodes": [{"id": 0, "parent": None, "deep": [{"x": 2 / 3}]}]}
    attempt = AttemptRecord.of(tree, subtask="s", attempt=0, best=0)
    assert attempt.nodes[0]["deep"][0]["x"] == 0.666667


def test_a_notebook_shows_a_picture_whose_text_is_inert() -> None:
    shown = SearchRecord(task="t", seed=0, attempts=(hostile().record(),))._repr_html_()
    assert shown.startswith("<svg")
    assert HOSTILE not in shown
    assert "<script" not in shown


def test_an_empty_tree_has_no_picture() -> None:
    assert thumbnail((), ()) == ""


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[dict[str, float | int | None]], list[int]]:
    """Draw a tree in order of creation, and a path from its root."""
    size = draw(st.integers(1, 40))
    nodes: list[dict[str, float | int | None]] = []
    for key in range(size):
        parent = draw(st.integers(0, key - 1)) if key else None
        nodes.append({"id": key, "parent": parent, "value": draw(st.none() | st.floats(0, 1))})
    chosen: list[int] = []
    end: int | None = draw(st.integers(0, size - 1))
    while end is not None:
        chosen.insert(0, end)
        parent = nodes[end]["parent"]
        end = None if parent is None else int(parent)
    return nodes, chosen


@given(trees())
def test_no_two_nodes_share_a_place_and_the_chosen_path_is_the_top_line(
    tree: tuple[list[dict[str, float | int | None]], list[int]],
) -> None:
    nodes, chosen = tree
    places = layout(nodes, chosen)
    assert len(set(places.values())) == len(nodes)
    assert [places[key] for key in chosen] == [(column, 0) for column in range(len(chosen))]
    for node in nodes:
        if node["parent"] is not None:
            above = places[int(node["parent"])]
            here = places[int(node["id"] or 0)]
            assert here.column == above.column + 1
            assert here.row >= above.row
