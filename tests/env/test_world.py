"""The world as the search and the judge meet it, in a real browser."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path as File

import pytest

from env.measure import Measured
from env.miniwob.search import Search, open_search
from env.miniwob.site import MiniwobSite
from env.pool import PoolLimits
from env.world import BrowserWorld, BrowserWorlds
from mcts.protocols import Level, Restored, Transition
from tests.env.rig import PAGES, Opened, judged, live_page, opened, own_pages, pressing
from webpilot.errors import BrowserLost, ConfigError, SiteDown, StepTimeout
from webpilot.observation import Observation
from webpilot.types import Action, Done, Task

BOUND = 60.0
"""Seconds; far above any deadline used here, far below a test's own limit."""


@pytest.fixture(scope="module")
def site() -> Iterator[MiniwobSite]:
    with MiniwobSite(server=own_pages()) as shared:
        yield shared


async def browser_pid(site: MiniwobSite) -> int:
    return await site.thread.run(lambda: site.thread.browser().pid)


def test_a_search_world_opens_with_goal_root_and_canonical_addresses(site: MiniwobSite) -> None:
    async def body() -> Search:
        async with open_search(site, "miniwob.click-test", seed=3) as search:
            return search

    search = asyncio.run(body())
    assert search.task.goal == "Click the button."
    assert search.task.start_url == "http://miniwob/miniwob/click-test.html" == search.root.url
    assert search.task.action_limit == 10
    assert "127.0.0.1" not in search.root.text
    assert search.settle == "virtual:500"


def test_pages_on_timers_take_real_time_and_say_so(site: MiniwobSite) -> None:
    async def body() -> str:
        async with open_search(site, "miniwob.terminal", seed=3, settle="virtual:100") as search:
            return search.settle

    assert asyncio.run(body()) == "real:100"


def test_a_step_shows_its_effect_and_a_failed_one_its_error(site: MiniwobSite) -> None:
    async def body() -> tuple[Transition, Transition]:
        async with opened(site, "counter") as it:
            good = await it.world.step(pressing(it.root, "more"))
            bad = await it.world.step(Action(kind="click", args=("9999",)))
            return good, bad

    good, bad = asyncio.run(body())
    assert "item 1" in good.observation.text
    assert not good.observation.last_error
    assert "9999" in bad.observation.last_error
    assert bad.observation.fingerprint == good.observation.fingerprint


def test_timers_fire_while_a_step_settles_and_never_between_steps(site: MiniwobSite) -> None:
    async def body() -> tuple[str, str, str]:
        async with opened(site, "ticking") as it:
            first = await it.world.observe()
            await asyncio.sleep(0.5)
            second = await it.world.observe()
            third = await it.world.step(pressing(second, "still"))
            return first.text, second.text, third.observation.text

    first, second, third = asyncio.run(body())
    assert first == second
    assert "tick" in third
    assert third.replace("pressed", "still") != second


def test_what_follows_a_timer_is_seen_after_the_step(site: MiniwobSite) -> None:
    async def body() -> str:
        async with opened(site, "slow_script") as it:
            return (await it.press("later")).observation.text

    assert "StaticText 'late'" in asyncio.run(body())


def test_the_search_sees_that_a_page_ended_but_not_how(site: MiniwobSite) -> None:
    flipped = own_pages(
        counter=(PAGES / "counter.html").read_text().replace("endEpisode(1,", "endEpisode(-1,")
    )

    async def seen(use: MiniwobSite) -> Transition:
        async with opened(use, "counter") as it:
            return await it.world.step(pressing(it.root, "good"))

    with MiniwobSite(server=flipped) as other:
        assert asyncio.run(seen(site)) == asyncio.run(seen(other))
    assert asyncio.run(seen(site)).ended


def test_leaving_the_address_ends_the_page_as_it_does_for_the_benchmark(site: MiniwobSite) -> None:
    async def body() -> tuple[bool, float]:
        async with opened(site, "counter") as it, judged(site, "counter") as episode:
            away = pressing(it.root, "away")
            ended = (await it.world.step(away)).ended
            await episode.commit([away, pressing(it.root, "good")])
            return ended, (await episode.judge(Done())).reward

    assert asyncio.run(body()) == (True, 0.0)


def test_no_type_the_search_sees_holds_a_reward() -> None:
    types = (Observation, Transition, Restored, Task, Search, Measured)
    fields = {field.name for kind in types for field in dataclasses.fields(kind)}
    public = {name for kind in (BrowserWorld, BrowserWorlds) for name in dir(kind)}
    for word in ("reward", "score", "success", "verdict", "judge", "validate", "info"):
        assert not [name for name in fields | public if word in name.lower()]
    room = File(__file__).parents[2] / "env"
    own = ("live.py", "pool.py", "settling.py", "world.py", "miniwob/search.py", "sites/search.py")
    for module in (*own, *room.glob("restore/*.py")):
        source = (room / module).read_text()
        assert "REWARD" not in source
        assert "webpilot.verdict" not in source
        assert "validate(" not in source


def test_a_commit_is_replayed_on_a_fresh_page_and_judged_once(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it:
            first = await it.press("more")
            second = await it.press("good", first.observation)
        async with judged(site, "counter") as episode:
            seen = await episode.commit([first.action])
            assert "item 1" in seen.text
            await episode.commit([second.action])
            verdict = await episode.judge(Done())
            assert (verdict.success, verdict.reward, verdict.reward_raw) == (True, 1.0, 1.0)
            assert verdict.strict_success is True
            assert episode.commit_drift_step is None
            with pytest.raises(RuntimeError, match="judged once"):
                await episode.judge(Done())

    asyncio.run(body())


def test_partial_credit_is_success_but_not_strict(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it, judged(site, "counter") as episode:
            await episode.commit([pressing(it.root, "part")])
            verdict = await episode.judge(Done())
            assert (verdict.success, verdict.reward_raw) == (True, 0.5)
            assert verdict.strict_success is False

    asyncio.run(body())


def test_an_empty_commit_is_judged_and_fails(site: MiniwobSite) -> None:
    async def body() -> None:
        async with judged(site, "counter") as episode:
            verdict = await episode.judge(Done())
            assert (verdict.success, verdict.strict_success) == (False, False)

    asyncio.run(body())


def test_an_element_that_cannot_be_found_stops_the_commit(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it:
            more = await it.press("more")
            gone = pressing(more.observation, "item 1")
            good = pressing(more.observation, "good")
        async with judged(site, "counter") as episode:
            seen = await episode.commit([gone, good])
            assert episode.commit_drift_step == 0
            assert episode.committed == ()
            assert "item 1" not in seen.text
            await episode.commit([good])
            assert episode.committed == ()
            assert not (await episode.judge(Done())).success

    asyncio.run(body())


def test_the_action_limit_cuts_a_commit(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it, judged(site, "counter", limit=3) as episode:
            more, good = pressing(it.root, "more"), pressing(it.root, "good")
            await episode.commit([more, more])
            await episode.commit([more, good])
            assert len(episode.committed) == 3
            assert episode.commit_drift_step is None
            assert not (await episode.judge(Done())).success

    asyncio.run(body())


def test_dialogs_do_not_stop_a_step_and_the_page_goes_on(site: MiniwobSite) -> None:
    async def body() -> list[str]:
        async with opened(site, "dialogs") as it:
            texts = []
            for name in ("alert", "confirm", "prompt", "flood"):
                texts.append((await it.press(name)).observation.text)
            kinds = [dialog.type for dialog in it.page.tab.session.dialogs]
            assert kinds == ["alert", "confirm", "prompt", *["alert"] * 20]
            assert (await it.world.restore(it.route())).level is Level.EXACT
            return texts

    said = ("said undefined", "said false", "said null", "said enough")
    for text, word in zip(asyncio.run(body()), said, strict=True):
        assert word in text


def test_a_popup_does_not_stop_the_page_it_came_from(site: MiniwobSite) -> None:
    async def body() -> str:
        async with opened(site, "popup") as it:
            await it.press("open")
            return (await it.press("press")).observation.text

    assert "pressed" in asyncio.run(body())


def test_a_page_that_spins_ends_with_a_timeout_and_the_next_step_works(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "spin", deadline=2.0) as it:
            async with asyncio.timeout(BOUND):
                with pytest.raises(StepTimeout):
                    await it.world.step(pressing(it.root, "spin"))
                with pytest.raises(BrowserLost):
                    await it.world.observe()
                assert (await it.world.restore(it.route())).level is Level.EXACT
                assert "pressed" in (await it.press("press")).observation.text
        async with opened(site, "counter") as it:
            assert "item 1" in (await it.press("more")).observation.text

    asyncio.run(body())


def test_a_page_that_spins_while_it_loads_is_given_up(site: MiniwobSite) -> None:
    async def body() -> None:
        async with asyncio.timeout(BOUND):
            with pytest.raises((StepTimeout, SiteDown)):
                async with opened(site, "spin_at_setup", deadline=1.5):
                    pass
        async with opened(site, "counter") as it:
            assert "more" in it.root.text

    asyncio.run(body())


def test_a_browser_killed_in_mid_search_is_replaced_and_the_step_done_once(
    site: MiniwobSite,
) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it:
            step = await it.press("more")
            pid = await browser_pid(site)
            os.killpg(pid, signal.SIGKILL)
            after = await it.world.step(pressing(step.observation, "more"))
            assert "item 2" in after.observation.text
            assert "item 3" not in after.observation.text
            assert await browser_pid(site) != pid
            assert (await it.world.restore(it.route(step))).level is Level.EXACT

    asyncio.run(body())


def test_a_crashed_page_is_replaced_and_the_browser_stays(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it:
            pid, step = await browser_pid(site), await it.press("more")
            first = it.page.tab.session.target
            it.page.tab.session.post("Page.crash")
            for _ in range(400):
                assert await it.world.observe() == step.observation
                if not it.page.alive or it.page.tab.session.target != first:
                    break
                await asyncio.sleep(0.05)
            assert it.worlds.measured().restores["reload"] == 1
            assert await browser_pid(site) == pid

    asyncio.run(body())


async def pressed_and_killed(site: MiniwobSite, it: Opened, seen: Observation) -> None:
    """Go on; that a browser was killed between two steps may be noticed without a loss."""
    for _ in range(4):
        os.killpg(await browser_pid(site), signal.SIGKILL)
        seen = (await it.press("more", seen)).observation


def test_a_browser_that_dies_again_and_again_is_given_up(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter", limits=PoolLimits(recoveries=2)) as it:
            seen = it.root
            for _ in range(2):
                os.killpg(await browser_pid(site), signal.SIGKILL)
                seen = (await it.press("more", seen)).observation
            assert "item 2" in seen.text
            with pytest.raises(BrowserLost):
                await pressed_and_killed(site, it, seen)

    asyncio.run(body())


def test_a_site_that_never_answers_or_lacks_the_page_is_down(site: MiniwobSite) -> None:
    async def load(name: str, address: str | None = None) -> None:
        page = live_page(site, name, deadline=1.5, base_url=address)
        try:
            await site.thread.run(page.load)
        finally:
            await site.thread.finish(page.close)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(SiteDown, match="did not load"):
            asyncio.run(load("counter", address))
    with pytest.raises(SiteDown, match="did not load"):
        asyncio.run(load("no-such-page"))


def test_a_missing_browser_is_one_line_that_names_the_mend() -> None:
    async def body(use: MiniwobSite) -> None:
        async with open_search(use, "miniwob.click-test", seed=1):
            pass

    for path in (File("/nowhere/chromium"), File("/bin/false")):
        with MiniwobSite(browser=path) as lost, pytest.raises(ConfigError) as caught:
            asyncio.run(body(lost))
        assert "make setup" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_one_site_serves_several_loops_and_a_cancelled_search(site: MiniwobSite) -> None:
    async def cancelled() -> None:
        async with opened(site, "counter") as it:
            await it.press("more")
            raise asyncio.CancelledError

    async def steps() -> str:
        async with opened(site, "counter") as it:
            return (await it.press("more")).observation.text

    first = asyncio.run(steps())
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert asyncio.run(steps()) == first


def test_worlds_live_side_by_side_in_one_browser(site: MiniwobSite) -> None:
    async def one(presses: int) -> str:
        async with opened(site, "counter") as it:
            for _ in range(presses):
                step = await it.press("more")
            return step.observation.text

    async def both() -> list[str]:
        return await asyncio.gather(one(1), one(2))

    once, twice = asyncio.run(both())
    assert "item 2" not in once
    assert "item 2" in twice
