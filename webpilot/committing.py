"""What an agent holds of a judged episode: it can act, it cannot ask for the score."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from webpilot.observation import Observation
from webpilot.types import Action

if TYPE_CHECKING:
    from mcts.protocols import Worlds

__all__ = ["CommitOnly", "Committer", "Reroot", "Rooted"]


class Rooted(NamedTuple):
    """Where a search begins."""

    root: Observation
    worlds: Worlds


Reroot = Callable[[], Awaitable[Rooted]]
"""Brings the search to where the judged episode stands, and returns where that is.

Raises:
    EnvironmentDown: it cannot be brought there.
"""


class Committer(Protocol):
    """A judged episode, as far as the agent may use it."""

    @property
    def committed(self) -> tuple[Action, ...]:
        """The actions executed so far, as they were found on the judged page."""
        ...

    async def commit(self, actions: Sequence[Action]) -> Observation:
        """Replay ``actions`` on the judged page, in order; return the page that follows."""
        ...


class CommitOnly:
    """A judged episode with everything but committing taken away."""

    __slots__ = ("_episode",)

    def __init__(self, episode: Committer) -> None:
        self._episode = episode

    @property
    def committed(self) -> tuple[Action, ...]:
        """The actions executed so far."""
        return self._episode.committed

    async def commit(self, actions: Sequence[Action]) -> Observation:
        """Replay ``actions`` on the judged page."""
        return await self._episode.commit(actions)
