"""The promises of the six roles, as a check that anyone can run on her own.

:mod:`mcts.contract` does the same for searchers and worlds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from mcts.contract import ContractBroken, Promise
from mcts.node import move_key
from mcts.protocols import NodeContext
from webpilot.errors import ConfigError
from webpilot.roles import Attempt, Reading, Rejection, Review, Roles
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Candidate,
    Completion,
    Done,
    Effect,
    Fact,
    Infeasible,
    Plan,
    Reflection,
    ReflectionScope,
    Subtask,
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

TACTICAL = (ReflectionScope.CHILD, ReflectionScope.SIBLING, ReflectionScope.SIMULATION)


async def check_roles(roles: Roles, task: Task, context: NodeContext) -> None:
    """Return ``None`` where the six roles keep the promises of :mod:`webpilot.roles`.

    Some twenty calls, so with a language model it costs what they cost.

    Args:
        roles: who plays.
        task: whose goal is that of ``context``.
        context: a node of a page that goes on, at least one step below the search's root.

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
    # Frozen does not mean that it cannot be done.
    before = repr((task, context))
    for check in (_check_planner, _check_controller, _check_extractor, _check_explorer):
        await check(roles, task, context)
        UNTOUCHED.require(repr((task, context)) == before, f"after {check.__name__[7:]}'s calls")
    await _check_appraiser(roles, context)
    UNTOUCHED.require(repr((task, context)) == before, "after the appraiser's calls")
    await _check_verifier(roles, task, context)
    UNTOUCHED.require(repr((task, context)) == before, "after the verifier's calls")
