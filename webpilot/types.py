"""The vocabulary of WebPilot: one frozen dataclass per concept.

Standard library only; every other module may import it and it imports none of them. Nothing here
mutates: search statistics live in :mod:`mcts.tree`, budgets in :mod:`webpilot.budget`. No type in
this module carries a benchmark's reward, because the search sees all of them (see
:mod:`webpilot.verdict` for what it never sees).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "Action",
    "Answer",
    "Appraisal",
    "Argument",
    "Candidate",
    "Completion",
    "Cue",
    "Done",
    "Effect",
    "Element",
    "Fact",
    "Fingerprint",
    "Infeasible",
    "JsonItem",
    "Observation",
    "OpenTab",
    "Outcome",
    "Path",
    "PathStep",
    "Plan",
    "Reflection",
    "ReflectionScope",
    "Subtask",
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
class Element:
    """One element of the observed page, in document order of the accessibility tree."""

    bid: str
    """BrowserGym's element id, valid at the node where it was observed (decision 6)."""
    role: str
    name: str
    value: str | None = None
    states: tuple[tuple[str, str], ...] = ()
    """Accessibility properties as (name, text) pairs, e.g. ``("checked", "true")``."""
    frame: tuple[str, ...] = ()
    """Bids of the enclosing frames, outermost first."""
    parent: str | None = None
    """Bid of the nearest marked ancestor in the accessibility tree."""
    box: tuple[float, float, float, float] | None = None
    """x, y, width, height in CSS pixels of the viewport; ``None`` where nothing is drawn."""

    @property
    def identity(self) -> tuple[str, str, tuple[str, ...]]:
        """Role, name and depth of framing: what must agree before an element is acted on again."""
        return (self.role, self.name, self.frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What can be seen of an element beyond the accessibility tree (decision 9).

    Cues stay outside the text and the fingerprint; a result names the policies that read them.
    """

    bid: str
    tag: str
    """Lower-case tag name, SVG tags included (``circle``, ``rect``, ``text``)."""
    parent: str | None = None
    """Bid of the parent element in the DOM."""
    text: str = ""
    """The element's own text nodes, white space folded; not its descendants'."""
    words: tuple[str, ...] = ()
    """Words of the class and id attributes, split at case, hyphen and underscore."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Selected attributes as (name, value): type, placeholder, for, title, alt, href, min..."""
    color: str | None = None
    """Text colour, or an SVG shape's fill, as ``#rrggbb``."""
    background: str | None = None
    """Background colour as ``#rrggbb``; ``None`` where transparent."""
    shape: str | None = None
    """SVG shape: circle, ellipse, rectangle, square, line, triangle, polygon-N, path, text."""
    sides: int | None = None
    """Number of corners of a polygon."""
    size: float | None = None
    """Largest side of the drawn box in CSS pixels, or an SVG text's font size."""
    cursor: str = ""
    """Computed cursor; ``pointer`` marks what looks clickable."""
    selection: str = ""
    """The part of the element's text that is selected, if any."""
    scroll: tuple[float, float, float, float] | None = None
    """scrollTop, scrollHeight, clientHeight, scrollLeft of a scrollable element, else ``None``."""
    box: tuple[float, float, float, float] | None = None
    """x, y, width, height in CSS pixels of the viewport; ``None`` where nothing is drawn."""
    points: tuple[tuple[float, float], ...] = ()
    """Corners of an SVG line or polygon in CSS pixels of the viewport."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Digests that decide whether two pages are the same; they carry no bids (decision 6)."""

    exact: str
    """Over canonical text, URL, form state, focus and scroll."""
    interactive: str
    """Over URL and interactive elements by role, name and value, self-changing ones masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTab:
    """One of several open tabs."""

    title: str
    url: str
    active: bool
    """Whether it is the one that is observed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The page as a role sees it. No reward, no console output, no machine path."""

    text: str
    """BrowserGym's ``flatten_axtree_to_str``, without ``InlineTextBox``, canonical URL."""
    fingerprint: Fingerprint
    url: str = ""
    title: str = ""
    elements: tuple[Element, ...] = ()
    cues: tuple[Cue, ...] = ()
    focused: str = ""
    """Bid of the focused element, or the empty string."""
    last_error: str = ""
    """Error of the action that led here (class and first line), or the empty string."""
    viewport: tuple[int, int] = (0, 0)
    """Width and height in CSS pixels."""
    scale: float = 1.0
    """Mouse actions take CSS pixels times this (BrowserGym's ``_bgym_scale_factor``)."""
    tabs: tuple[OpenTab, ...] = ()
    """All open tabs, in the order of ``tab_focus``; empty where there is only one."""
    held_back: bool = False
    """The action would have changed the site and was held back: it is done when it is committed,
    and the page is as it was without it."""

    def element(self, bid: str) -> Element | None:
        """Return the element with this bid, or ``None``."""
        return next((element for element in self.elements if element.bid == bid), None)


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
class Fact:
    """One piece of information that was read off a page and checked against it."""

    question: str
    """The subtask that asked for it."""
    value: str
    """Normalised: white space folded, no quotes around it."""
    evidence: str = ""
    """The words of the page it was read from."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtask:
    """One step of the plan, searched on its own."""

    goal: str
    expectation: str = ""
    """What the page shows when it is done."""
    necessary_actions: str = ""
    """Actions that leave no clear trace and must have been taken, or the empty string."""
    needs_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The subtasks still to do, first one next; revisions are new plans."""

    subtasks: tuple[Subtask, ...]
    rationale: str = ""
    expectation: str = ""
    """What the page shows when the whole task is done (E_T)."""
    needs_answer: bool = False
    """The task asks for information, not only for a state of the page."""
    answer_requirements: str = ""
    """What the answer must contain and how it must be worded."""
    infeasible: str = ""
    """Why the task cannot be done here, or the empty string."""
    revision: int = 0
    supersedes: int | None = None
    """Revision this one replaces, or ``None`` for the first."""
