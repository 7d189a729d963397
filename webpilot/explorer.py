"""The Explorer with a language model: ranked proposals, and the lessons of what was tried."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mcts.node import move_key
from mcts.protocols import NodeContext, SiblingNote
from prompts.answers import Unusable
from prompts.asking import Asker
from prompts.pages import page_text
from prompts.schema import ProposedMove, ProposedMoves
from webpilot.actions import describe_actions
from webpilot.aiming import aimed
from webpilot.assessments import Assessments, open_moves
from webpilot.errors import ActionError
from webpilot.moves import parse_move, written
from webpilot.types import (
    Action,
    Candidate,
    Done,
    Effect,
    Outcome,
    Reflection,
    ReflectionScope,
    Task,
)

__all__ = ["ModelExplorer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelExplorer:
    """Asks once for all proposals of a node; what it says of a node comes from the assessment."""

    asker: Asker
    task: Task
    assessments: Assessments

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return at most ``k`` candidates, most probable first, their priors summing to at most 1.

        A candidate that cannot run on this page is left out; if none can, the model is told why
        and asked once more.

        Raises:
            FormatError: the model's answer was unusable, and so was the repaired one.
            LLMError: the model could not be asked.
            BudgetExhausted: the call would pass a limit.
        """
        if context.ended:
            return ()

        def check(answer: ProposedMoves) -> None:
            _, faults = self._usable(answer, context)
            if faults:
                raise Unusable("no candidate can be used: " + "; ".join(faults))

        answer = await self.asker.ask(
            "webpilot/propose",
            ProposedMoves,
            check=check,
            hints=self.asker.hints.get("explorer", ""),
            actions=describe_actions(self.task.action_kinds),
            goal=self.task.goal,
            finished=context.finished,
            facts=context.facts,
            subtask=context.subtask,
            page=page_text(context.observation),
            history=context.history,
            attempt_lesson=context.strategic_reflection,
            advice=context.child_reflection,
            trial=context.simulation_reflection,
            not_done=context.not_done_reason,
            tried=[_tried(note) for note in context.siblings],
            remaining=context.remaining_actions,
            k=k,
        )
        usable, _ = self._usable(answer, context)
        return _ranked(usable, k)

    def _usable(
        self, answer: ProposedMoves, context: NodeContext
    ) -> tuple[list[Candidate], list[str]]:
        """Return the candidates that can run here; only where there are none, what is wrong."""
        usable: dict[str, Candidate] = {}
        faults = []
        for proposed in answer.candidates:
            try:
                move = self._move(proposed, context)
            except ActionError as error:
                faults.append(str(error))
                continue
            candidate = Candidate(move=move, prior=proposed.probability, reason=proposed.reason)
            usable.setdefault(move_key(move), candidate)
        if not answer.candidates and not context.siblings:
            faults.append("there is none; propose an action or a stop")
        return list(usable.values()), [] if usable else faults

    def _move(self, proposed: ProposedMove, context: NodeContext) -> Action | Outcome:
        move = parse_move(proposed.action, allowed=self.task.action_kinds)
        if isinstance(move, Action):
            return aimed(replace(move, intent=proposed.reason), context.observation)
        return Done(reason=proposed.reason) if isinstance(move, Done) else move

    async def describe(self, context: NodeContext) -> Effect | None:
        """Return what the last action did.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        answer = await self.assessments.of(context)
        return Effect(
            description=answer.description, changes=answer.changes, fulfilment=answer.fulfilment
        )

    async def reflect(self, context: NodeContext, scope: ReflectionScope) -> Reflection | None:
        """Return the lesson for those whom ``scope`` names, ``None`` where there is none.

        Of an action that failed and changed nothing the error is the lesson; nobody is asked.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        if context.failed:
            return _failure(context, scope)
        answer = await self.assessments.of(context)
        if scope is ReflectionScope.CHILD:
            text = answer.child_reflection.strip()
            return Reflection(scope=scope, text=text) if text else None
        text, avoid = answer.sibling_reflection.strip(), self._avoid(answer.avoid, context)
        return Reflection(scope=scope, text=text, avoid=avoid) if text or avoid else None

    def _avoid(self, named: tuple[str, ...], context: NodeContext) -> tuple[str, ...]:
        """Return the search's keys of those open moves that the model has named."""
        keys = {move_key(move) for move in open_moves(context)}
        found = []
        for text in named:
            try:
                found.append(move_key(parse_move(text, allowed=self.task.action_kinds)))
            except ActionError:
                continue
        return tuple(key for key in dict.fromkeys(found) if key in keys)


def _ranked(candidates: list[Candidate], k: int) -> tuple[Candidate, ...]:
    """Return the ``k`` most probable ones; of equally probable ones the model's first is first."""
    best = sorted(candidates, key=lambda each: -(each.prior or 0.0))[:k]
    total = max(1.0, sum(each.prior or 0.0 for each in best))
    return tuple(replace(each, prior=(each.prior or 0.0) / total) for each in best)


def _tried(note: SiblingNote) -> tuple[str, str]:
    lesson = note.reflection.text if note.reflection else ""
    return written(note.candidate.move), " ".join(lesson.split())


def _failure(context: NodeContext, scope: ReflectionScope) -> Reflection | None:
    if scope is ReflectionScope.CHILD or not context.history:
        return None
    failed = context.history[-1]
    text = f"failed and changed nothing: {failed.observation.last_error}"
    return Reflection(scope=scope, text=text, avoid=(failed.action.raw,))
