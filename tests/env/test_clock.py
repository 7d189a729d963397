"""Page time passes as the policy says, and only then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from env.clock import Clock, parse_clock
from env.miniwob.site import MiniwobSite
from tests.env.rig import live_page, own_pages
from webpilot.errors import ConfigError


@pytest.fixture(scope="module")
def site() -> Iterator[MiniwobSite]:
    with MiniwobSite(server=own_pages()) as shared:
        yield shared


@pytest.mark.parametrize("text", ["virtual:500", "real:0", "none"])
def test_a_policy_is_named_as_it_is_written(text: str) -> None:
    assert parse_clock(text).name == text


@pytest.mark.parametrize("text", ["", "virtual", "real:-1", "quiet:", "virtual:5s", "virtual:1e3"])
def test_an_unknown_policy_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigError, match="virtual:500"):
        parse_clock(text)


def on_page(site: MiniwobSite, settle: str, work: Callable[[Clock, Any], Any]) -> Any:
    page = live_page(site, "slow_script", settle=settle)

    def job() -> Any:
        page.load()
        try:
            return work(parse_clock(settle), page.tab.session)
        finally:
            page.close()

    return site.thread.submit(job).result()


def test_virtual_time_passes_exactly_when_granted(site: MiniwobSite) -> None:
    def work(clock: Clock, session: Any) -> list[float]:
        readings = [session.evaluate("Date.now()")]
        time.sleep(0.3)
        readings.append(session.evaluate("Date.now()"))
        clock.settle(session)
        readings.append(session.evaluate("Date.now()"))
        clock.wait(session, 1234)
        readings.append(session.evaluate("Date.now()"))
        return [later - sooner for sooner, later in zip(readings, readings[1:], strict=False)]

    assert on_page(site, "virtual:500", work) == [0, 500, 1234]


def test_timers_fire_within_what_is_granted(site: MiniwobSite) -> None:
    def work(clock: Clock, session: Any) -> list[str]:
        late = "document.getElementById('late').textContent"
        session.evaluate("later()")
        seen = []
        for milliseconds in (300, 200):
            clock.wait(session, milliseconds)
            seen.append(session.evaluate(late))
        return seen

    assert on_page(site, "virtual:500", work) == ["early", "late"]


def test_a_fetch_is_waited_for_though_time_stands_still(site: MiniwobSite) -> None:
    def work(clock: Clock, session: Any) -> str:
        session.evaluate("fetch('counter.html').then(r => r.text()).then(t => { window.got = t })")
        clock.settle(session)
        return str(session.evaluate("window.got"))

    assert "Counter" in on_page(site, "virtual:500", work)


def test_a_link_followed_under_virtual_time_loads(site: MiniwobSite) -> None:
    def work(clock: Clock, session: Any) -> str:
        session.evaluate("location.href = 'counter.html'")
        clock.settle(session)
        clock.settle(session)
        return str(session.evaluate("document.title"))

    assert on_page(site, "virtual:500", work) == "Counter"


def test_real_time_runs_on_between_steps(site: MiniwobSite) -> None:
    def work(clock: Clock, session: Any) -> bool:
        first = session.evaluate("Date.now()")
        time.sleep(0.2)
        second = session.evaluate("Date.now()")
        clock.settle(session)
        return second - first > 0 and session.evaluate("Date.now()") - second >= 100

    assert on_page(site, "real:100", work)


def test_an_episode_is_not_timed_out_while_the_agent_thinks(site: MiniwobSite) -> None:
    def work(clock: Clock, session: Any) -> bool:
        for _ in range(200):
            clock.settle(session)
        return bool(session.evaluate("WOB_DONE_GLOBAL"))

    assert on_page(site, "virtual:500", work) is False
