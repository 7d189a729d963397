"""WebArena's order is BrowserGym's table, topological, always the same, and kept by subsets."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from env.webarena.order import dependencies, in_order, longest_chain
from webpilot.errors import ConfigError

DIAMOND = {"w.3": ("w.1", "w.2"), "w.1": ("w.0",), "w.2": ("w.0",), "w.0": (), "w.9": ("w.8",)}


def test_the_table_is_browsergyms() -> None:
    table = dependencies()
    assert len(table) == 812
    assert set(table) == {f"webarena.{number}" for number in range(812)}
    assert longest_chain(table) == 246
    assert table["webarena.552"] == ("webarena.537", "webarena.410")


def test_every_task_comes_after_what_it_depends_on() -> None:
    table = dependencies()
    order = in_order(list(table), table)
    place = {task: at for at, task in enumerate(order.tasks)}
    assert sorted(place) == sorted(table)
    assert [
        (task, each) for task in table for each in table[task] if place[each] >= place[task]
    ] == []
    assert order.left_out == ()


def graphs() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    """Dependencies without circles, whose numbers tell nothing of the order."""
    size = 8
    edges = st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=14)
    names = st.permutations([f"w.{number}" for number in range(size)])
    return st.builds(
        lambda named, pairs: {
            name: tuple(named[low] for low, high in sorted(pairs) if high == at and low < high)
            for at, name in enumerate(named)
        },
        names,
        edges,
    )


@given(graphs(), st.sets(st.integers(0, 7)))
def test_a_subset_keeps_the_order_and_names_all_it_rests_on(
    graph: dict[str, tuple[str, ...]], numbers: set[int]
) -> None:
    chosen = {f"w.{number}" for number in numbers}
    whole, part = in_order(list(graph), graph), in_order(chosen, graph)
    assert part.tasks == tuple(task for task in whole.tasks if task in chosen)
    rests_on, new = set(chosen), set(chosen)
    while new:
        new = {each for task in new for each in graph[task]} - rests_on
        rests_on |= new
    assert set(part.left_out) == rests_on - chosen


@given(graphs())
def test_the_order_does_not_depend_on_how_the_table_is_written(
    graph: dict[str, tuple[str, ...]],
) -> None:
    backwards = {task: tuple(reversed(graph[task])) for task in reversed(graph)}
    assert in_order(list(graph), graph) == in_order(list(backwards), backwards)


def test_among_tasks_that_may_come_next_the_lowest_number_does() -> None:
    graph = {**DIAMOND, "w.8": (), "w.10": ()}
    assert in_order(graph, graph).tasks == ("w.0", "w.1", "w.2", "w.3", "w.8", "w.9", "w.10")


@pytest.mark.parametrize(
    ("graph", "told"),
    [
        ({"w.1": ("w.2",), "w.2": ("w.1",), "w.3": ()}, r"circle: w\.1, w\.2$"),
        ({"w.1": ("w.7",)}, r"w\.1 depends on w\.7"),
    ],
)
def test_a_table_without_an_order_is_refused(graph: dict[str, tuple[str, ...]], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        in_order(["w.1"], graph)


def test_a_task_that_the_table_does_not_know_is_refused() -> None:
    with pytest.raises(ConfigError, match=re.escape("webarena.812")):
        in_order(["webarena.812"], dependencies())


def test_the_table_is_read_without_importing_what_it_ships_with() -> None:
    code = (
        "import sys; from env.webarena.order import dependencies; dependencies();"
        "print(sorted({'browsergym', 'webarena', 'playwright', 'nltk'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
