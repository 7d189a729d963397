"""The roles on sites: the same readings of goal and page propose, judge and answer."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from mcts.protocols import NodeContext
from webpilot.observation import Observation
from webpilot.offline.sites.answers import read_answer
from webpilot.offline.sites.errands import read_errand
from webpilot.offline.sites.judging import Standing, answer_of, stand
from webpilot.offline.sites.trail import Reader, Trail
from webpilot.offline.verifier import OfflineVerifier
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Attempt, Reading, Review, Roles
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Candidate,
    Completion,
    Effect,
    Infeasible,
    Reflection,
    ReflectionScope,
    Task,
)

__all__ = [
    "SiteAppraiser",
    "SiteController",
    "SiteExplorer",
    "SiteExtractor",
    "SitePlanner",
    "Standings",
    "site_roles",
]

SHARPNESS = 3
"""Exponent that turns scores into priors: a clear favourite gets nearly all."""
KEPT = 512
ENOUGH = 0.6
"""Certainty from which a page's answer is taken for one."""


class Standings:
    """Where errands stand at nodes, each worked out once."""

    def __init__(self) -> None:
        self._reader = Reader()
        self._known: OrderedDict[tuple[str, ...], Standing] = OrderedDict()

    def trail(self, context: NodeContext) -> Trail:
        """Return the way to the node."""
        return self._reader.trail(context)

    def at(self, context: NodeContext) -> Standing:
        """Return where the subtask stands at the node."""
        return self.along(context, len(context.history))

    def along(self, context: NodeContext, steps: int) -> Standing:
        """Return where the subtask stood after the first ``steps`` of the node's history."""
        history = context.history[:steps]
        key = (
            context.subtask.goal,
            context.root.fingerprint.exact,
            *(f"{s.action.raw}{s.observation.fingerprint.exact}" for s in history),
        )
        known = self._known.get(key)
        if known is None:
            known = stand(
                read_errand(context.subtask.goal),
                self._reader.trail(replace(context, history=history)),
            )
            self._known[key] = known
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return known


class SiteExplorer:
    """Proposes ways, deeds and stops."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return at most ``k`` candidates, best first; a stop first where it is due."""
        if context.ended:
            return ()
        now = self._standings.at(context)
        avoid = _avoided(context)
        ranked = [move for move in now.moves if move.action.raw not in avoid]
        weighed = [(move.score, move.action, move.reason) for move in ranked]
        stops = []
        if now.outcome is not None and not _refused(context):
            stops = [Candidate(move=now.outcome, prior=None, reason="it is reached")]
        weights = [score**SHARPNESS for score, _, _ in weighed[: max(0, k - len(stops))]]
        first = 2.0 * max([*weights, 0.5]) if stops else 0.0
        total = (first + sum(weights)) or 1.0
        listed = [replace(stop, prior=first / total) for stop in stops]
        listed += [
            Candidate(move=action, prior=weight / total, reason=reason)
            for weight, (_, action, reason) in zip(weights, weighed, strict=False)
        ]
        return tuple(listed[:k])

    async def describe(self, context: NodeContext) -> Effect | None:
        """Return ``None``: the page is read itself."""
        return None

    async def reflect(self, context: NodeContext, scope: ReflectionScope) -> Reflection | None:
        """Return what is missing, or for siblings which action had no effect."""
        if scope is not ReflectionScope.SIBLING:
            now = self._standings.at(context)
            return Reflection(scope=scope, text=f"Still missing: {now.missing or 'nothing'}.")
        last = self._standings.trail(context).last
        if last is None or (last.changed and not last.failed):
            return None
        why = f"failed: {last.after.error}" if last.failed else "changed nothing"
        raw = last.action.raw
        return Reflection(scope=scope, text=f"{raw} {why}.", avoid=(raw,))


def _avoided(context: NodeContext) -> frozenset[str]:
    """Return the action strings that siblings took or that reflections advise against."""
    taken = {n.candidate.move.raw for n in context.siblings if isinstance(n.candidate.move, Action)}
    notes = [note.reflection for note in context.siblings if note.reflection is not None]
    return frozenset(taken.union(*(note.avoid for note in notes)))


def _refused(context: NodeContext) -> bool:
    """Return whether a stop was proposed at this node before."""
    return any(not isinstance(note.candidate.move, Action) for note in context.siblings)


class SiteAppraiser:
    """Scores a node by what its page answers, shows or has taken."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return how much the last action gained and how near the end is."""
        now = self._standings.at(context)
        steps = len(context.history)
        before = self._standings.along(context, steps - 1) if steps else None
        claim = context.claim
        if claim is not None:
            sure = 10.0 * (0.55 if isinstance(claim, Infeasible) else now.sure)
            return Appraisal(
                effectiveness=round(sure, 3), future_promise=round(sure, 3), reason="a claim"
            )
        last = self._standings.trail(context).last
        gain = 0.0 if before is None else now.progress - before.progress
        effect = 5.0 if last is None else 0.0 if last.failed else 1.0 if not last.changed else 0.0
        if last is not None and last.changed and not last.failed:
            taken = {m.action.raw: m.score for m in before.moves} if before else {}
            own = taken.get(last.action.raw, 0.0)
            effect = min(10.0, max(0.0, 3.0 + 4.0 * own + 6.0 * gain))
        ahead = max((move.score for move in now.moves), default=0.0)
        promise = 10.0 * (0.6 * max(now.progress, now.sure) + 0.4 * ahead)
        return Appraisal(
            effectiveness=round(effect, 3),
            future_promise=round(min(10.0, promise), 3),
            reason=now.missing or "all is so",
        )

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether it may stop at the node."""
        now = self._standings.at(context)
        if context.claim is not None:
            return Completion(done=now.outcome is not None, reason=now.missing or "it is reached")
        if context.observation.held_back:  # what it does is seen when it is committed
            return Completion(done=True, reason="it is held back until it is committed")
        done = now.outcome is not None and not isinstance(now.outcome, Infeasible)
        return Completion(
            done=done, reason=now.missing or "it is reached", outcome=now.outcome if done else None
        )


class SiteController:
    """Judges an attempt as the appraiser judges its last node."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    async def complete(self, task: Task, attempt: Attempt) -> Completion:
        """Return whether the attempt's end is one to stop at."""
        now = self._standings.at(
            NodeContext(
                goal=task.goal,
                subtask=attempt.subtask,
                observation=attempt.observation,
                root=attempt.root,
                history=attempt.steps,
            )
        )
        return Completion(
            done=now.outcome is not None, reason=now.missing or "it is reached", outcome=now.outcome
        )

    async def reflect(self, task: Task, attempt: Attempt, reason: str) -> Reflection | None:
        """Return a lesson where the attempt was committed: another one begins where it has led.

        Elsewhere ``None``: the same readings would rank the same moves again.
        """
        if not attempt.committed:
            return None
        return Reflection(scope=ReflectionScope.SUBTASK, text=f"It is committed; {reason}.")


class SiteExtractor:
    """Reads the answer off one page."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    async def extract(
        self, task: Task, subtask: Subtask, observation: Observation, facts: tuple[Fact, ...]
    ) -> Reading | None:
        """Return what the page alone answers, one value a line, or ``None``."""
        context = NodeContext(
            goal=task.goal, subtask=subtask, observation=observation, root=observation
        )
        found = read_answer(read_errand(subtask.goal), self._standings.trail(context))
        if found is None or found.sure < ENOUGH:
            return None
        return Reading(value="\n".join(found.values), evidence=found.evidence)

    async def conclude(self, task: Task, plan: Plan, facts: tuple[Fact, ...]) -> Answer | None:
        """Return the last fact as the answer, its lines as its items."""
        if not facts:
            return None
        from webpilot.offline.sites.answers import Found

        lines = tuple(line for line in facts[-1].value.splitlines() if line.strip())
        found = Found(values=lines, sure=1.0, evidence=facts[-1].evidence)
        return answer_of(read_errand(task.goal), found)


class SitePlanner:
    """Keeps the goal whole; its stop carries the answer."""

    async def plan(self, task: Task, observation: Observation) -> Plan:
        """Return the plan with the goal as its only subtask.

        The subtask asks for no extraction: an answer may need several pages of the way, and the
        Explorer's stop carries it.
        """
        errand = read_errand(task.goal)
        about = errand.thing or errand.place or errand.goal
        subtask = Subtask(
            goal=task.goal,
            expectation=f"{errand.kind.value.lower()}: {about}",
        )
        return Plan(subtasks=(subtask,), rationale=f"one errand of kind {errand.kind.value}")

    async def refine(self, task: Task, plan: Plan, review: Review) -> Plan:
        """Return the rest of the plan as it stands."""
        return replace(plan, revision=plan.revision + 1, supersedes=plan.revision)


def site_roles() -> Roles:
    """Return the six roles for one episode on a site."""
    standings = Standings()
    return Roles(
        planner=SitePlanner(),
        controller=SiteController(standings),
        extractor=SiteExtractor(standings),
        explorer=SiteExplorer(standings),
        appraiser=SiteAppraiser(standings),
        verifier=OfflineVerifier(),
    )
