"""A real application that dies in the middle of an episode: the site's fault, and built anew."""

from __future__ import annotations

import os
import signal

import pytest

from env.localweb.grounds import LocalwebGrounds
from env.sites.exploring import READONLY
from env.sites.suite import SiteSuite
from tests.sites.test_site_world import awaited
from webpilot.errors import SiteDown
from webpilot.types import Action

TASK = "localweb.1000"
ELSEWHERE = Action(kind="goto", args=("http://shopping/catalogue/",))


@awaited
async def test_a_shop_that_dies_is_the_sites_fault_and_the_next_episode_has_another() -> None:
    grounds = LocalwebGrounds(explore=READONLY)
    with SiteSuite(grounds) as suite:
        async with suite.open_search(TASK, 0) as opened, opened.worlds.lease() as world:
            assert (await world.step(ELSEWHERE)).observation.last_error == ""
            place = [one.name for one in grounds.committed.applications].index("shop")
            before = grounds.committed.pids[place]
            os.kill(before, signal.SIGKILL)
            with pytest.raises(SiteDown, match="shopping"):
                await world.step(ELSEWHERE)
        async with suite.open_search(TASK, 0) as opened, opened.worlds.lease() as world:
            assert (await world.step(ELSEWHERE)).observation.last_error == ""
            assert before not in grounds.committed.pids
            assert grounds.committed.hash() == grounds.committed.seed_hash()
