"""The live pages of one episode: who stands where, who may be moved, and when one more pays.

Everything here runs in the browser's thread. The rules, with what they were measured against, are
in ``docs/mechanisms/restoration.md``:

- A page that stands at the node wanted is taken as it is.
- Else a page is moved: first one that stands nowhere of use, then the one used longest ago.
- A page more is opened where moving one means loading it anyway, or once going back to places that
  pages were moved away from has cost as much time as a load (the rent has paid for the house).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from env.live import LivePage
from env.measure import Meter
from env.restore.tiers import TIERS, Trail

__all__ = ["PagePool", "PoolLimits", "Seat", "family", "unshared_mb"]

PAGE = 4096 / 1e6
"""Megabytes of one page of memory, as /proc counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """How many pages one episode may keep alive, and how long one may be used."""

    pages: int = 8
    """Most live pages; a world without one may always open one. One where pages do not
    come to rest (:attr:`env.clock.Clock.rests`)."""
    memory_mb: float = 2000.0
    """Memory of the browser's processes, in MB and without what they share, above which no page
    is added and those that stand idle are closed."""
    age: int = 400
    """Actions and restarts after which a page is loaded anew instead of restarted."""
    heap_mb: float = 256.0
    """Size of a page's own memory, in MB, above which the same is done."""
    recoveries: int = 3
    """How often a lost browser is replaced within the episode before it is given up."""
    tiers: tuple[str, ...] = TIERS
    """The ways back that may be tried; a fresh load is always the last one."""


@dataclass(slots=True, kw_only=True, eq=False)
class Seat:
    """One live page, and where it stands."""

    page: LivePage
    here: Trail | None = None
    """What was done on it since its root; ``None`` where that is unknown."""
    ended: bool = False
    """It takes no more actions: nobody will go back there."""
    used: int = 0
    """When it was last used, by the pool's count."""
    user: object | None = None
    """The world that works with it, or ``None``."""
    last: object | None = None
    """The world that worked with it last."""

    @property
    def useful(self) -> bool:
        """Whether somebody may still want to go where it stands."""
        return self.here is not None and not self.ended


@dataclass(slots=True)
class PagePool:
    """The seats of one episode."""

    limits: PoolLimits
    first: LivePage
    """The page that the root was seen on; the others are made like it."""
    worlds: int = 1
    """How many worlds share the pool: each can have a page."""
    seats: list[Seat] = field(default_factory=list)
    recoveries: int = 0
    """How often a lost browser was replaced so far."""
    quiet: bool = field(init=False)
    """Whether the page is the same each time: then only the very page counts as come back."""
    _clock: int = 0
    _left: set[Trail] = field(default_factory=set)
    """Places that a page stood at and was moved away from."""
    _rent: float = 0.0
    """Milliseconds that going back to such places has cost since a page was added."""

    def __post_init__(self) -> None:
        self.quiet = self.first.quiet
        self.seats.append(Seat(page=self.first, here=()))

    @property
    def meter(self) -> Meter:
        """Counts what the pages do."""
        return self.first.meter

    @property
    def capacity(self) -> int:
        """Most pages there may be."""
        return max(self.limits.pages if self.first.clock.rests else 1, self.worlds)

    def of(self, user: object) -> Seat | None:
        """Return the seat of a world: its own, or its last one where nobody has taken that."""
        own = [seat for seat in self.seats if seat.user is user]
        left = [seat for seat in self.seats if seat.user is None and seat.last is user]
        for seat in (*own, *left):
            if seat.page.alive:
                return seat
        return None

    def standing(self, here: Trail, user: object) -> Seat | None:
        """Return a seat that stands at ``here`` and may be taken, ``None`` if there is none."""
        own = self.of(user)
        for seat in sorted(self._movable(user), key=lambda seat: seat is not own):
            if seat.here == here and seat.page.alive:
                return seat
        return None

    def take(self, seat: Seat, user: object) -> Seat:
        """Return ``seat``, now the world's; the one it had stays where it stands."""
        self.leave(user)
        self._clock += 1
        seat.user = seat.last = user
        seat.used = self._clock
        return seat

    def leave(self, user: object) -> None:
        """Let others take the world's seat."""
        for seat in self.seats:
            if seat.user is user:
                seat.user = None

    def restartable(self, here: Trail, user: object) -> Seat | None:
        """Return the seat to restart on the way to ``here``; ``None`` if a load is better."""
        self._sweep()
        victim = self._victim(user)
        if victim is None or not victim.page.alive or self._worn(victim):
            return None
        if victim.useful and here in self._left and self._pays() and self._room():
            return None
        return victim

    def loadable(self, user: object) -> Seat:
        """Return a seat to load a fresh page on."""
        self._sweep()
        own = self.of(user)
        if own is not None and not own.useful:
            return own
        victim = self._victim(user)
        worn = victim is not None and (not victim.useful or self._worn(victim))
        if victim is None or (not worn and self._room()):
            self._rent = 0.0
            self.seats.append(Seat(page=self.first.another()))
            return self.seats[-1]
        return victim

    def moved(self, seat: Seat) -> None:
        """Note that a seat leaves the place where it stands."""
        if seat.here is not None and seat.useful:
            self._left.add(seat.here)
        seat.here, seat.ended = None, False

    def returned(self, here: Trail, milliseconds: float) -> None:
        """Note what going to ``here`` has cost where no page stood there."""
        if here in self._left:
            self._left.discard(here)
            self._rent += milliseconds

    def recovers(self) -> bool:
        """Return whether one more lost browser may be replaced, and count it."""
        self.recoveries += 1
        return self.recoveries <= self.limits.recoveries

    def close(self) -> None:
        """Discard every page."""
        for seat in self.seats:
            seat.page.close()
        self.seats.clear()

    def _movable(self, user: object) -> list[Seat]:
        return [seat for seat in self.seats if seat.user is None or seat.user is user]

    def _victim(self, user: object) -> Seat | None:
        """Return the seat whose place is missed least."""
        return min(self._movable(user), key=lambda seat: (seat.useful, seat.used), default=None)

    def _pays(self) -> bool:
        return self._rent >= max(seat.page.load_ms for seat in self.seats)

    def _worn(self, seat: Seat) -> bool:
        if seat.page.age >= self.limits.age:
            return True
        return seat.page.alive and seat.page.heap_mb() > self.limits.heap_mb

    def _room(self) -> bool:
        """Return whether a page may be added; makes room in memory by closing idle ones."""
        if len(self.seats) < self.worlds:
            return True
        if len(self.seats) >= self.capacity:
            return False
        pid = next((seat.page.tab.window.browser.pid for seat in self.seats if seat.page.alive), 0)
        if not pid or unshared_mb(pid) <= self.limits.memory_mb:
            return True
        for seat in sorted(self.seats, key=lambda seat: seat.used):
            if seat.user is None and len(self.seats) > self.worlds:
                self._drop(seat)
        return False

    def _sweep(self) -> None:
        """Forget pages that are gone."""
        for seat in tuple(self.seats):
            if not seat.page.alive:
                self._drop(seat)

    def _drop(self, seat: Seat) -> None:
        self.seats.remove(seat)
        seat.page.close()


def unshared_mb(pid: int) -> float:
    """Return the memory, in MB, that a process and its descendants share with nobody."""
    return sum(_unshared(each) for each in family(pid))


def _unshared(pid: int) -> float:
    try:
        _, resident, shared, *_ = (Path("/proc") / str(pid) / "statm").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(resident) - int(shared)) * PAGE


def family(pid: int) -> Iterator[int]:
    """Yield a process and its descendants, as far as they live."""
    yield pid
    try:
        for task in (Path("/proc") / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))
    except (FileNotFoundError, ProcessLookupError):
        return
