"""The vocabulary of WebPilot: one frozen dataclass per concept.

The task, the moves and where they lead, and what roles say of them. Pages are in
:mod:`webpilot.observation`, plans in :mod:`webpilot.plan`; every other module may import these
three, and they import none of them. Nothing here mutates: search statistics live in
:mod:`mcts.tree`, budgets in :mod:`webpilot.budget`. No type carries a benchmark's reward, because
the search sees all of them (see :mod:`webpilot.verdict` for what it never sees).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from webpilot.observation import Element, Observation

__all__ = [
    "Action",
    "Answer",
    "Appraisal",
    "Argument",
    "Candidate",
    "Completion",
    "Done",
    "Effect",
    "Infeasible",
    "JsonItem",
    "Outcome",
    "Path",
    "PathStep",
    "Reflection",
    "ReflectionScope",
    "Task",
]

Argument = str | int | float | bool | tuple[str, ...] | None
"""One literal argument of an action, as it stands in BrowserGym's action string."""

JsonItem = str | int | float | bool | None | Mapping[str, str | int | float | bool | None]
"""One item of what was retrieved, as it stands in WebArena-Verified's response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked, and where: one instance (a seed) of one benchmark task."""

    id: str
    """The benchmark's name of the task, e.g. ``miniwob.click-checkboxes``."""
    seed: int
    goal: str
    """The instruction, verbatim. No role may change it."""
    benchmark: str = "miniwob"
    site: str = ""
    start_url: str = ""
    """Canonical (decision 7): never a path or a port of this machine."""
    action_kinds: tuple[str, ...] = ()
    """The primitives the benchmark allows, in the order they are offered."""
    action_limit: int | None = None
    """Committed actions of the whole task, ``noop`` included; ``None`` is no limit."""
    answer_format: str | None = None
    """How an answer must be worded, or ``None`` where none is due."""
    answer_optional: bool = False
    """The task may ask for no answer at all: who plans says whether one is due."""

    @property
    def answer_due(self) -> bool:
        """Whether an answer is due, whatever the plan says."""
        return self.answer_format is not None and not self.answer_optional


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One BrowserGym primitive with its literal arguments.

    Two actions are equal when kind and arguments are: neither the intent nor the picture of the
    target counts, so siblings can be told apart and repeated ones dropped.
    """

    kind: str
    args: tuple[Argument, ...] = ()
    target: Element | None = field(default=None, compare=False)
    """The element the first argument names, as it was when the action was chosen."""
    intent: str = field(default="", compare=False)

    @property
    def raw(self) -> str:
        """BrowserGym's action string, e.g. ``fill('12', 'Paris')``."""
        rendered = (list(arg) if isinstance(arg, tuple) else arg for arg in self.args)
        return f"{self.kind}({', '.join(repr(arg) for arg in rendered)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The agent stops and claims that the page is as the task wants it."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The agent stops with an answer; the last four fields are WebArena-Verified's response."""

    text: str
    task_type: str | None = None
    status: str | None = None
    retrieved_data: tuple[JsonItem, ...] | None = None
    error_details: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Infeasible:
    """The agent stops and claims that the task cannot be done here."""

    reason: str = ""


Outcome = Done | Answer | Infeasible
"""How an agent stops. A stop is not an action and costs no step (decision 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One proposal of the policy: an action to try or a way to stop."""

    move: Action | Outcome
    prior: float | None = None
    """Probability in [0, 1] among the proposals of one call, or ``None`` where none was given."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One action and the page that followed it when it was first taken."""

    action: Action
    observation: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """How a state was reached from a fresh page: what is committed or adopted, then the search's.

    ``restore`` compares the page it gets with ``target``.
    """

    root: Observation
    """The page right after a fresh load."""
    committed: tuple[PathStep, ...] = ()
    """Steps of finished subtasks (adopted, on a benchmark that commits at the end)."""
    steps: tuple[PathStep, ...] = ()
    """Steps of the running search."""

    @property
    def all_steps(self) -> tuple[PathStep, ...]:
        """Every step from the fresh page, in order."""
        return self.committed + self.steps

    @property
    def target(self) -> Observation:
        """The observation the path leads to."""
        steps = self.all_steps
        return steps[-1].observation if steps else self.root


class ReflectionScope(StrEnum):
    """Who reads a reflection (method.md, section 4)."""

    CHILD = "child"
    SIBLING = "sibling"
    SIMULATION = "simulation"
    SUBTASK = "subtask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflection:
    """A short lesson from one node, for the nodes that its scope names."""

    scope: ReflectionScope
    text: str
    about: int | None = None
    """Id of the node it was drawn from; ``None`` for a whole attempt."""
    avoid: tuple[str, ...] = ()
    """Action strings this reflection advises against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one executed action did, as far as it can be seen: in the Explorer's words."""

    description: str
    """The page that followed."""
    changes: str = ""
    """What is different from the page before."""
    fulfilment: str = ""
    """How far the action's intent was met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """The bifaceted self-reward of one node; ``None`` where it could not be judged, never 0."""

    effectiveness: float | None
    """How much the executed action helped, in [0, 10]."""
    future_promise: float | None
    """How likely the goal is reached from here, in [0, 10]."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A judgement whether a subtask (or the task) is done."""

    done: bool
    reason: str = ""
    outcome: Outcome | None = None
    """How to stop when done; ``None`` means :class:`Done`."""
    description: str = ""
    """The page in the judge's words: what the Planner reads in place of the page."""
