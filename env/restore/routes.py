"""What is known of places beyond their look: how a page came there, and what was kept there.

A page that came to an address by reading has nothing in its memory but what it loads there; so a
fresh page that keeps the same cookies and storage, and finds the server in the same state, may go
to that address instead of replaying what led there.
"""

from __future__ import annotations

from dataclasses import dataclass

from env.live import LivePage
from env.page.storage import Storage, read
from env.restore.snapshots import Snapshots
from env.restore.tiers import Trail, trail
from webpilot.types import Path

__all__ = ["Arrival", "Place", "Routes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known of one place that was seen."""

    reading: bool
    """Nothing but reads was sent on the way from the root."""
    state: str
    """Name of the server's state there; empty where no snapshots are taken."""
    storage: Storage | None
    """What was kept where a page had just come by reading; ``None`` elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A place on a path that a fresh page can go to by its address."""

    done: int
    """Number of the path's steps up to there."""
    url: str
    """As it stands in observations."""
    place: Place


class Routes:
    """The places that the pages of one episode have seen."""

    def __init__(self, snapshots: Snapshots | None = None) -> None:
        """Know nothing yet.

        Args:
            snapshots: puts the server behind the pages back, where there is such a thing.
        """
        self._snapshots = snapshots
        self._places: dict[Trail, Place] = {}
        self._state: str | None = ""
        """The state that the server is in; ``None`` where that is unknown."""

    def opened(self, page: LivePage) -> None:
        """Note the root: ``page`` is loaded and nothing was done on it."""
        page.sent()
        if () not in self._places:
            state = "" if self._snapshots is None else self._snapshots.take()
            self._places[()] = Place(reading=True, state=state, storage=None)
            self._state = state

    def stepped(self, page: LivePage, before: Trail | None, here: Trail) -> None:
        """Note where a step has led that ``page`` took at ``before``."""
        sent = page.sent()
        known = None if before is None else self._places.get(before)
        if not page.watched:
            return
        state = "" if known is None else known.state
        if self._snapshots is not None and sent.wrote:
            state = self._state = self._snapshots.take()
        if known is not None and here not in self._places:
            self._places[here] = Place(
                reading=known.reading and not sent.wrote,
                state=state,
                storage=read(page.tab.session) if sent.arrived else None,
            )

    def repeatable(self, page: LivePage | None, before: Trail) -> bool:
        """Return whether what ``page`` was doing at ``before`` when it died may be done again."""
        if page is None or not page.watched or self._snapshots is not None:
            return True
        known = self._places.get(before)
        return known is not None and known.reading and not page.sent().wrote

    def arrival(self, path: Path) -> Arrival | None:
        """Return the last place on ``path`` that a fresh page can go to, ``None`` if there is none.

        Where something was written on the way, only a server that is put back is as it was.
        """
        steps, root = path.all_steps, path.root.url.partition("#")[0]
        whole = trail(steps)
        for done in range(len(steps), 0, -1):
            place, url = self._places.get(whole[:done]), steps[done - 1].observation.url
            if place is None or place.storage is None or url.partition("#")[0] == root:
                continue
            if place.storage.other or not (place.reading or self._snapshots is not None):
                continue
            return Arrival(done=done, url=url, place=place)
        return None

    def begin(self, here: Trail, *, anew: bool = False) -> bool:
        """Return whether the server is as it was at ``here``, brought back if need be.

        Args:
            here: a place.
            anew: bring it back even if nothing is known to have changed it.

        Raises:
            EnvironmentDown: it cannot be brought back.
        """
        if self._snapshots is None:
            return True
        known = self._places.get(here)
        if known is not None and (anew or known.state != self._state):
            self._snapshots.put_back(known.state)
            self._state = known.state
        return known is not None

    def arrived(self, page: LivePage, here: Trail | None) -> None:
        """Note that a replay has led ``page`` to ``here``; ``None`` is somewhere else."""
        known = None if here is None else self._places.get(here)
        if page.alive and page.sent().wrote and self._snapshots is not None:
            self._state = None if known is None else known.state
