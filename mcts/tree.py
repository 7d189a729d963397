"""The search tree: data in one graph; the algorithms are functions of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import networkx as nx

from mcts.node import Node, Status
from mcts.protocols import HistoryStep
from mcts.record import node_from_dict, node_to_dict
from webpilot.errors import WebPilotError
from webpilot.observation import Fingerprint, Observation
from webpilot.types import Action, Candidate, Path, PathStep

__all__ = ["Tree"]


class Tree:
    """Nodes in creation order, joined by one :class:`networkx.DiGraph` (attribute ``node``)."""

    def __init__(self, start: Path, *, scale: str) -> None:
        self.start = start
        """How the search's root was reached from a fresh page."""
        self.scale = scale
        """Name of the scale that rewards and values are in."""
        self.graph: nx.DiGraph[int] = nx.DiGraph()
        self._nodes: list[Node] = []
        self._insert(Node(id=0, parent=None, candidate=None, observation=start.target, depth=0))

    def _insert(self, node: Node) -> None:
        self._nodes.append(node)
        self.graph.add_node(node.id, node=node)
        if node.parent is not None:
            self.graph.add_edge(node.parent, node.id)

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes)

    def __getitem__(self, index: int) -> Node:
        return self._nodes[index]

    @property
    def nodes(self) -> Sequence[Node]:
        """All nodes in creation order; not to be changed."""
        return self._nodes

    @property
    def root(self) -> Node:
        """The node the search started from."""
        return self._nodes[0]

    def add(
        self,
        parent: Node,
        candidate: Candidate,
        observation: Observation,
        *,
        ended: bool = False,
        status: Status = Status.OPEN,
    ) -> Node:
        """Return a new last child of ``parent``."""
        node = Node(
            id=len(self._nodes),
            parent=parent.id,
            candidate=candidate,
            observation=observation,
            depth=parent.depth + isinstance(candidate.move, Action),
            ended=ended,
            status=status,
        )
        self._insert(node)
        return node

    def parent(self, node: Node) -> Node | None:
        """Return the parent, or ``None`` at the root."""
        return None if node.parent is None else self._nodes[node.parent]

    def children(self, node: Node) -> list[Node]:
        """Return the children in creation order."""
        nodes = self._nodes
        return [nodes[index] for index in self.graph.successors(node.id)]

    def siblings(self, node: Node) -> list[Node]:
        """Return the parent's other children in creation order."""
        parent = self.parent(node)
        return [] if parent is None else [child for child in self.children(parent) if child != node]

    def ancestors(self, node: Node) -> Iterator[Node]:
        """Yield parent, grandparent and so on up to the root."""
        while node.parent is not None:
            node = self._nodes[node.parent]
            yield node

    def descendants(self, node: Node) -> list[Node]:
        """Return all nodes below ``node`` in creation order."""
        return [self._nodes[index] for index in sorted(nx.descendants(self.graph, node.id))]

    def lineage(self, node: Node) -> list[Node]:
        """Return the nodes from the root to ``node``, both included."""
        return [*reversed(list(self.ancestors(node))), node]

    def first_line(self) -> list[Node]:
        """Return the nodes from the root along the oldest children that neither failed nor drifted.

        The policy's *initial intuition*, as far as it was followed.
        """
        line = [self.root]
        while live := [child for child in self.children(line[-1]) if not child.excluded]:
            line.append(live[0])
        return line

    def steps(self, node: Node) -> tuple[PathStep, ...]:
        """Return the actions from the search's root to ``node``, each with the page it led to."""
        return tuple(
            PathStep(action=action, observation=each.observation)
            for each in self.lineage(node)
            if (action := each.action) is not None
        )

    def path(self, node: Node) -> Path:
        """Return how ``node`` is reached from a fresh page; the stored actions, not copies."""
        return Path(root=self.start.root, committed=self.start.all_steps, steps=self.steps(node))

    def history(self, node: Node) -> tuple[HistoryStep, ...]:
        """Return the executed actions from the root to ``node`` with what was said of them."""
        return tuple(
            HistoryStep(
                action=action,
                observation=each.observation,
                effect=each.effect,
                reason=each.appraisal.reason if each.appraisal else "",
            )
            for each in self.lineage(node)
            if (action := each.action) is not None
        )

    def invariants(self, *, bounds: tuple[float, float] | None = None) -> None:
        """Return ``None`` where every rule of the tree holds.

        Raises:
            WebPilotError: a rule is broken; the message names it and the node.
        """
        if not nx.is_arborescence(self.graph):
            raise WebPilotError("tree: the graph is not a tree with one root")
        for index, node in enumerate(self._nodes):
            self._check_shape(index, node)
            self._check_numbers(node, bounds)

    def _check_shape(self, index: int, node: Node) -> None:
        children, parent = self.children(node), self.parent(node)
        _require(node.id == index, node, "id is not the creation order")
        _require(self.graph.nodes[index]["node"] is node, node, "graph holds another node")
        if parent is None:
            _require(node.candidate is None and node.depth == 0, node, "the root has a move")
        else:
            _require(parent.id < node.id, node, "parent is younger than its child")
            _require(node.candidate is not None, node, "no move led here")
            step = node.action is not None
            _require(node.depth == parent.depth + step, node, "depth does not count actions")
            drifted = parent.status is not Status.DRIFTED or node.status is Status.DRIFTED
            _require(drifted, node, "reached through a drifted node")
        leaf = node.status in (Status.TERMINAL, Status.DEAD) or node.ended
        _require(not (leaf and children), node, "has children that it may not have")
        terminal = node.status is Status.TERMINAL
        _require(terminal or not node.accepted, node, "accepted but not terminal")

    def _check_numbers(self, node: Node, bounds: tuple[float, float] | None) -> None:
        own = node.visits - sum(child.visits for child in self.children(node))
        _require(own in (0, 1), node, "visits are not the children's plus its own")
        _require(0 <= node.scored <= node.visits, node, "more scored visits than visits")
        if node.status is Status.DRIFTED:
            _require(node.value is None and node.visits == 0, node, "drifted but counted")
        _require((node.value is None) == (node.scored == 0), node, "value without a score")
        if bounds is not None:
            for number in (node.reward, node.value, node.mean):
                inside = number is None or bounds[0] - 1e-9 <= number <= bounds[1] + 1e-9
                _require(inside, node, f"{number} is outside {bounds}")

    def to_dict(self) -> dict[str, object]:
        """Return the tree as plain data for ``tree.json`` (decision 17): deterministic bytes."""
        return {"scale": self.scale, "nodes": [node_to_dict(node) for node in self._nodes]}

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Tree:
        """Return the tree that ``data`` records, for viewing: pages are fingerprints only."""
        entries = data["nodes"]
        if not isinstance(entries, list) or not entries:
            raise WebPilotError("tree: the record holds no nodes")
        nodes = [node_from_dict(entry) for entry in entries]
        empty = Observation(text="", fingerprint=Fingerprint(exact="", interactive=""))
        tree = cls(Path(root=empty), scale=str(data["scale"]))
        tree.graph.clear()
        tree._nodes.clear()
        for node in nodes:
            tree._insert(node)
        tree.start = Path(root=tree.root.observation)
        return tree


def _require(holds: bool, node: Node, rule: str) -> None:
    if not holds:
        raise WebPilotError(f"tree: node {node.id}: {rule}")
