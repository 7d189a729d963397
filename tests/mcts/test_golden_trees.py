"""Whole trees on the grid, byte for byte. Written anew by `python tests/mcts/grid_search.py`."""

from __future__ import annotations

import json

import pytest
from grid_search import CONFIGS, GOLDEN, golden_text

from mcts.tree import Tree


@pytest.mark.parametrize("name", CONFIGS)
def test_the_searcher_grows_the_golden_tree(name):
    assert golden_text(name) == (GOLDEN / f"mcts_{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CONFIGS)
def test_a_recorded_tree_reads_back_to_the_same_bytes(name):
    data = json.loads((GOLDEN / f"mcts_{name}.json").read_text(encoding="utf-8"))
    tree = Tree.from_dict(data)
    assert tree.to_dict() == {"scale": data["scale"], "nodes": data["nodes"]}


def test_the_webpilot_search_and_the_greedy_one_both_reach_the_goal():
    for name in ("webpilot", "greedy"):
        data = json.loads((GOLDEN / f"mcts_{name}.json").read_text(encoding="utf-8"))
        assert data["stop_reason"] == "done"
        assert data["nodes"][data["best"]]["accepted"]


def test_the_record_names_no_time_tier_or_address():
    for name in CONFIGS:
        text = golden_text(name)
        for word in ("replay", "http", "second", "tier", "/"):
            assert word not in text
