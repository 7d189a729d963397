"""What goes wrong in other agents when they go back, one test for each (see peers in the docs)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as File

import pytest

from env.miniwob.site import MiniwobSite
from env.pool import PoolLimits
from env.restore.tiers import JUMP, LIVE, RELOAD, RESTART
from mcts.protocols import Level
from tests.env.rig import judged, opened, own_pages, pressing
from webpilot.observation import Observation
from webpilot.types import Done, PathStep

TIERS = {"live": (LIVE,), "restart": (RESTART,), "jump": (JUMP,), "reload": (RELOAD,)}

CART = """<!DOCTYPE html>
<html><head><title>Cart</title><script src="../core/core.js"></script><script>
var genProblem = function() { document.getElementById('query').innerHTML = 'Shop.'; show(); };
function show() {
  var kept = document.cookie + (localStorage.getItem('cart') || '') + (sessionStorage.cart || '');
  document.getElementById('cart').textContent = 'cart ' + (kept || 'empty');
}
function add(what) {
  document.cookie = 'c=' + what; localStorage.setItem('cart', what); sessionStorage.cart = what;
  show();
}
window.onload = function() { core.startEpisode(); };
</script></head><body><div id="wrap"><div id="query"></div><div id="area">
<button onclick="add('pear')">Add the pear to the cart</button>
<button onclick="add('plum')">Add the plum to the cart</button>
<button id="cart" onclick="show()"></button>
</div></div></body></html>
"""

SHELF = """<!DOCTYPE html>
<html><head><title>Shelf</title><script src="../core/core.js"></script><script>
// Every episode but the first in a page has other goods, in other places.
var loads = 0;
var genProblem = function() {
  loads += 1;
  document.getElementById('query').innerHTML = 'Shop.';
  var goods = loads > 1 ? ['Add the blue cup to the cart', 'Add the red hat to the cart']
    : ['Add the red cup to the cart', 'Add the blue cup to the cart'];
  document.getElementById('list').innerHTML = '';
  goods.forEach(function(text) {
    var button = document.createElement('button');
    button.textContent = text;
    button.onclick = function() { document.getElementById('log').textContent += text + '; '; };
    document.getElementById('list').appendChild(button);
  });
};
window.onload = function() { core.startEpisode(); };
</script></head><body><div id="wrap"><div id="query"></div><div id="area">
<div id="list"></div><p id="log"></p></div></div></body></html>
"""


@pytest.fixture(scope="module")
def site() -> Iterator[MiniwobSite]:
    with MiniwobSite(server=own_pages(cart=CART, shelf=SHELF)) as shared:
        yield shared


@pytest.mark.parametrize("tier", TIERS)
def test_peer_bug_1_after_going_back_the_chosen_action_runs_not_the_last_replayed(
    site: MiniwobSite, tier: str
) -> None:
    async def body() -> str:
        async with opened(site, "counter", limits=PoolLimits(tiers=TIERS[tier])) as it:
            one = await it.press("more")
            two = await it.press("more", one.observation)
            await it.world.restore(it.route(one, two))
            chosen = pressing(two.observation, "item 1")
            return (await it.world.step(chosen)).observation.text

    text = asyncio.run(body())
    assert "item 1" not in text
    assert "item 2" in text
    assert "item 3" not in text


@pytest.mark.parametrize("tier", TIERS)
def test_peer_bug_2_a_new_childs_action_runs_exactly_once(site: MiniwobSite, tier: str) -> None:
    async def body() -> tuple[str, int]:
        async with opened(site, "counter", limits=PoolLimits(tiers=TIERS[tier])) as it:
            one = await it.press("more")
            await it.world.restore(it.route(one))
            two = await it.press("more", one.observation)
            await it.world.restore(it.route())
            again = await it.world.restore(it.route(one, two))
            assert again.level is Level.EXACT
            return two.observation.text, it.worlds.measured().drifted

    text, drifted = asyncio.run(body())
    assert ("item 2" in text, "item 3" in text, drifted) == (True, False, 0)


def test_peer_bug_3_nothing_goes_on_from_a_wrong_page(site: MiniwobSite) -> None:
    """The third page was recorded as the second's: its replay must stop before the third action."""

    async def body() -> None:
        async with opened(site, "counter") as it:
            one = await it.press("more")
            two = await it.press("more", one.observation)
            three = await it.press("more", two.observation)
            wrong = replace(two, observation=one.observation)
            restored = await it.world.restore(it.route(one, wrong, three))
            assert restored.level is Level.DRIFTED
            # Two tiers, two actions each.
            assert it.worlds.measured().replayed_steps == 4
            assert "item 3" not in restored.observation.text

    asyncio.run(body())


@pytest.mark.parametrize("tier", TIERS)
def test_peer_bug_4_cookies_and_storage_never_leak_between_siblings(
    site: MiniwobSite, tier: str
) -> None:
    async def body() -> None:
        async with opened(site, "cart", limits=PoolLimits(tiers=TIERS[tier])) as it:
            pear = await it.press("Add the pear to the cart")
            assert "cart c=pearpearpear" in pear.observation.text
            there = await it.world.restore(it.route())
            assert there.level is Level.EXACT
            looked = await it.press("cart empty")
            assert "cart empty" in looked.observation.text
            await it.world.restore(it.route())
            plum = await it.press("Add the plum to the cart")
            assert "pear" not in plum.observation.text.partition("cart c=")[2]
            again = await it.world.restore(it.route(pear))
            assert again.level is Level.EXACT

    asyncio.run(body())


def test_peer_bug_5_below_the_least_similarity_nothing_is_clicked_and_the_page_is_compared(
    site: MiniwobSite,
) -> None:
    async def body() -> None:
        async with opened(site, "shelf", limits=PoolLimits(tiers=(RESTART,))) as it:
            red = await it.press("Add the red cup to the cart")
            restored = await it.world.restore(it.route(red))
            # The restarted page has other goods: it was refused at once, and a load found the cup.
            measured = it.worlds.measured()
            assert (restored.tier, restored.level) == (RELOAD, Level.EXACT)
            assert measured.restore_levels[RESTART] == {"drifted": 1}
            assert measured.replayed_steps == 1

    asyncio.run(body())


def test_peer_bug_5_on_an_equivalent_page_an_id_alone_names_nothing(site: MiniwobSite) -> None:
    """Told that the way to another page is an equivalent one, the replay refuses the click."""

    async def body() -> None:
        async with opened(site, "shelf") as it:
            red = await it.press("Add the red cup to the cart")
            await it.world.restore(it.route())
            assert red.action.target is not None
            target = replace(red.action.target, name="Add the green cup to the cart")
            # The page counts as equivalent, not as exact, so every element is looked up.
            root = replace(it.root, fingerprint=replace(it.root.fingerprint, exact="other"))
            step = replace(red, action=replace(red.action, target=target))
            path = replace(it.route(step), root=root)
            restored = await it.world.restore(path)
            assert restored.level is Level.DRIFTED
            assert "not on this page" in restored.observation.last_error
            assert it.worlds.measured().replayed_steps == 0

    asyncio.run(body())


def test_peer_bug_6_rows_that_share_most_words_stay_distinct(site: MiniwobSite) -> None:
    async def body() -> str:
        async with opened(site, "shelf") as it:
            await it.world.restore(it.route())
            blue: Observation = (await it.press("Add the blue cup to the cart")).observation
            path = it.route(
                PathStep(action=pressing(it.root, "Add the blue cup to the cart"), observation=blue)
            )
            await it.world.restore(it.route())
            return (await it.world.restore(path)).observation.text

    text = asyncio.run(body())
    assert "'Add the blue cup to the cart;'" in text
    assert "red cup to the cart;" not in text


def test_peer_bug_9_what_was_explored_is_not_judged(site: MiniwobSite) -> None:
    async def body() -> float:
        async with opened(site, "counter") as it, judged(site, "counter") as episode:
            good = await it.press("good")
            await it.world.restore(it.route())
            await it.world.restore(it.route(good))
            return (await episode.judge(Done())).reward

    assert asyncio.run(body()) == 0.0


def test_peer_bug_10_going_back_sleeps_nowhere_and_names_no_host() -> None:
    room = File(__file__).parents[2] / "env"
    own = ("pool.py", "world.py", "miniwob/search.py", "sites/search.py")
    for file in (*(room / name for name in own), *room.glob("restore/*.py")):
        source = file.read_text()
        assert "sleep(" not in source
        assert "localhost" not in source
        assert "127.0.0.1" not in source
