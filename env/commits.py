"""What every judged episode does alike: a fresh page, and the committed actions replayed on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from env.act.reidentify import find
from env.link.thread import BrowserThread
from env.live import LivePage
from env.measure import Measured
from webpilot.observation import Observation
from webpilot.types import Action

__all__ = ["Commits"]

P = TypeVar("P", bound=LivePage)


class Commits(Generic[P]):
    """The committing side of one judged run; see :class:`webpilot.committing.Committer`.

    The page is loaded fresh with the first use, never restarted, and never shared with a search.
    """

    def __init__(self, thread: BrowserThread, page: P, *, action_limit: int) -> None:
        self._thread = thread
        self._page = page
        self._limit = action_limit
        self._now: Observation | None = None
        self._drift: int | None = None
        self._judged = False
        self.committed: tuple[Action, ...] = ()
        """Actions executed so far, as they were found on this page."""

    @property
    def commit_drift_step(self) -> int | None:
        """Index of the committed action whose element could not be found, else ``None``."""
        return self._drift

    @property
    def limited(self) -> bool:
        """Whether the action limit is reached."""
        return len(self.committed) >= self._limit

    async def commit(self, actions: Sequence[Action]) -> Observation:
        """Replay ``actions`` in order and return the page that follows.

        It stops for good at an element that cannot be found (decision 3), at the action limit
        (decision 4), and when the page ends its episode.
        """
        if self._judged:
            raise RuntimeError("the episode is judged; nothing can be committed any more")
        return await self._thread.run(self._page.metered, lambda: self._commit(actions))

    def measured(self) -> Measured:
        """Return what the judged run has cost so far."""
        return self._page.meter.read()

    def _close_books(self) -> None:
        """Note that the verdict is being given, which happens once."""
        if self._judged:
            raise RuntimeError("an episode is judged once")
        self._judged = True

    def _open(self) -> Observation:
        if self._now is None:
            self._page.load()
            self._now = self._page.observe()
        return self._now

    def _commit(self, actions: Sequence[Action]) -> Observation:
        now = self._open()
        for action in actions:
            if self.limited or self._drift is not None or self._page.ended():
                break
            found = find(action, now)
            if found is None:
                self._drift = len(self.committed)
                break
            error = self._page.act(found)
            self.committed = (*self.committed, found)
            self._now = now = self._page.observe(last_error=error)
        return now
