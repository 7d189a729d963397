"""Dynamic Evaluation and Simulation: score a new node, reflect on it, perhaps look one step ahead.

Each evaluation fills in the node's own fields and is followed by a backup, also where a budget
ran out half way; so the real page's score is written before any simulation starts.
"""

from __future__ import annotations

from dataclasses import replace

from mcts.expand import ranked_proposals
from mcts.frame import Frame
from mcts.node import Node, Simulation, Status
from mcts.protocols import Lessons, NodeContext, Reflector
from mcts.scale import score
from webpilot.overlap import overlapped
from webpilot.types import Action, Candidate, Completion, ReflectionScope

__all__ = [
    "always_simulate",
    "both_reflections",
    "no_child_reflection",
    "no_reflection",
    "no_sibling_reflection",
    "no_simulation",
    "simulate_where_it_matters",
    "trust_policy",
]


async def both_reflections(reflector: Reflector, context: NodeContext) -> Lessons:
    """Return the node's child and sibling reflections; neither waits for the other."""
    child, sibling = await overlapped(
        reflector.reflect(context, ReflectionScope.CHILD),
        reflector.reflect(context, ReflectionScope.SIBLING),
    )
    return Lessons(child=child, sibling=sibling)


async def no_child_reflection(reflector: Reflector, context: NodeContext) -> Lessons:
    """Return the sibling reflection alone; the other is not asked for."""
    return Lessons(sibling=await reflector.reflect(context, ReflectionScope.SIBLING))


async def no_sibling_reflection(reflector: Reflector, context: NodeContext) -> Lessons:
    """Return the child reflection alone; the other is not asked for."""
    return Lessons(child=await reflector.reflect(context, ReflectionScope.CHILD))


async def no_reflection(reflector: Reflector, context: NodeContext) -> Lessons:
    """Return no reflections and ask nobody."""
    del reflector, context
    return Lessons()


async def _describe(frame: Frame, node: Node) -> None:
    if node.action is not None:
        node.effect = await frame.roles.reflector.describe(frame.context(node))


async def _appraise(frame: Frame, node: Node) -> None:
    node.appraisal = await frame.roles.appraiser.appraise(frame.context(node))
    node.reward = score(node.appraisal, node.depth, frame.config)


async def _reflect(frame: Frame, node: Node) -> None:
    lessons = await frame.config.reflect(frame.roles.reflector, frame.context(node))
    node.child_reflection, node.sibling_reflection = lessons.child, lessons.sibling


async def _judge(frame: Frame, node: Node) -> bool:
    node.completion = await frame.roles.appraiser.completed(frame.context(node))
    if node.completion.done:
        node.status = Status.TERMINAL
    return node.completion.done


async def always_simulate(frame: Frame, node: Node) -> None:
    """Return ``None`` after the paper's evaluation, its parts in the paper's order.

    Describe the effect, appraise, reflect, test for a stop, look one simulated step ahead.

    The root is visited, not judged. A refused or failed simulation leaves M = S_self.
    """
    if node.parent is None:
        return
    if node.status is Status.DEAD:
        await _reflect(frame, node)
        return
    await _describe(frame, node)
    await _appraise(frame, node)
    await _reflect(frame, node)
    done = await _judge(frame, node)
    if done or node.status is not Status.OPEN or node.ended or frame.at_limit(node):
        return
    # The lesson of an earlier attempt is for real children (method.md, section 4).
    context = replace(frame.context(node), strategic_reflection=None)
    proposed = await frame.roles.policy.propose(context, 1)
    await _simulate(frame, node, proposed[0] if proposed else None)


async def no_simulation(frame: Frame, node: Node) -> None:
    """Return ``None`` after description, appraisal, stop test and, where it goes on, reflection."""
    if node.parent is None:
        return
    if node.status is not Status.DEAD:
        await _describe(frame, node)
        await _appraise(frame, node)
        if await _judge(frame, node):
            return
    await _reflect(frame, node)


async def simulate_where_it_matters(frame: Frame, node: Node) -> None:
    """Return ``None`` after :func:`no_simulation`, and a look ahead where it can change a choice.

    It can where the parent's next selection differs between worst and best simulated score.
    """
    await no_simulation(frame, node)
    if node.parent is None or node.status is not Status.OPEN or node.ended:
        return
    if node.depth < frame.config.max_depth and _matters(frame, node):
        listed = await ranked_proposals(frame, node)
        await _simulate(frame, node, listed[0] if listed else None)


async def trust_policy(frame: Frame, node: Node) -> None:
    """Return ``None`` after :func:`no_simulation`, where a proposed stop is taken at its word."""
    await no_simulation(frame, node)
    if node.outcome is not None and node.candidate is not None:
        node.completion = Completion(done=True, reason=node.candidate.reason, outcome=node.outcome)


def _mixed(frame: Frame, own: float, ahead: float) -> float:
    return frame.config.self_weight * own + frame.config.simulation_weight * ahead


def _matters(frame: Frame, node: Node) -> bool:
    parent, own = frame.tree.parent(node), node.reward
    if parent is None or own is None:
        return False
    config, choices = frame.config, []
    parent.visits += 1
    node.visits += 1
    for points in (0.0, 10.0):
        node.value = _mixed(frame, own, config.scale(points, node.depth + 1, config))
        choices.append(config.select(frame.tree, parent, config))
    node.value = None
    node.visits -= 1
    parent.visits -= 1
    return choices[0] is not choices[1]


async def _simulate(frame: Frame, node: Node, candidate: Candidate | None) -> None:
    """Return ``None`` after one live step from the node, kept as a record and no child.

    The page stands at the node, which was made by the last step.
    """
    if candidate is None or not isinstance(candidate.move, Action):
        return
    action = candidate.move
    after = await frame.act(node, action)
    if after.observation.last_error:
        node.simulation = Simulation(action=action, observation=after.observation)
        return
    context = frame.simulated_context(node, action, after)
    effect = await frame.roles.reflector.describe(context)
    *earlier, last = context.history
    context = replace(context, history=(*earlier, replace(last, effect=effect)))
    appraisal = await frame.roles.appraiser.appraise(context)
    last = replace(last, effect=effect, reason=appraisal.reason)
    context = replace(context, history=(*earlier, last))
    ahead = score(appraisal, node.depth + 1, frame.config)
    if ahead is not None and node.reward is not None:
        node.reward = _mixed(frame, node.reward, ahead)
    node.simulation = Simulation(
        action=action,
        observation=after.observation,
        effect=effect,
        appraisal=appraisal,
        reward=ahead,
        reflection=await frame.roles.reflector.reflect(context, ReflectionScope.SIMULATION),
    )
