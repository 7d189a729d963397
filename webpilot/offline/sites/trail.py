"""The way to a node: each action with the page before and after it. Built from a node's history."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from mcts.protocols import NodeContext
from webpilot.observation import Observation
from webpilot.offline.sites.building import build_page
from webpilot.offline.sites.forms import finds
from webpilot.offline.sites.page import Item, SitePage
from webpilot.types import Action

__all__ = ["Reader", "Step", "Trail"]

KEPT = 256
"""Pages kept at hand; a search looks at the same few dozen again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One executed action."""

    action: Action
    before: SitePage
    after: SitePage
    changed: bool
    """The page is not what it was."""

    @property
    def target(self) -> Item | None:
        """The item that the action named, as it was before."""
        first = self.action.args[0] if self.action.args else None
        return self.before.item(first) if isinstance(first, str) else None

    @property
    def failed(self) -> bool:
        """Whether the action ended in an error."""
        return bool(self.after.error)

    @property
    def moved(self) -> bool:
        """Whether it led to another page, as far as headings and text tell."""
        return self.changed and self.before.runs != self.after.runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The executed steps in order, and the page they led to."""

    page: SitePage
    steps: tuple[Step, ...] = ()
    remaining: int | None = None
    """Actions left before the limit; ``None`` without one."""

    @property
    def last(self) -> Step | None:
        """The last step, or ``None`` at the start."""
        return self.steps[-1] if self.steps else None

    @property
    def pages(self) -> tuple[SitePage, ...]:
        """Every page seen, oldest first, the current one last."""
        return (*(step.before for step in self.steps), self.page)

    def followed(self, page: SitePage, item: Item) -> int:
        """Return how often what this item is was clicked, on this page or from another."""
        own = _identity(page, item)
        return sum(
            step.action.kind == "click"
            and step.target is not None
            and _identity(step.before, step.target) == own
            for step in self.steps
        )

    def left_behind(self, page: SitePage, item: Item) -> bool:
        """Return whether it was followed, though never from this page."""
        own = _identity(page, item)
        return not any(
            step.target is not None
            and step.before.key == page.key
            and _identity(step.before, step.target) == own
            for step in self.steps
        )

    def typed(self) -> tuple[str, ...]:
        """Return the texts that were sent to a search, oldest first."""
        return tuple(
            str(step.action.args[1])
            for step in self.steps
            if step.action.kind == "fill"
            and step.target is not None
            and finds(step.before, step.target)
        )

    def before(self) -> Trail | None:
        """Return the trail without its last step, or ``None`` at the start."""
        if not self.steps:
            return None
        left = None if self.remaining is None else self.remaining + 1
        return Trail(page=self.steps[-1].before, steps=self.steps[:-1], remaining=left)


def _identity(page: SitePage, item: Item) -> tuple[str, str, str]:
    """Return what an item is on any page: where it leads, else its name and what it stands in."""
    target = item.attributes.get("href", "")
    if target and not target.startswith("#"):
        return (item.role, "", target)
    holder = next((page.text(above) for above in page.above(item) if page.text(above)), "")
    return (item.role, item.label, holder[:200])


class Reader:
    """Reads observations into pages, each once."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, tuple[Observation, SitePage]] = OrderedDict()

    def page(self, observation: Observation) -> SitePage:
        """Return the page of an observation."""
        known = self._pages.get(id(observation))
        if known is not None and known[0] is observation:
            self._pages.move_to_end(id(observation))
            return known[1]
        page = build_page(observation)
        self._pages[id(observation)] = (observation, page)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        return page

    def trail(self, context: NodeContext) -> Trail:
        """Return the way to the node, from the last finished subtask's end on."""
        observations = [context.root, *(step.observation for step in context.history)]
        pages = [self.page(observation) for observation in observations]
        steps = tuple(
            Step(
                action=step.action,
                before=pages[place],
                after=pages[place + 1],
                changed=observations[place].fingerprint != observations[place + 1].fingerprint,
            )
            for place, step in enumerate(context.history)
        )
        return Trail(page=pages[-1], steps=steps, remaining=context.remaining_actions)
