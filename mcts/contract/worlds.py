"""Whether a world keeps the promises of :class:`mcts.protocols.World`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from mcts.contract.promises import Promise
from mcts.protocols import Level, Restored, Transition, World, Worlds
from webpilot.errors import ConfigError
from webpilot.observation import Observation
from webpilot.types import Action, Path, PathStep

__all__ = ["check_world"]

TYPED = Promise("world: a step returns a Transition with an Observation")
FAILING = Promise("world: a failed action is an observation with last_error and no exception")
RETURNING = Promise("world: restoring comes back, exactly or to an equivalent page")
HONEST = Promise("world: the level of a restored page is what its fingerprints say")
NAMED = Promise("world: a restored page has the bids of the path's end")
GENTLE = Promise("world: observing changes nothing")
STANDING = Promise("world: the page that restore returns is the one that stands there")
STEADY = Promise("world: restoring twice gives the same page")
ALIVE = Promise("world: a restored page acts as the first one did")
DOUBTING = Promise("world: a page that is not the path's end is called drifted")

Bids = dict[tuple[str, str, int], str]
"""Bids by role, name and rank among the elements of that role and name."""


async def check_world(worlds: Worlds, root: Path, actions: Sequence[Action]) -> None:
    """Return ``None`` where a world keeps its promises on one walk.

    Args:
        worlds: the pool; one lease is taken.
        root: how the page to start from is reached.
        actions: taken one after the other from there. At least one must change the page, and none
            but the last may end it; some may fail.

    Raises:
        ContractBroken: a promise is broken; the message names it.
        ConfigError: the actions cannot show anything.
        EnvironmentDown: the page or browser is gone.
    """
    async with worlds.lease() as world:
        await _restored(world, root)
        await _fail(world, root)
        await _restored(world, root)
        walked = await _walk(world, root, actions)
        paths = [replace(root, steps=root.steps + walked[:k]) for k in range(len(walked) + 1)]
        levels = [await _come_back(world, path) for path in reversed(paths)][::-1]
        for path, step, level in zip(paths, walked, levels[1:], strict=False):
            await _act_again(world, path, step, level)
        await _doubt(world, paths)


async def _doubt(world: World, paths: Sequence[Path]) -> None:
    """Send the world to a page that is not where the path leads: the one before its last step."""
    before, path = next(
        (before, path)
        for before, path in reversed(list(itertools.pairwise(paths)))
        if _digests(before.target) != _digests(path.target)
    )
    wrong = replace(path.steps[-1], observation=before.target)
    with DOUBTING:
        restored = await world.restore(replace(path, steps=(*path.steps[:-1], wrong)))
    DOUBTING.require(restored.level is Level.DRIFTED, f"it is called {restored.level.value}")


async def _walk(world: World, root: Path, actions: Sequence[Action]) -> tuple[PathStep, ...]:
    steps: list[PathStep] = []
    for index, action in enumerate(actions):
        after = await _stepped(world, action)
        if after.ended and index < len(actions) - 1:
            raise ConfigError(f"check_world: {action.raw} ends the page, so nothing may follow it")
        steps.append(PathStep(action=action, observation=after.observation))
    if all(_digests(step.observation) == _digests(root.target) for step in steps):
        raise ConfigError("check_world: give actions that change the page, or it cannot go back")
    return tuple(steps)


async def _stepped(world: World, action: Action) -> Transition:
    with FAILING:
        after = await world.step(action)
    # A user's world need not have been type-checked.
    page = getattr(after, "observation", None)
    fits = isinstance(page, Observation) and isinstance(getattr(after, "ended", None), bool)
    TYPED.require(fits, f"{action.raw} gave {after!r:.80}")
    return after


async def _fail(world: World, root: Path) -> None:
    seen = root.target
    known = {each.bid for each in seen.elements} | {each.bid for each in seen.cues}
    missing = next(bid for bid in map(str, range(9999, 0, -1)) if bid not in known)
    action = Action(kind="click", args=(missing,))
    after = await _stepped(world, action)
    FAILING.require(bool(after.observation.last_error), f"{action.raw} left last_error empty")


async def _restored(world: World, path: Path) -> Restored:
    """Return the page at the end of ``path`` if it is what it is said to be."""
    target, place = path.target, _place(path)
    with RETURNING:
        restored = await world.restore(path)
        level, page = restored.level, restored.observation
    RETURNING.require(level is not Level.DRIFTED, f"{place} came back drifted")
    HONEST.require(_same(page, target, level), f"{place} is called {level.value} and differs")
    found, wanted = _bids(page, level), _bids(target, level)
    other = [key[:2] for key in wanted if key in found and found[key] != wanted[key]]
    NAMED.require(not other, f"{place} has other bids for {other[:3]}")
    return restored


async def _come_back(world: World, path: Path) -> Level:
    """Return how far the end of ``path`` can be had back; look and go there again."""
    place, first = _place(path), await _restored(world, path)
    level = first.level
    with GENTLE:
        look, second_look = await world.observe(), await world.observe()
    GENTLE.require(_agree(look, second_look, level), f"{place} looks different the second time")
    STANDING.require(_agree(look, first.observation, level), f"{place} shows another page")
    again = await _restored(world, path)
    level = _weaker(level, again.level)
    STEADY.require(_agree(again.observation, first.observation, level), f"{place} differs")
    return level


async def _act_again(world: World, path: Path, step: PathStep, level: Level) -> None:
    """Go to the end of ``path`` and take ``step``, without and with looking first."""
    for promise, looks in ((ALIVE, 0), (GENTLE, 3)):
        restored = await _restored(world, path)
        for _ in range(looks):
            with GENTLE:
                await world.observe()
        after = (await _stepped(world, step.action)).observation
        same = _same(after, step.observation, _weaker(level, restored.level))
        failed = bool(after.last_error) == bool(step.observation.last_error)
        told = f"{step.action.raw} on {_place(path)} led to another page after {looks} looks"
        promise.require(same and failed, told)


def _place(path: Path) -> str:
    steps = len(path.all_steps)
    return f"the page after {steps} steps" if steps else "the fresh page"


def _digests(page: Observation) -> tuple[str, str]:
    return page.fingerprint.exact, page.fingerprint.interactive


def _same(page: Observation, other: Observation, level: Level) -> bool:
    kind = 0 if level is Level.EXACT else 1
    return _digests(page)[kind] == _digests(other)[kind]


def _agree(page: Observation, other: Observation, level: Level) -> bool:
    return _same(page, other, level) and _bids(page, level) == _bids(other, level)


def _weaker(level: Level, other: Level) -> Level:
    return level if other is Level.EXACT else other


def _bids(page: Observation, level: Level) -> Bids:
    """Return the page's bids; on an equivalent page only of what is there once."""
    found: Bids = {}
    many: set[tuple[str, str]] = set()
    for each in page.elements:
        key, rank = (each.role, each.name), 0
        while (*key, rank) in found:
            rank += 1
            many.add(key)
        found[(*key, rank)] = each.bid
    if level is Level.EXACT:
        return found
    return {key: bid for key, bid in found.items() if key[:2] not in many}
