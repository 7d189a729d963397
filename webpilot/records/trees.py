"""What a search tried, scored and chose, as plain data: ``tree.json`` and ``result.tree``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from webpilot.errors import ConfigError
from webpilot.records.drawing import thumbnail

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["TREE_SCHEMA", "AttemptRecord", "SearchRecord"]

TREE_SCHEMA = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One attempt at one subtask: the tree that its search grew, and the path it chose."""

    subtask: str
    """The subtask's goal."""
    attempt: int
    """0 for the first attempt at the subtask."""
    chosen: tuple[int, ...] = ()
    """Ids of the nodes on the chosen path, root first."""
    nodes: tuple[Mapping[str, Any], ...] = ()
    """The nodes in the order they were made, as :meth:`mcts.tree.Tree.to_dict` gives them."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What else the tree says of itself, e.g. its scale."""

    @classmethod
    def of(cls, tree: Mapping[str, Any], *, subtask: str, attempt: int, best: int) -> Self:
        """Return the record of one search.

        Args:
            tree: the tree's plain data (:meth:`mcts.tree.Tree.to_dict`).
            subtask: the subtask's goal.
            attempt: 0 for the first attempt at the subtask.
            best: id of the node that the search chose.
        """
        parents = {node["id"]: node["parent"] for node in tree["nodes"]}
        lineage: list[int] = []
        node: int | None = best
        while node is not None:
            lineage.insert(0, node)
            node = parents[node]
        return cls._read({**tree, "subtask": subtask, "attempt": attempt, "chosen": lineage})

    @classmethod
    def _read(cls, data: Mapping[str, Any]) -> Self:
        own = ("subtask", "attempt", "chosen", "nodes")
        return cls(
            subtask=data["subtask"],
            attempt=data["attempt"],
            chosen=tuple(data["chosen"]),
            nodes=tuple(_rounded(node) for node in data["nodes"]),
            about={name: _rounded(value) for name, value in data.items() if name not in own},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return this attempt as it stands in ``tree.json``."""
        return {
            "subtask": self.subtask,
            "attempt": self.attempt,
            **self.about,
            "chosen": list(self.chosen),
            "nodes": [dict(node) for node in self.nodes],
        }

    def to_networkx(self) -> nx.DiGraph:
        """Return the tree as a graph: nodes by id with their data, edges from parent to child.

        Nodes also carry ``chosen``: whether they lie on the chosen path.
        """
        import networkx as nx

        graph = nx.DiGraph(subtask=self.subtask, attempt=self.attempt, **self.about)
        for node in self.nodes:
            graph.add_node(node["id"], **node, chosen=node["id"] in self.chosen)
            if node["parent"] is not None:
                graph.add_edge(node["parent"], node["id"])
        return graph

    def _repr_html_(self) -> str:
        return thumbnail(self.nodes, self.chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecord:
    """All searches of one episode, in order; what ``tree.json`` holds."""

    task: str
    seed: int
    attempts: tuple[AttemptRecord, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the data of ``tree.json``. No time, cost, host, path or restoration tier in it."""
        return {
            "schema": TREE_SCHEMA,
            "task": self.task,
            "seed": self.seed,
            "attempts": [attempt.to_dict() for attempt in self.attempts],
        }

    def to_json(self) -> str:
        """Return the text of ``tree.json``: equal searches give equal bytes."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the record of the data of a ``tree.json``.

        Raises:
            ConfigError: it was written by another version.
        """
        if data.get("schema") != TREE_SCHEMA:
            raise ConfigError(
                f"a search tree has schema {data.get('schema')}, not {TREE_SCHEMA}: it was written "
                "by another version of WebPilot"
            )
        return cls(
            task=data["task"],
            seed=data["seed"],
            attempts=tuple(AttemptRecord._read(item) for item in data["attempts"]),
        )

    def to_networkx(self, attempt: int = -1) -> nx.DiGraph:
        """Return one attempt's tree as a graph; by default the last attempt's."""
        return self.attempts[attempt].to_networkx()

    def _repr_html_(self) -> str:
        return "".join(attempt._repr_html_() for attempt in self.attempts)


def _rounded(value: Any) -> Any:
    """Return ``value`` with every float rounded to six places (decision 17)."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value
