"""Sites with servers behind them: searched, gone back on, held back, committed and judged."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from env.judging import Ending
from env.sites.episode import REQUESTS, RESPONSE
from mcts.protocols import Level
from tests.sites.small_site import SmallSite, action
from webpilot.errors import SiteDown
from webpilot.types import Action, Answer, Done, Infeasible, PathStep
from webpilot.types import Path as Route
from webpilot.verdict import Opinion


def awaited(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test that is run in a loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        async def whole() -> None:
            await test(*args, **kwargs)

        asyncio.run(whole())

    return run


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    small = SmallSite(tmp_path)
    yield small
    small.close()


@awaited
async def test_a_task_tells_nothing_of_what_is_right_and_no_real_address(site: SmallSite) -> None:
    async with site.searching(site.task(raw={"eval": "secret"})) as opened:
        told = repr(opened.task) + repr(opened.root)
        assert "secret" not in told
        assert "127.0.0.1" not in told
        assert opened.root.url == "http://shopping/index.html"


@awaited
async def test_going_back_puts_the_server_back_to_what_it_was_there(site: SmallSite) -> None:
    async with site.searching() as opened, opened.worlds.lease() as world:
        root = opened.root
        filled = (await world.step(action(root, "fill", "Line", "milk"))).observation
        added = (await world.step(action(filled, "click", "Add"))).observation
        assert site.server.lines == ("milk",)
        assert "milk" in added.text
        restored = await world.restore(Route(root=root))
        assert restored.level is Level.EXACT
        assert site.server.lines == ()
        steps = (
            PathStep(action=action(root, "fill", "Line", "milk"), observation=filled),
            PathStep(action=action(filled, "click", "Add"), observation=added),
        )
        again = await world.restore(Route(root=root, steps=steps))
        assert again.level is Level.EXACT
        assert site.server.lines == ("milk",)
    assert site.ledger.kinds() == ("search: POST shopping /ledger",)


@awaited
async def test_what_would_change_a_site_is_held_back_and_the_page_stays(site: SmallSite) -> None:
    async with site.searching(writes=False) as opened, opened.worlds.lease() as world:
        filled = (await world.step(action(opened.root, "fill", "Line", "milk"))).observation
        held = await world.step(action(filled, "click", "Add"))
        assert held.observation.held_back
        assert held.ended
        assert held.observation.last_error == ""
        assert "Home" in held.observation.text
        assert site.server.lines == ()
        restored = await world.restore(Route(root=opened.root))
        assert restored.level is Level.EXACT
        assert not restored.observation.held_back
    assert site.ledger.kinds() == ("search: would_mutate POST shopping /ledger",)


@awaited
async def test_a_link_opens_a_tab_which_is_observed_and_can_be_closed(site: SmallSite) -> None:
    async with site.searching() as opened, opened.worlds.lease() as world:
        about = (await world.step(action(opened.root, "click", "About us"))).observation
        assert "About us" in about.text
        assert [(tab.title, tab.active) for tab in about.tabs] == [("Home", False), ("About", True)]
        back = (await world.step(Action(kind="tab_close"))).observation
        assert back.tabs == ()
        assert back.fingerprint.interactive == opened.root.fingerprint.interactive


@awaited
async def test_a_page_is_seen_whole_and_its_end_can_be_clicked(site: SmallSite) -> None:
    async with site.searching() as opened, opened.worlds.lease() as world:
        long = (await world.step(action(opened.root, "click", "many lines"))).observation
        assert "line 399" in long.text
        about = (await world.step(action(long, "click", "The end"))).observation
        assert about.url == "http://shopping/about.html"


@awaited
async def test_an_address_is_gone_to_as_it_is_written_in_observations(site: SmallSite) -> None:
    async with site.searching() as opened, opened.worlds.lease() as world:
        there = await world.step(Action(kind="goto", args=("http://shopping/about.html",)))
        assert "About us" in there.observation.text
        away = await world.step(Action(kind="goto", args=("http://elsewhere/",)))
        assert away.observation.last_error
        assert not away.observation.held_back


@awaited
async def test_every_named_judge_is_asked_once_and_all_must_be_content(site: SmallSite) -> None:
    asked: list[str] = []

    def judge(name: str, score: float) -> Any:
        def opinion(task: Mapping[str, Any], ending: Ending) -> Opinion:
            asked.append(name)
            assert task["start_url"].startswith("http://127.0.0.1:")
            assert (ending.har is not None) is (name == "verified")
            return Opinion(judge=name, score=score)

        return opinion

    task = site.task(judges=("database", "libwebarena", "verified"))
    judges = {"database": judge("database", 1.0), "libwebarena": judge("libwebarena", 0.0)}
    judges["verified"] = judge("verified", 1.0)
    async with site.episode(task, judges) as episode:
        await episode.commit([])
        verdict = await episode.judge(Done())
    assert asked == ["database", "libwebarena", "verified"]
    assert not verdict.success
    assert verdict.reward == verdict.reward_raw == 0.0
    assert verdict.strict_success is None


@awaited
async def test_the_record_holds_the_committed_requests_and_none_of_a_judge(site: SmallSite) -> None:
    def judge(task: Mapping[str, Any], ending: Ending) -> Opinion:
        page = ending.page.context.new_page()
        page.goto(task["start_url"].replace("index", "about"))
        page.close()
        return Opinion(judge="database", score=1.0)

    async with site.searching() as opened, opened.worlds.lease() as world:
        await world.step(action(opened.root, "click", "many lines"))
        async with site.episode(judges={"database": judge}) as episode:
            filled = await episode.commit([action(opened.root, "fill", "Line", "milk")])
            await episode.commit([action(filled, "click", "Add")])
            verdict = await episode.judge(Done())
    entries = json.loads(verdict.evidence[REQUESTS])["log"]["entries"]
    told = [(each["request"]["method"], each["request"]["url"]) for each in entries]
    base = site.server.url
    assert [each for each in told if "favicon" not in each[1]] == [
        ("GET", f"{base}index.html"),
        ("POST", f"{base}ledger"),
        ("GET", f"{base}ledger"),
    ]
    assert entries[1]["request"]["postData"]["text"] == "line=milk"
    response = json.loads(verdict.evidence[RESPONSE])
    assert response == {
        "task_type": "MUTATE",
        "status": "SUCCESS",
        "retrieved_data": None,
        "error_details": None,
    }


@pytest.mark.parametrize(
    ("outcome", "said", "kind", "status", "data"),
    [
        (Done(), "", "NAVIGATE", "SUCCESS", None),
        (Answer(text="7"), "7", "RETRIEVE", "SUCCESS", ["7"]),
        (Infeasible(reason="no such line"), "N/A", "NAVIGATE", "NOT_FOUND_ERROR", None),
        (
            Answer(text="", task_type="MUTATE", status="PERMISSION_DENIED_ERROR"),
            "",
            "MUTATE",
            "PERMISSION_DENIED_ERROR",
            None,
        ),
    ],
)
@awaited
async def test_how_an_agent_stops_is_what_the_judges_are_told(
    site: SmallSite, outcome: Any, said: str, kind: str, status: str, data: Any
) -> None:
    told: list[Ending] = []

    def judge(task: Mapping[str, Any], ending: Ending) -> Opinion:
        told.append(ending)
        return Opinion(judge="database", score=1.0)

    async with site.episode(judges={"database": judge}) as episode:
        await episode.judge(outcome)
    assert told[0].answer == said
    response = told[0].response.to_dict()
    assert (response["task_type"], response["status"]) == (kind, status)
    assert response["retrieved_data"] == data


@awaited
async def test_a_site_that_does_not_answer_is_the_sites_fault(site: SmallSite) -> None:
    site.server.close()
    with pytest.raises(SiteDown):
        async with site.searching():
            pass


@awaited
async def test_a_site_that_dies_on_the_way_is_the_sites_fault(site: SmallSite) -> None:
    def check() -> None:
        raise SiteDown("shopping does not answer")

    async with site.episode() as episode:
        episode._page.entry = replace(episode._page.entry, check=check)
        await episode.commit([])
        site.server.close()
        with pytest.raises(SiteDown, match="shopping does not answer"):
            await episode.commit([Action(kind="goto", args=("http://shopping/ledger",))])


@awaited
async def test_a_search_begins_anew_where_the_committed_window_stands(site: SmallSite) -> None:
    async with site.episode() as episode:
        async with site.searching(writes=False, standing=episode.standing) as opened:
            filled = await episode.commit([action(opened.root, "fill", "Line", "milk")])
            added = await episode.commit([action(filled, "click", "Add")])
            assert opened.reroot is not None
            rooted = await opened.reroot()
            assert rooted.root.text.splitlines()[1:] == added.text.splitlines()[1:]
            assert rooted.root.url == "http://shopping/ledger"
            async with rooted.worlds.lease() as world:
                held = await world.step(action(rooted.root, "click", "add again"))
                assert held.observation.held_back
        assert site.server.lines == ("milk",)
