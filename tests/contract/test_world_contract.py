"""Worlds that keep their promises pass; for each promise, a world that breaks it is told so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from env.miniwob.site import MiniwobSite
from mcts.contract import ContractBroken, check_world
from mcts.gridworld import Grid as Map
from mcts.gridworld import GridWorld
from mcts.protocols import Level, Restored, Transition, World
from tests.env.rig import opened, own_pages, pressing
from webpilot.errors import BrowserLost, ConfigError
from webpilot.observation import Observation
from webpilot.types import Action, Path

MOVES = ("right", "right", "up", "down", "down")
"""Up is a wall: a failed action that fails again each time."""


def check(world: GridWorld, moves: Sequence[str] = MOVES) -> None:
    actions = [world.grid.button(name) for name in moves]
    asyncio.run(check_world(world, world.root(), actions))


def broken(world: GridWorld, moves: Sequence[str] = MOVES) -> str:
    """The one line that a broken world is told."""
    with pytest.raises(ContractBroken) as raised:
        check(world, moves)
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith(f"{raised.value.promise}: ")
    return raised.value.promise


class Raising(GridWorld):
    async def step(self, action: Action) -> Transition:
        done = await super().step(action)
        if done.observation.last_error:
            raise ValueError(done.observation.last_error)
        return done


class Silent(GridWorld):
    """Its failed actions look like any others."""

    async def step(self, action: Action) -> Transition:
        done = await super().step(action)
        return replace(done, observation=replace(done.observation, last_error=""))


class Untyped(GridWorld):
    async def step(self, action: Action) -> Transition:
        return (await super().step(action)).observation  # type: ignore[return-value]


class Looking(GridWorld):
    """Each look presses a button."""

    async def observe(self) -> Observation:
        seen = await super().observe()
        self._press("right")
        return seen


class Counting(GridWorld):
    """Three looks since the last restoration lock the walker, though they show nothing of it."""

    looks = 0

    async def observe(self) -> Observation:
        self.looks += 1
        return await super().observe()

    async def restore(self, path: Path) -> Restored:
        self.looks = 0
        return await super().restore(path)

    async def step(self, action: Action) -> Transition:
        if self.looks > 2:
            return Transition(observation=await super().observe(), ended=False)
        return await super().step(action)


class Lagging(GridWorld):
    """Restores one step short of the path's end, and says that it came to the end."""

    async def restore(self, path: Path) -> Restored:
        there = await super().restore(path)
        await super().restore(replace(path, steps=path.steps[:-1]))
        return there


class Lost(GridWorld):
    """Comes back to the start from everywhere, and knows."""

    async def restore(self, path: Path) -> Restored:
        there = await super().restore(self.root())
        return replace(there, level=Level.EXACT if path == self.root() else Level.DRIFTED)


class Boasting(GridWorld):
    """Comes back to the start from everywhere, and says that all is well."""

    async def restore(self, path: Path) -> Restored:
        return await super().restore(self.root())


class Boastful(Boasting):
    """As before, but calls it equivalent."""

    async def restore(self, path: Path) -> Restored:
        return replace(await super().restore(path), level=Level.EQUIVALENT)


class Renaming(GridWorld):
    """A restored page has ids of its own."""

    async def restore(self, path: Path) -> Restored:
        there = await super().restore(path)
        named = tuple(replace(each, bid=f"x{each.bid}") for each in there.observation.elements)
        return replace(there, observation=replace(there.observation, elements=named))


class Wearing(GridWorld):
    """The second way back to a page leaves another one, equivalent as the first."""

    ways = 0

    async def restore(self, path: Path) -> Restored:
        there = await super().restore(path)
        self.ways += 1
        page = replace(there.observation, elements=there.observation.elements[self.ways % 2 :])
        return replace(there, observation=page)

    async def observe(self) -> Observation:
        seen = await super().observe()
        return replace(seen, elements=seen.elements[self.ways % 2 :])


class Stuck(GridWorld):
    """Nothing moves after going back, though all looks well."""

    tired = False

    async def restore(self, path: Path) -> Restored:
        self.tired = bool(path.steps)
        return await super().restore(path)

    async def step(self, action: Action) -> Transition:
        if self.tired:
            return Transition(observation=await self.observe(), ended=False)
        return await super().step(action)


class Failing(GridWorld):
    async def restore(self, path: Path) -> Restored:
        raise KeyError(path.target.title)


@pytest.mark.parametrize(
    ("world", "promise"),
    [
        (Raising, "world: a failed action is an observation with last_error and no exception"),
        (Silent, "world: a failed action is an observation with last_error and no exception"),
        (Untyped, "world: a step returns a Transition with an Observation"),
        (Looking, "world: observing changes nothing"),
        (Counting, "world: observing changes nothing"),
        (Lagging, "world: the page that restore returns is the one that stands there"),
        (Lost, "world: restoring comes back, exactly or to an equivalent page"),
        (Failing, "world: restoring comes back, exactly or to an equivalent page"),
        (Boasting, "world: the level of a restored page is what its fingerprints say"),
        (Boastful, "world: the level of a restored page is what its fingerprints say"),
        (Renaming, "world: a restored page has the bids of the path's end"),
        (Wearing, "world: restoring twice gives the same page"),
        (Stuck, "world: a restored page acts as the first one did"),
    ],
)
def test_each_broken_promise_is_named(world: type[GridWorld], promise: str) -> None:
    assert broken(world()) == promise


def test_a_grid_keeps_its_promises_from_its_start_and_from_an_adopted_page() -> None:
    check(GridWorld())
    check(GridWorld(goal_ends=True))
    check(GridWorld(failing=frozenset({("at 0,1", "right")})), ("right", "right", "down", "right"))
    world = GridWorld()
    root = world.root("right", "right", "down")
    asyncio.run(check_world(world, root, [world.grid.button("down")]))


def test_a_drifting_grid_does_not() -> None:
    world = GridWorld(drifting=frozenset({"at 0,1"}))
    assert broken(world) == "world: restoring comes back, exactly or to an equivalent page"


def test_a_check_that_could_not_fail_is_refused() -> None:
    for moves in ((), ("up", "left")):
        with pytest.raises(ConfigError, match="change the page"):
            check(GridWorld(), moves)


def test_no_action_may_follow_the_one_that_ends_the_page() -> None:
    check(GridWorld(Map("SX")), ("right",))
    with pytest.raises(ConfigError, match="ends the page"):
        check(GridWorld(Map("SX")), ("right", "left"))


def test_a_browser_that_dies_meanwhile_is_no_broken_promise() -> None:
    with pytest.raises(BrowserLost):
        check(GridWorld(lost_at=2))


class Trusting(GridWorld):
    """A grid that does not look where it has come to."""

    async def restore(self, path: Path) -> Restored:
        there = await super().restore(path)
        return replace(there, level=Level.EXACT)


def test_a_world_that_does_not_look_where_it_came_to_is_found_out() -> None:
    assert "is called drifted" in broken(Trusting())


@dataclass(frozen=True)
class Leased:
    """A pool of one world that is at hand already."""

    world: World

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[World]:
        yield self.world


@pytest.fixture(scope="module")
def site() -> Iterator[MiniwobSite]:
    with MiniwobSite(server=own_pages()) as shared:
        yield shared


@pytest.mark.parametrize("may_restart", [True, False])
def test_a_real_browser_keeps_the_promises_on_a_page_of_ours(
    site: MiniwobSite, may_restart: bool
) -> None:
    async def body() -> None:
        async with opened(site, "counter", may_restart=may_restart) as it:
            more, missing = pressing(it.root, "more"), Action(kind="click", args=("9998",))
            first = await it.press("more")
            item = pressing(first.observation, "item 1")
            await check_world(Leased(it.world), it.route(), [more, missing, more, item])

    asyncio.run(body())


def test_a_page_that_changes_by_itself_keeps_them_as_far_as_equivalence_goes(
    site: MiniwobSite,
) -> None:
    async def body() -> None:
        async with opened(site, "ticking") as it:
            still = await it.press("still")
            await check_world(Leased(it.world), it.route(), [still.action])

    asyncio.run(body())
