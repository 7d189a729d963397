"""Steps that change a site are sent at most once, whatever dies meanwhile.

What was begun, and what of it is known to be done, stands in :mod:`webpilot.steps`. A step that is
done is taken for granted; one that was begun and is not known to be done is never sent again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, runtime_checkable

from webpilot.committing import Committer
from webpilot.errors import SiteUnknown
from webpilot.observation import Observation
from webpilot.steps import StepJournal, StepKey, path_hash
from webpilot.types import Action

__all__ = ["Arriving", "CommitOnce"]


@runtime_checkable
class Arriving(Protocol):
    """A judged episode whose page can be taken to where an earlier process has led."""

    async def arrive(self, url: str) -> Observation:
        """Go to an address, which counts as no action; return the page."""
        ...


class CommitOnce:
    """A judged episode whose unsafe steps are sent once; a :class:`Committer`."""

    def __init__(
        self,
        episode: Committer,
        journal: StepJournal,
        *,
        task: str,
        seed: int,
        unsafe: Callable[[Action], bool] = lambda action: True,
        arrive: Callable[[str], Awaitable[Observation]] | None = None,
    ) -> None:
        """Wrap an episode that has committed nothing yet.

        Args:
            episode: carries the steps out.
            journal: of the episode's steps.
            task: its name.
            seed: of its instance.
            unsafe: whether a step may change the site; the others are repeated freely.
            arrive: goes to the address that followed a step which is done already, and returns the
                page; by default the page stays where it is.
        """
        self._episode = episode
        self._journal = journal
        self._task = task
        self._seed = seed
        self._unsafe = unsafe
        self._arrive = arrive
        self._left = list(journal.sent)
        """Steps that an earlier process has begun or done and this one has not come to."""
        self._wanted: list[str] = []
        self._committed: list[Action] = []

    @property
    def committed(self) -> tuple[Action, ...]:
        """The actions executed so far, those of earlier processes included."""
        return tuple(self._committed)

    @property
    def left(self) -> tuple[StepKey, ...]:
        """Steps that an earlier process has begun or done and this one has not come to.

        Where some are left when an episode is judged, the site holds what its path does not.
        """
        return tuple(self._left)

    async def commit(self, actions: Sequence[Action]) -> Observation:
        """Carry out ``actions`` on the judged page, in order; return the page that follows.

        Raises:
            SiteUnknown: an unsafe one was begun by a process that died, and may have been done; or
                it is not what an earlier process has done here.
        """
        now: Observation | None = None
        for action in actions:
            now = await self._step(action)
            self._wanted.append(action.raw)
        return await self._episode.commit(()) if now is None else now

    async def _step(self, action: Action) -> Observation:
        if not self._unsafe(action):
            return (await self._sent(action))[1]
        key = StepKey(
            task=self._task, seed=self._seed, path=path_hash(self._wanted), action=action.raw
        )
        if self._left and key not in self._left:
            raise SiteUnknown(
                f"contaminated: the site holds {self._left[0]}, and this attempt goes another way; "
                "reset the site and start another run"
            )
        if not self._journal.begin(key):
            self._left.remove(key)
            self._committed.append(action)
            url = self._journal.url(key)
            return await (self._arrive(url) if self._arrive and url else self._episode.commit(()))
        # Whatever is raised here leaves the step begun: it may have been sent.
        executed, now = await self._sent(action)
        if executed:
            self._journal.done(key, url=now.url)
        else:
            self._journal.void(key)
        return now

    async def _sent(self, action: Action) -> tuple[bool, Observation]:
        """Return whether the episode took an action, and the page that follows."""
        before = len(self._episode.committed)
        now = await self._episode.commit((action,))
        taken = self._episode.committed[before:]
        self._committed.extend(taken)
        return bool(taken), now
