"""The promises of the six roles, as a check that anyone can run on her own.

:mod:`mcts.contract` does the same for searchers and worlds.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from mcts.contract import ContractBroken, Promise
from mcts.node import move_key
from mcts.protocols import NodeContext
from webpilot.errors import ConfigError
from webpilot.plan import Fact, Plan
from webpilot.roles import Reading, Rejection, Review, Roles
from webpilot.scene import (
    OUTCOMES,
    Scene,
    require_completion,
    require_plan,
    require_reflection,
)
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Candidate,
    Completion,
    Effect,
    Reflection,
    ReflectionScope,
    Task,
)

__all__ = ["ContractBroken", "check_roles"]

UNTOUCHED = Promise("roles: nothing they are given is changed, the goal least of all")
PLANNED = Promise("planner: a plan has subtasks with goals, or says why the task is infeasible")
REVISED = Promise("planner: a revision says which one it replaces, and counts on")
JUDGED = Promise("controller: a completion says whether it is done, and how to stop")
TAUGHT = Promise("controller: a lesson for the next attempt has the scope subtask, and words")
READ = Promise("extractor: a reading is text, or None where the page does not hold it")
WORDED = Promise("extractor: a conclusion is an answer in words, or None")
PROPOSED = Promise("explorer: proposals are candidates with an action or a way to stop")
FEW = Promise("explorer: at most k proposals")
DISTINCT = Promise("explorer: no move is proposed twice")
LIKELY = Promise("explorer: priors lie in [0, 1] and add up to 1 at most")
ALLOWED = Promise("explorer: only actions of the task's kinds")
IDLE = Promise("explorer: nothing is proposed on a page that has ended")
DESCRIBED = Promise("explorer: an effect is described in words, or by nobody")
SCOPED = Promise("explorer: a reflection has the scope that was asked for, and words")
SCORED = Promise("appraiser: both scores lie in [0, 10], or are None where it could not judge")
STOPPED = Promise("appraiser: a completion says whether it is done, and how to stop")
VERIFIED = Promise("verifier: an action to run, of the task's kinds, or a reason why not")


async def check_roles(roles: Roles, task: Task, context: NodeContext) -> None:
    """Return ``None`` where the six roles keep the promises of :mod:`webpilot.roles`.

    Each role is asked a few times; with a language model, that is what it costs.

    Args:
        roles: who plays.
        task: whose goal is that of ``context``.
        context: a node after an action, on a page that goes on.

    Raises:
        ContractBroken: a promise is broken; the message names it.
        ConfigError: the context cannot show anything.
        LLMError: a model could not be asked, or answered unusably.
        BudgetExhausted: a limit was reached.
    """
    if not context.history or context.ended or context.claim is not None:
        raise ConfigError("check_roles: give a node after an action, on a page that goes on")
    if context.goal != task.goal:
        raise ConfigError("check_roles: the context must be about the task's goal")
    scene = Scene(roles=roles, task=task, context=context)
    # Frozen does not mean that it cannot be done.
    before = repr((task, context))
    for role, check in CHECKS.items():
        await check(scene)
        UNTOUCHED.require(repr((task, context)) == before, f"not so after the {role}'s calls")


async def _check_planner(scene: Scene) -> None:
    task, planner = scene.task, scene.roles.planner
    with PLANNED:
        plan = await planner.plan(task, scene.context.root)
        first = plan.revision == 0 and plan.supersedes is None
    require_plan(plan, PLANNED)
    PLANNED.require(bool(plan.subtasks or plan.infeasible), "it is empty and says nothing")
    REVISED.require(first, f"the first one is {plan.revision}, in place of {plan.supersedes}")
    if plan.infeasible:
        return
    lesson = Reflection(scope=ReflectionScope.SUBTASK, text="Look elsewhere.")
    failed = Completion(done=False, reason="it is not there")
    done = Completion(done=True, reason="it is there")
    head, rest = plan.subtasks[0], replace(plan, subtasks=plan.subtasks[1:])
    attempt = replace(scene.attempt, subtask=head)
    for before, review in (
        (plan, Review(attempt=attempt, completion=failed, reflection=lesson)),
        (rest, Review(attempt=attempt, completion=done, finished=(head,))),
    ):
        with REVISED:
            after = await planner.refine(task, before, review)
        require_plan(after, REVISED)
        counted = after.supersedes == before.revision and after.revision > before.revision
        told = f"{after.revision} in place of {after.supersedes}, after {before.revision}"
        REVISED.require(after == before or counted, told)


async def _check_controller(scene: Scene) -> None:
    controller, task, attempt = scene.roles.controller, scene.task, scene.attempt
    with JUDGED:
        completion = await controller.complete(task, attempt)
    require_completion(completion, JUDGED)
    with TAUGHT:
        lesson = await controller.reflect(task, attempt, "it is not there")
    require_reflection(lesson, ReflectionScope.SUBTASK, TAUGHT)


async def _check_extractor(scene: Scene) -> None:
    extractor, task = scene.roles.extractor, scene.task
    subtask = replace(scene.context.subtask, needs_answer=True)
    with READ:
        reading = await extractor.extract(task, subtask, scene.context.observation, ())
    if reading is not None:
        fits = isinstance(reading, Reading) and isinstance(reading.value, str)
        READ.require(fits and isinstance(reading.absent, bool), f"{reading!r:.80}")
    fact = Fact(question=subtask.goal, value="42", evidence="42")
    plan = Plan(subtasks=(), needs_answer=True)
    with WORDED:
        answer = await extractor.conclude(task, plan, (fact,))
    if answer is not None:
        fits = isinstance(answer, Answer) and isinstance(answer.text, str)
        WORDED.require(fits and bool(answer.text.strip()), f"{answer!r:.80}")


async def _check_explorer(scene: Scene) -> None:
    explorer, context = scene.roles.explorer, scene.context
    for node in (scene.root, context):
        for k in (1, 4):
            with PROPOSED:
                proposed = await explorer.propose(node, k)
            _require_proposals(proposed, k, scene.task)
    with IDLE:
        proposed = await explorer.propose(replace(context, ended=True), 4)
    IDLE.require(proposed == (), f"{len(proposed)} candidates")
    with DESCRIBED:
        effect = await explorer.describe(context)
    fits = isinstance(effect, Effect) and isinstance(effect.description, str)
    DESCRIBED.require(effect is None or fits, f"{effect!r:.80}")
    for node, scope in (
        (context, ReflectionScope.CHILD),
        (context, ReflectionScope.SIBLING),
        (scene.simulated, ReflectionScope.SIMULATION),
    ):
        with SCOPED:
            lesson = await explorer.reflect(node, scope)
        require_reflection(lesson, scope, SCOPED)


def _require_proposals(proposed: tuple[Candidate, ...], k: int, task: Task) -> None:
    PROPOSED.require(isinstance(proposed, tuple), f"{proposed!r:.80} is no tuple")
    FEW.require(len(proposed) <= k, f"{len(proposed)} for k={k}")
    for each in proposed:
        fits = isinstance(each, Candidate) and isinstance(each.move, (Action, *OUTCOMES))
        PROPOSED.require(fits, f"{each!r:.80}")
        if isinstance(each.move, Action) and task.action_kinds:
            kind = each.move.kind
            ALLOWED.require(kind in task.action_kinds, f"{each.move.raw} is none")
        LIKELY.require(each.prior is None or _within(each.prior, 1), f"{each.prior}")
    keys = [move_key(each.move) for each in proposed]
    DISTINCT.require(len(set(keys)) == len(keys), f"{keys}")
    total = sum(each.prior or 0.0 for each in proposed)
    LIKELY.require(total <= 1 + 1e-6, f"they add up to {total:g}")


def _within(number: object, most: float) -> bool:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return math.isfinite(number) and 0 <= number <= most


async def _check_appraiser(scene: Scene) -> None:
    appraiser, context = scene.roles.appraiser, scene.context
    for node in (context, scene.simulated):
        with SCORED:
            appraisal = await appraiser.appraise(node)
        SCORED.require(isinstance(appraisal, Appraisal), f"{appraisal!r:.80} is no Appraisal")
        for score in (appraisal.effectiveness, appraisal.future_promise):
            SCORED.require(score is None or _within(score, 10), f"{score!r}")
    for node in (context, scene.claimed):
        with STOPPED:
            completion = await appraiser.completed(node)
        require_completion(completion, STOPPED)


async def _check_verifier(scene: Scene) -> None:
    verifier, context = scene.roles.verifier, scene.context
    proposed = await scene.roles.explorer.propose(context, 4)
    moves = [each.move for each in proposed if isinstance(each.move, Action)]
    missing = Action(kind="click", args=("no-such-element",), intent="click what is not there")
    for action in (*moves, context.history[-1].action, missing):
        with VERIFIED:
            checked = await verifier.verify(action, context)
        fits = isinstance(checked, Action | Rejection)
        VERIFIED.require(fits, f"{action.raw} gave {checked!r:.80}")
        if isinstance(checked, Rejection):
            VERIFIED.require(bool(checked.reason.strip()), f"{action.raw} is refused without one")
        elif scene.task.action_kinds:
            VERIFIED.require(checked.kind in scene.task.action_kinds, f"{checked.raw} is none")


CHECKS: Mapping[str, Callable[[Scene], Awaitable[None]]] = {
    "planner": _check_planner,
    "controller": _check_controller,
    "extractor": _check_extractor,
    "explorer": _check_explorer,
    "appraiser": _check_appraiser,
    "verifier": _check_verifier,
}
