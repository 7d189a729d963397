"""A small deterministic world to search, for tests and for teaching.

Cells: ``#`` wall, ``.`` floor, ``S`` start, ``G`` goal, ``K`` key (taken by walking on it), ``D``
door (opens to who holds the key), ``X`` trap (the page takes no more actions). Faults are given
at construction and strike at fixed moments, so that a failing search fails again.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mcts.protocols import Level, Restored, Transition, World
from webpilot.errors import BrowserLost
from webpilot.observation import Element, Fingerprint, Observation
from webpilot.types import Action, Path, PathStep

__all__ = ["MAZE", "Grid", "GridWorld", "Place"]

MAZE = """\
S..#.
.#.D.
.#K#.
...#G"""
"""Nine steps from start to goal, by way of the key and the door; a dead end on the way."""

MOVES: dict[str, tuple[int, int]] = {
    "up": (-1, 0),
    "down": (1, 0),
    "left": (0, -1),
    "right": (0, 1),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walker is and what it holds."""

    row: int
    column: int
    key: bool = False

    @property
    def text(self) -> str:
        """The place in words, as a page shows it."""
        return f"at {self.row},{self.column}{' with key' if self.key else ''}"


class Grid:
    """The map: what a move does, and how far every place is from the goal."""

    def __init__(self, text: str = MAZE) -> None:
        self.rows = tuple(text.splitlines())
        self.start = next(self._find("S"))
        self._distances = self._measure()

    def _find(self, cell: str) -> Iterator[Place]:
        for row, line in enumerate(self.rows):
            for column, each in enumerate(line):
                if each == cell:
                    yield Place(row, column)

    def cell(self, place: Place) -> str:
        """Return the cell at ``place``; a wall outside the map."""
        inside = 0 <= place.row < len(self.rows) and 0 <= place.column < len(self.rows[place.row])
        return self.rows[place.row][place.column] if inside else "#"

    def move(self, place: Place, name: str) -> Place | None:
        """Return the place after a move, or ``None`` where a wall or a locked door stands."""
        down, right = MOVES[name]
        after = Place(place.row + down, place.column + right, place.key)
        cell = self.cell(after)
        if cell == "#" or (cell == "D" and not place.key):
            return None
        return Place(after.row, after.column, place.key or cell == "K")

    def distance(self, place: Place) -> int | None:
        """Return the moves left to the goal, or ``None`` where it cannot be reached."""
        return self._distances.get(place)

    @property
    def farthest(self) -> int:
        """The longest distance to the goal from any place."""
        return max(self._distances.values(), default=1)

    def _measure(self) -> dict[Place, int]:
        before: dict[Place, list[Place]] = {}
        goals, queue, seen = [], deque([self.start]), {self.start}
        while queue:
            place = queue.popleft()
            if self.cell(place) in "GX":
                goals += [place] if self.cell(place) == "G" else []
                continue
            for after in filter(None, (self.move(place, name) for name in MOVES)):
                before.setdefault(after, []).append(place)
                if after not in seen:
                    seen.add(after)
                    queue.append(after)
        distances = dict.fromkeys(goals, 0)
        queue = deque(goals)
        while queue:
            place = queue.popleft()
            for each in before.get(place, []):
                if each not in distances:
                    distances[each] = distances[place] + 1
                    queue.append(each)
        return distances

    def place(self, observation: Observation) -> Place:
        """Return the place that a page of this world shows."""
        row, column = observation.title.split(" ")[1].split(",")
        return Place(int(row), int(column), observation.title.endswith("with key"))

    def page(self, place: Place, error: str = "") -> Observation:
        """Return the page at ``place``: one button a move."""
        buttons = tuple(Element(bid=name, role="button", name=name) for name in MOVES)
        lines = [place.text, *(f"[{each.bid}] button '{each.name}'" for each in buttons)]
        digest = hashlib.sha256(place.text.encode()).hexdigest()[:16]
        return Observation(
            text="\n".join(lines),
            title=place.text,
            url="http://grid/",
            fingerprint=Fingerprint(exact=digest, interactive=digest),
            elements=buttons,
            last_error=error,
        )

    def button(self, name: str) -> Action:
        """Return the action that presses the button of a move."""
        return Action(
            kind="click",
            args=(name,),
            target=Element(bid=name, role="button", name=name),
            intent=f"go {name}",
        )


class GridWorld:
    """A :class:`~mcts.protocols.World` on a grid, and the pool that leases it.

    Args:
        grid: the map.
        goal_ends: the goal's page takes no more actions.
        drifting: places (their text) whose restoration comes out at the start instead.
        drift_from: index of the first restoration that may drift; earlier ones are exact.
        failing: (place text, move) pairs whose button reports an error and does nothing.
        lost_at: index of the step at which the browser is lost.
    """

    def __init__(
        self,
        grid: Grid | None = None,
        *,
        goal_ends: bool = False,
        drifting: frozenset[str] = frozenset(),
        drift_from: int = 0,
        failing: frozenset[tuple[str, str]] = frozenset(),
        lost_at: int | None = None,
    ) -> None:
        self.grid = grid or Grid()
        self.log: list[str] = []
        """What happened: ``step PLACE MOVE``, ``replay PLACE MOVE`` and ``restore PLACE``."""
        self.leases = 0
        self._place = self.grid.start
        self._goal_ends = goal_ends
        self._drifting = drifting
        self._drift_from = drift_from
        self._failing = failing
        self._lost_at = lost_at
        self._steps = itertools.count()
        self._restores = itertools.count()

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[World]:
        """Yield this world; wherever the last search left it."""
        self.leases += 1
        yield self

    def root(self, *moves: str) -> Path:
        """Return the path to a page that earlier subtasks' moves led to."""
        place, steps = self.grid.start, []
        for name in moves:
            place = self.grid.move(place, name) or place
            steps.append(PathStep(action=self.grid.button(name), observation=self.grid.page(place)))
        return Path(root=self.grid.page(self.grid.start), committed=tuple(steps))

    async def observe(self) -> Observation:
        """Return the current page."""
        return self.grid.page(self._place)

    async def step(self, action: Action) -> Transition:
        """Press a button; a wall is an error on the page."""
        if next(self._steps) == self._lost_at:
            raise BrowserLost("the grid's browser was killed")
        self.log.append(f"step {self._place.text} {action.args[0]}")
        error = self._press(str(action.args[0]))
        over = self.grid.cell(self._place)
        ended = over == "X" or (over == "G" and self._goal_ends)
        return Transition(observation=self.grid.page(self._place, error), ended=ended)

    def _press(self, name: str) -> str:
        if name not in MOVES:
            return f"ValueError: no button {name}"
        after = self.grid.move(self._place, name)
        if after is None or (self._place.text, name) in self._failing:
            return f"ValueError: {name} is blocked"
        self._place = after
        return ""

    async def restore(self, path: Path) -> Restored:
        """Start afresh and replay ``path``; where told to, come out at the start instead."""
        target = path.target.title
        self.log.append(f"restore {target}")
        self._place = self.grid.start
        for step in path.all_steps:
            self.log.append(f"replay {self._place.text} {step.action.args[0]}")
            self._press(str(step.action.args[0]))
        if next(self._restores) >= self._drift_from and target in self._drifting:
            self._place = self.grid.start
            page = self.grid.page(self._place, "the page came out differently")
            return Restored(observation=page, tier="replay", level=Level.DRIFTED)
        page = self.grid.page(self._place)
        same = page.fingerprint == path.target.fingerprint
        level = Level.EXACT if same else Level.DRIFTED
        return Restored(observation=page, tier="replay", level=level)
