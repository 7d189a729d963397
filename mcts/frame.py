"""What one search holds while it runs: tree, roles, budget, and the page and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcts.backup import exclude
from mcts.node import Node, Status
from mcts.protocols import (
    Appraiser,
    HistoryStep,
    Level,
    NodeContext,
    Policy,
    Reflector,
    SiblingNote,
    Transition,
    World,
)
from mcts.select import settle
from mcts.tree import Tree
from webpilot.budget import Budget
from webpilot.plan import Fact, Subtask
from webpilot.types import Action, Candidate, Reflection

if TYPE_CHECKING:
    from mcts.config import SearchConfig

__all__ = ["Frame", "OnEvent", "SearchRoles", "Setting"]

OnEvent = Callable[[str, Mapping[str, object]], None]
"""Called with the event's name and plain data (strings, numbers, lists, dicts)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRoles:
    """Who proposes, who judges, who reflects."""

    policy: Policy
    appraiser: Appraiser
    reflector: Reflector


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What one search is about: the same for every node."""

    goal: str
    """The task's goal, verbatim."""
    subtask: Subtask
    seed: tuple[int, ...]
    """Key of the search's random numbers."""
    committed: tuple[HistoryStep, ...] = ()
    """Steps of finished subtasks, before the search's root."""
    finished: tuple[Subtask, ...] = ()
    facts: tuple[Fact, ...] = ()
    strategic_reflection: Reflection | None = None
    """R_sub of the attempt before."""
    remaining_actions: int | None = None
    """Actions left at the search's root; ``None`` without a limit."""


@dataclass(slots=True, kw_only=True)
class Frame:
    """The running search. ``at`` is the node the page stands at, ``None`` where it must go back."""

    tree: Tree
    config: SearchConfig
    roles: SearchRoles
    setting: Setting
    budget: Budget
    world: World
    emit: OnEvent
    at: int | None = None
    lost: bool = False
    """The search's own root cannot be reached again."""

    def at_limit(self, node: Node) -> bool:
        """Return whether the benchmark takes no further action after ``node``."""
        left = self.setting.remaining_actions
        return left is not None and node.depth >= left

    def context(self, node: Node, *, notes: tuple[SiblingNote, ...] = ()) -> NodeContext:
        """Return what roles may know of ``node``; ``notes`` follow those of its children."""
        tree, setting = self.tree, self.setting
        left = setting.remaining_actions
        return NodeContext(
            goal=setting.goal,
            subtask=setting.subtask,
            observation=node.observation,
            root=tree.root.observation,
            history=tree.history(node),
            committed=setting.committed,
            finished=setting.finished,
            facts=setting.facts,
            siblings=self._elders(node) + notes,
            rivals=self._rivals(node),
            child_reflection=node.child_reflection,
            simulation_reflection=node.simulation.reflection if node.simulation else None,
            strategic_reflection=setting.strategic_reflection,
            not_done_reason=_not_done_reason(node),
            remaining_actions=None if left is None else left - node.depth,
            ended=node.ended,
            failed=node.status is Status.DEAD,
            claim=node.outcome,
            seed=(*setting.seed, node.id),
        )

    def _elders(self, node: Node) -> tuple[SiblingNote, ...]:
        return tuple(
            SiblingNote(candidate=child.candidate, reflection=child.sibling_reflection)
            for child in self.tree.children(node)
            if child.candidate is not None
        )

    def _rivals(self, node: Node) -> tuple[Candidate, ...]:
        parent = self.tree.parent(node)
        return () if parent is None else tuple(parent.proposals or ())

    def simulated_context(self, node: Node, action: Action, after: Transition) -> NodeContext:
        """Return what roles may know of the page after a simulated step from ``node``."""
        context, left = self.context(node), self.setting.remaining_actions
        step = HistoryStep(action=action, observation=after.observation)
        return replace(
            context,
            observation=after.observation,
            history=(*context.history, step),
            siblings=(),
            rivals=(),
            child_reflection=None,
            simulation_reflection=None,
            not_done_reason="",
            remaining_actions=None if left is None else left - node.depth - 1,
            ended=after.ended,
            simulated=True,
            claim=None,
            seed=(*context.seed, 1),
        )

    async def reach(self, node: Node) -> bool:
        """Return whether the page now stands at ``node``; if not, the node is excluded as drifted.

        A root that drifts excludes nothing, since no alternative is left: it ends the search.
        """
        if self.at == node.id:
            return True
        self.at = None
        restored = await self.world.restore(self.tree.path(node))
        self.emit(
            "restore", {"node": node.id, "tier": restored.tier, "level": restored.level.value}
        )
        if restored.level is not Level.DRIFTED:
            self.at = node.id
            return True
        parent = self.tree.parent(node)
        excluded: list[int] = []
        if parent is None:
            self.lost = True
        else:
            excluded = exclude(self.tree, node, self.config)
            settle(self.tree, parent, self.config)
        self.emit("drift", {"node": node.id, "excluded": excluded})
        return False

    async def act(self, node: Node, action: Action) -> Transition:
        """Return the page after ``action`` at ``node``, where the page must stand; one charge."""
        self.budget.charge("explored_steps")
        self.at = None
        return await self.world.step(action)

    async def grow(self, node: Node, candidate: Candidate) -> Node:
        """Return the new child that ``candidate`` leads to.

        A stop makes a terminal child and touches no page. An action that failed and left the page
        as it was makes a dead one.
        """
        move = candidate.move
        if not isinstance(move, Action):
            return self.tree.add(
                node, candidate, node.observation, ended=node.ended, status=Status.TERMINAL
            )
        after = await self.act(node, move)
        page = after.observation
        idle = page.fingerprint.exact == node.observation.fingerprint.exact
        status = Status.DEAD if page.last_error and idle else Status.OPEN
        child = self.tree.add(node, candidate, page, ended=after.ended, status=status)
        self.at = child.id
        return child


def _not_done_reason(node: Node) -> str:
    return node.completion.reason if node.completion and not node.completion.done else ""
