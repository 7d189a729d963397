"""The paper's Explorer: one action at a time, two calls to say what it did, one a reflection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mcts.protocols import NodeContext
from prompts.asking import Asker
from prompts.paper_schema import (
    ChildReflection,
    DescribedChange,
    IntentCheck,
    NextAction,
    SiblingReflection,
    SimReflection,
    counts,
)
from webpilot.observation import Observation
from webpilot.paper.entering import ENTER, Entering
from webpilot.paper.grammar import Offer, offered
from webpilot.paper.verifier import PaperVerifier
from webpilot.types import Action, Candidate, Effect, Reflection, ReflectionScope, Task

__all__ = ["Failure", "PaperExplorer"]

NOTHING_LEFT = "nothing left to do"
"""What a reflection for children says where no step is left."""
NOTHING_BETTER = "no better action"
"""What a reflection for siblings says where the action was the best one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure(Reflection):
    """A sibling's reflection on an action that failed and left the page as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperExplorer:
    """Proposes, describes, reflects; a :class:`webpilot.roles.Explorer`."""

    asker: Asker
    verifier: PaperVerifier
    task: Task
    entering: Entering = field(default_factory=Entering)
    """Shared with the Appraiser of the episode."""

    @property
    def _offer(self) -> Offer:
        return offered(self.task.action_kinds)

    @property
    def _hints(self) -> str:
        return self.asker.hints.get("explorer", "")

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return one verified action, however many are asked for; none where the page has ended.

        Right after a text was typed that Enter is to follow, it is Enter, and nobody is asked.
        """
        del k
        if context.ended:
            return ()
        if not context.siblings and self.entering.due(context):
            return (Candidate(move=ENTER, reason="the text typed is to be entered"),)
        choice = await self._choice(context)
        found = await self.verifier.passed(choice, context, self._offer)
        if found is None:
            return ()
        self.entering.note(context, found.action, found.enter)
        return (Candidate(move=found.action, reason=choice.reasoning_process),)

    async def _choice(self, context: NodeContext) -> NextAction:
        last = context.siblings[-1] if context.siblings else None
        shown: dict[str, Any] = {"context": context, "hints": self._hints, "offer": self._offer}
        if last is not None and isinstance(last.reflection, Failure):
            failures = [note.reflection for note in context.siblings]
            return await self.asker.ask(
                "paper/re_generate",
                NextAction,
                **shown,
                failed=last.candidate.move,
                reflections=[each for each in reversed(failures) if isinstance(each, Failure)],
                earlier=context.siblings[:-1],
            )
        template = "next_action_with_siblings" if context.siblings else "next_action"
        return await self.asker.ask(f"paper/{template}", NextAction, **shown)

    async def describe(self, context: NodeContext) -> Effect | None:
        """Return what the last action did and how far its intent was met: two calls."""
        if not context.history:
            return None
        change = await self.asker.ask(
            "paper/describe_change",
            DescribedChange,
            speculative=context.simulated,
            context=context,
            hints=self._hints,
            new_page=_place(context.previous) != _place(context.observation),
        )
        check = await self.asker.ask(
            "paper/intent_check",
            IntentCheck,
            speculative=context.simulated,
            context=context,
            change=change,
            intent=context.history[-1].action.intent,
        )
        return Effect(
            description=change.description,
            changes=change.changes,
            fulfilment=check.action_intent_fulfillment,
        )

    async def reflect(self, context: NodeContext, scope: ReflectionScope) -> Reflection | None:
        """Return the lesson of the last action for ``scope``, or ``None`` where there is none.

        A failed action has no lesson for children: it gets none. For its siblings the Verifier
        explains the failure.
        """
        if not context.history:
            return None
        action = context.history[-1].action
        if context.failed:
            return await self._explained(context, action, scope)
        match scope:
            case ReflectionScope.CHILD:
                return await self._for_children(context)
            case ReflectionScope.SIBLING:
                return await self._for_siblings(context, action)
            case ReflectionScope.SIMULATION:
                answer = await self.asker.ask(
                    "paper/sim_reflection", SimReflection, speculative=True, context=context
                )
                return _reflection(scope, answer.sim_reflection)
            case ReflectionScope.SUBTASK:
                return None  # the Controller's

    async def _explained(
        self, context: NodeContext, action: Action, scope: ReflectionScope
    ) -> Reflection | None:
        if scope is not ReflectionScope.SIBLING:
            return None
        text = await self.verifier.explain(context, self._offer)
        return Failure(scope=scope, text=text or "no reason is known", avoid=(action.raw,))

    async def _for_children(self, context: NodeContext) -> Reflection | None:
        answer = await self.asker.ask(
            "paper/child_reflection",
            ChildReflection,
            context=context,
            by_actions=counts(context.subtask.necessary_actions),
            sentinel=NOTHING_LEFT,
        )
        text = _but(NOTHING_LEFT, answer.node_reflection_for_child)
        return _reflection(ReflectionScope.CHILD, text)

    async def _for_siblings(self, context: NodeContext, action: Action) -> Reflection | None:
        answer = await self.asker.ask(
            "paper/sibling_reflection", SiblingReflection, context=context, sentinel=NOTHING_BETTER
        )
        text = _but(NOTHING_BETTER, answer.node_reflection_for_sib)
        if answer.action_intent_appropriate:
            return _reflection(ReflectionScope.SIBLING, text)
        text = text or "This action's intent did not serve the subtask."
        return _reflection(ReflectionScope.SIBLING, text, avoid=(action.raw,))


def _place(page: Observation) -> tuple[str, str]:
    address = urlsplit(page.url)
    return address.netloc, address.path


def _but(sentinel: str, text: str) -> str:
    """Return the text, empty where it says no more than the sentinel."""
    return "" if text.strip(" \n.!'\"").casefold() == sentinel else text.strip()


def _reflection(
    scope: ReflectionScope, text: str, avoid: tuple[str, ...] = ()
) -> Reflection | None:
    return Reflection(scope=scope, text=text.strip(), avoid=avoid) if text.strip() else None
