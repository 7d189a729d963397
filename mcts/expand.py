"""Reflection-Enhanced Node Expansion: one new child, after the lessons of its elder siblings.

An expansion returns the new child, still unscored; the node itself where the rollout only visits
it; or ``None`` where nothing new can be tried there.
"""

from __future__ import annotations

from collections.abc import Iterable

from mcts.frame import Frame
from mcts.node import Node, Simulation, move_key
from mcts.protocols import SiblingNote
from webpilot.types import Action, Candidate, Reflection, ReflectionScope

__all__ = ["one_at_a_time", "promoted", "ranked", "ranked_proposals"]

REPEATABLE = frozenset({"scroll"})
"""Kinds the paper's duplicate check lets pass: scrolling twice is moving on."""


def promoted(frame: Frame, node: Node) -> Candidate | None:
    """Return the simulated action where it scored above ``config.promote``, for the first child."""
    simulation: Simulation | None = node.simulation
    if simulation is None or simulation.reward is None or frame.tree.children(node):
        return None
    if simulation.reward <= frame.config.promote:
        return None
    return Candidate(move=simulation.action, reason="its simulation scored high")


def _tried(frame: Frame, node: Node) -> set[str]:
    moves = (child.candidate for child in frame.tree.children(node))
    return {move_key(candidate.move) for candidate in moves if candidate is not None}


def _shown(candidate: Candidate) -> SiblingNote:
    key = move_key(candidate.move)
    lesson = Reflection(
        scope=ReflectionScope.SIBLING, text=f"Already tried: {key}. Choose another.", avoid=(key,)
    )
    return SiblingNote(candidate=candidate, reflection=lesson)


async def one_at_a_time(frame: Frame, node: Node) -> Node | None:
    """Return the paper's expansion: a visit where the node has none, else one new proposal.

    A duplicate of a sibling or of the parent's action is asked again, shown, ``config.retries``
    times; whatever unique action the last of them gives is kept. After that a first child may
    repeat the parent's action, a later one is given up.
    """
    if node.visits == 0:
        return node
    candidate = promoted(frame, node) or await _propose_one(frame, node)
    return None if candidate is None else await frame.grow(node, candidate)


async def _propose_one(frame: Frame, node: Node) -> Candidate | None:
    known = _tried(frame, node) | ({node.action.raw} if node.action else set())
    notes: tuple[SiblingNote, ...] = ()
    repeated: Candidate | None = None
    for _ in range(1 + frame.config.retries):
        answer = await frame.roles.policy.propose(frame.context(node, notes=notes), 1)
        if not answer:
            break
        repeated, move = answer[0], answer[0].move
        repeatable = isinstance(move, Action) and move.kind in REPEATABLE
        if repeatable or move_key(move) not in known:
            return repeated
        notes = (*notes, _shown(repeated))
    return None if frame.tree.children(node) else repeated


def _fresh(candidates: Iterable[Candidate], known: set[str]) -> list[Candidate]:
    kept: list[Candidate] = []
    for candidate in candidates:
        key = move_key(candidate.move)
        if key not in known:
            known = known | {key}
            kept.append(candidate)
    return kept


def _pointless(frame: Frame, node: Node) -> set[str]:
    """Return the parent's action if it changed nothing: the same text in the same state."""
    parent = frame.tree.parent(node)
    if parent is None or node.action is None:
        return set()
    same = parent.observation.fingerprint.exact == node.observation.fingerprint.exact
    return {node.action.raw} if same else set()


async def ranked_proposals(frame: Frame, node: Node) -> list[Candidate]:
    """Return the node's untried proposals, best first, asking the policy the first time."""
    if node.proposals is None:
        count = frame.config.candidates
        answer = await frame.roles.policy.propose(frame.context(node), count)
        node.proposals = _fresh(answer[:count], _pointless(frame, node))
    return node.proposals


def _avoided(frame: Frame, node: Node) -> set[str]:
    lessons = [child.sibling_reflection for child in frame.tree.children(node)]
    lessons.append(node.simulation.reflection if node.simulation else None)
    return {key for lesson in lessons if lesson is not None for key in lesson.avoid}


async def ranked(frame: Frame, node: Node) -> Node | None:
    """Return the next of the node's ranked proposals, made a child.

    If a reflection speaks against it, or the list ran out on failed actions and refused stops, the
    policy is asked once more, with the reflections.
    """
    candidate = promoted(frame, node) or await _next_ranked(frame, node)
    if candidate is None:
        return None
    key = move_key(candidate.move)
    node.proposals = [each for each in node.proposals or [] if move_key(each.move) != key]
    return await frame.grow(node, candidate)


def _came_to_nothing(child: Node) -> bool:
    """Return whether the action failed, the page drifted, or a proposed stop was judged wrong."""
    refused = child.completion is not None and not child.completion.done
    return child.excluded or (child.outcome is not None and refused)


async def _next_ranked(frame: Frame, node: Node) -> Candidate | None:
    listed = await ranked_proposals(frame, node)
    avoid = _avoided(frame, node)
    failed = any(_came_to_nothing(child) for child in frame.tree.children(node))
    contradicted = bool(listed) and move_key(listed[0].move) in avoid
    if contradicted or (not listed and failed):
        count = frame.config.candidates
        answer = await frame.roles.policy.propose(frame.context(node), count)
        known = _tried(frame, node) | _pointless(frame, node)
        listed = _fresh((*answer[:count], *listed), known)
        # What was advised against is asked about once, not at every later visit.
        node.proposals = [each for each in listed if move_key(each.move) not in avoid]
        listed = node.proposals
    return next((each for each in listed if move_key(each.move) not in avoid), None)
