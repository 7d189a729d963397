"""A button that one branch of the search holds down is up again in the next branch."""

from __future__ import annotations

import asyncio

from env.miniwob.site import MiniwobSite
from env.restore.tiers import RESTART
from tests.env.rig import opened, own_pages
from webpilot.types import Action


def test_a_restarted_page_takes_a_press_although_one_was_held_before() -> None:
    down = Action(kind="mouse_down", args=(120.0, 240.0))

    async def body() -> tuple[str, str]:
        with MiniwobSite(server=own_pages()) as site:
            async with opened(site, "pressed") as it:
                first = await it.world.step(down)
                restored = await it.world.restore(it.route())
                assert restored.tier == RESTART
                again = await it.world.step(down)
                return first.observation.text, again.observation.text

    first, again = asyncio.run(body())
    assert "presses:*" in first
    assert again == first
