"""Observations written by hand, for tests that need no browser."""

from __future__ import annotations

from mcts.protocols import HistoryStep, NodeContext
from webpilot.observation import Cue, Element, Fingerprint, Observation
from webpilot.offline.page import PageView
from webpilot.offline.reading import read_page
from webpilot.plan import Subtask
from webpilot.types import Action


class Drawn:
    """A page put together element by element, drawn from top to bottom."""

    def __init__(self) -> None:
        self._elements: list[Element] = []
        self._cues: list[Cue] = []

    def add(
        self,
        role: str,
        name: str = "",
        *,
        tag: str = "div",
        text: str = "",
        value: str | None = None,
        parent: str | None = None,
        box: tuple[float, float, float, float] | None = None,
        words: tuple[str, ...] = (),
        attributes: tuple[tuple[str, str], ...] = (),
        cursor: str = "auto",
        **states: str,
    ) -> str:
        """Add an element and return its bid."""
        bid = str(len(self._cues))
        place = box or (10.0, 20.0 * len(self._cues), 100.0, 16.0)
        self._elements.append(
            Element(
                bid=bid,
                role=role,
                name=name,
                value=value,
                states=tuple(states.items()),
                parent=parent,
                box=place,
            )
        )
        self._cues.append(
            Cue(
                bid=bid,
                tag=tag,
                parent=parent,
                text=text,
                words=words,
                attributes=attributes,
                cursor=cursor,
                box=place,
            )
        )
        return bid

    def observation(self, *, focused: str = "", url: str = "", title: str = "") -> Observation:
        """Return the page as it stands; equal content has equal fingerprints."""
        digest = repr((self._elements, self._cues, focused))
        return Observation(
            text=digest,
            fingerprint=Fingerprint(exact=digest, interactive=digest),
            url=url,
            title=title,
            elements=tuple(self._elements),
            cues=tuple(self._cues),
            focused=focused,
            viewport=(400, 300),
        )

    def view(self, goal: str = "") -> PageView:
        """Return the view of the page as it stands."""
        return read_page(self.observation(), goal)


def context(
    goal: str, root: Observation, *steps: tuple[Action, Observation], remaining: int = 10
) -> NodeContext:
    """Return the context of the node that the steps lead to."""
    history = tuple(HistoryStep(action=action, observation=after) for action, after in steps)
    return NodeContext(
        goal=goal,
        subtask=Subtask(goal=goal),
        observation=history[-1].observation if history else root,
        root=root,
        history=history,
        remaining_actions=remaining,
    )
