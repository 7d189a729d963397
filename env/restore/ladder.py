"""The tiers, tried from the cheapest on until one has verifiably led back.

A cheaper tier must lead to the very page. One that is only equivalent is taken where the page
changes by itself, or where nothing better is had: what follows from it could differ between tiers,
and which tier was used must show nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from env.link.calls import ProtocolError
from env.pool import PagePool, Seat
from env.restore.replay import Checked, check, replay
from env.restore.restarts import Restarts
from env.restore.routes import Arrival, Routes
from env.restore.tiers import JUMP, LIVE, RELOAD, RESTART, SNAPSHOT, Trail, trail
from mcts.protocols import Level, Restored
from webpilot.errors import BrowserLost, EnvironmentDown, StepTimeout
from webpilot.types import Path

__all__ = ["Ladder"]


class _Way(NamedTuple):
    """One tier, ready to be tried."""

    tier: str
    walk: Callable[[], Checked | None]
    """Returns the page at the end, compared; ``None`` where the way is closed."""


class _Try(NamedTuple):
    """A way that was tried."""

    way: _Way
    found: Checked | None

    @property
    def level(self) -> Level:
        return Level.DRIFTED if self.found is None else self.found.level


class Ladder:
    """Goes back, for the worlds of one episode; runs in the browser's thread."""

    def __init__(self, pool: PagePool, *, restarts: Restarts, routes: Routes) -> None:
        """Go back on the pages of ``pool``.

        Args:
            pool: the live pages.
            restarts: what this process knows of in-page restarts.
            routes: what this episode knows of places.
        """
        self.pool = pool
        self.routes = routes
        self._restarts = restarts

    def restore(self, path: Path, user: object) -> Restored:
        """Return the page at the end of ``path``, on the seat of ``user``.

        Raises:
            EnvironmentDown: a fresh load failed, or a page hangs.
        """
        started = time.perf_counter()
        there = trail(path.all_steps)
        tries: list[_Try] = []
        for way in self._ways(path, there, user):
            tries.append(self._tried(way))
            if self._suffices(tries[-1]):
                break
        else:
            self._make_do(tries)
        self._learn(tries)
        return self._ended(tries[-1], there, user, (time.perf_counter() - started) * 1000)

    def _make_do(self, tries: list[_Try]) -> None:
        """Settle for an equivalent page where no way led to the very page."""
        if tries[-1].level is Level.EQUIVALENT:
            # Not even a fresh load gives the very page: it is another one each time.
            self.pool.quiet = False
        elif near := [each for each in tries if each.level is Level.EQUIVALENT]:
            tries.append(self._tried(near[0].way))

    def _ways(self, path: Path, there: Trail, user: object) -> Iterator[_Way]:
        """Yield what is worth trying, cheapest first; each is decided when its turn comes."""
        allowed, page = self.pool.limits.tiers, self.pool.first
        seat = self.pool.standing(there, user)
        if LIVE in allowed and seat is not None:
            yield _Way(LIVE, partial(self._live, seat, path, there, user))
        if RESTART in allowed and page.restartable and self._restarts.worth(page.family):
            moved = self.pool.restartable(there, user)
            if moved is not None:
                yield _Way(RESTART, partial(self._restarted, moved, path, user))
        arrival = self.routes.arrival(path)
        if arrival is not None:
            tier = JUMP if arrival.place.reading else SNAPSHOT
            if tier in allowed:
                yield _Way(tier, partial(self._jumped, arrival, path, there, user))
        yield _Way(RELOAD, partial(self._reloaded, path, user))

    def _live(self, seat: Seat, path: Path, there: Trail, user: object) -> Checked | None:
        self.pool.take(seat, user)
        if not self.routes.begin(there):
            return None
        found = check(seat.page, path.target)
        if found.level is Level.DRIFTED:
            self.pool.moved(seat)
        return found

    def _restarted(self, seat: Seat, path: Path, user: object) -> Checked | None:
        self._move(seat, user)
        if not self.routes.begin(()) or not seat.page.restart():
            return None
        return replay(seat.page, path)

    def _jumped(self, arrival: Arrival, path: Path, there: Trail, user: object) -> Checked | None:
        seat = self._move(self.pool.loadable(user), user)
        seat.page.load()
        # Loading may write too, so the server is put back after it.
        storage = arrival.place.storage
        if storage is None or not self.routes.begin(there[: arrival.done], anew=True):
            return None
        seat.page.go(arrival.url, storage)
        return replay(seat.page, path, done=arrival.done)

    def _reloaded(self, path: Path, user: object) -> Checked:
        seat = self._move(self.pool.loadable(user), user)
        # Some servers note what is merely read, and show it elsewhere.
        self.routes.begin((), anew=True)
        seat.page.load()
        return replay(seat.page, path)

    def _move(self, seat: Seat, user: object) -> Seat:
        self.pool.take(seat, user)
        self.pool.moved(seat)
        return seat

    def _tried(self, way: _Way) -> _Try:
        meter = self.pool.meter
        with meter.trying(way.tier):
            try:
                found = way.walk()
            except StepTimeout:
                raise  # the page hangs: its browser must end before anything else is tried
            except (EnvironmentDown, ProtocolError):
                if way.tier == RELOAD:
                    raise
                found = None
        tried = _Try(way, found)
        meter.tried(way.tier, tried.level.value)
        return tried

    def _suffices(self, tried: _Try) -> bool:
        if tried.level is Level.EQUIVALENT:
            return not self.pool.quiet
        return tried.level is Level.EXACT

    def _learn(self, tries: list[_Try]) -> None:
        """Remember how a restart went, as far as what followed shows that it was its fault."""
        family, last = self.pool.first.family, tries[-1]
        for tried in tries:
            if tried.way.tier != RESTART or tried.found is None:
                continue
            if self._suffices(tried):
                self._restarts.worked(family)
            elif self._suffices(last):
                self._restarts.failed(family)

    def _ended(self, last: _Try, there: Trail, user: object, milliseconds: float) -> Restored:
        pool, seat, tier, level = self.pool, self.pool.of(user), last.way.tier, last.level
        if seat is None:
            raise BrowserLost("the page was lost on the way back")
        if last.found is None or level is Level.DRIFTED:
            self.routes.arrived(seat.page, None)
            pool.meter.gave_up()
            observation = seat.page.observe() if last.found is None else last.found.observation
            return Restored(observation=observation, tier=tier, level=Level.DRIFTED)
        self.routes.arrived(seat.page, there)
        seat.here = there
        if tier != LIVE:
            pool.returned(there, milliseconds)
        pool.meter.restored(tier)
        return Restored(observation=last.found.observation, tier=tier, level=level)
