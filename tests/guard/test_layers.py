"""No way out of a guarded browser leads off the list of hosts, and each layer holds by itself.

What a layer holds back is compared exactly: without any layer every channel leaks, and a layer
that held less, or that had been switched off, would fail its claim.
"""

from __future__ import annotations

import re
import time

import pytest

from env.guard.network import EVERY_LAYER, Layer
from env.guard.requests import RequestRules
from env.guard.rules import WindowRules
from tests.guard.rig import PAGES, eventually, guarded, quoted, sinks

QUIET = 2.0
"""Seconds in which somebody held back by nobody would have arrived."""
WHERE = ("host", "port")
LEAVING = ("navigation", "moved", "form")
"""Channels that need a page to themselves."""


def names_of(table: str) -> frozenset[str]:
    """The channels that the page has."""
    text = (PAGES / "guard_channels.html").read_text()
    body = text.split(f"const {table} = {{\n", 1)[1].split("\n};", 1)[0]
    return frozenset(re.findall(r"(?m)^  (\w+):", body))


CHANNELS = names_of("channels")
OWN_SOCKETS = {"peer"}
"""WebRTC's datagrams know no proxy and ask no resolver."""
OF_NO_PAGE = {"socket", "shared", "service", "transport", "turn", "peer"}
"""What cannot be seen among a page's requests."""

HELD = {
    (Layer.PROXY, "host"): CHANNELS - OWN_SOCKETS,
    (Layer.PROXY, "port"): CHANNELS - OWN_SOCKETS,
    (Layer.RESOLVER, "host"): CHANNELS - OWN_SOCKETS,
    (Layer.RESOLVER, "port"): frozenset(),
    (Layer.HOOK, "host"): CHANNELS - OF_NO_PAGE,
    (Layer.HOOK, "port"): CHANNELS - OF_NO_PAGE,
    (Layer.WORKERS, "host"): frozenset({"service"}),
    (Layer.WORKERS, "port"): frozenset({"service"}),
    (Layer.DATAGRAMS, "host"): frozenset({"peer"}),
    (Layer.DATAGRAMS, "port"): frozenset({"peer"}),
}
"""What each layer holds back alone, from another host and from another port of an allowed one."""


def reached(
    layers: frozenset[Layer],
    expected: dict[str, frozenset[str]],
    rules: WindowRules | None = None,
) -> tuple[dict[str, frozenset[str]], set[tuple[str, str]]]:
    """What reached the forbidden ports though these layers were on, and what was refused."""
    with guarded(layers=layers) as browser, sinks(CHANNELS) as bad:
        for where in WHERE:
            groups = [(name,) for name in LEAVING] + [tuple(sorted(CHANNELS - set(LEAVING)))]
            for names in groups:
                tab = browser.open("/guard_channels.html", rules=rules)
                for name in names:
                    browser.js(tab, f"void channels.{name}({quoted(bad[where].url(name))})")
        eventually(lambda: all(bad[where].reached >= expected[where] for where in WHERE))
        time.sleep(QUIET)
        refusals = browser.thread.gate.log.refusals
        if rules is not None:
            assert browser.thread.gate.traffic == ()  # nothing went through the browser's proxy
        came = {where: frozenset(bad[where].reached) for where in WHERE}
        return came, {(one.rule.value, one.layer) for one in refusals}


def test_without_a_layer_every_channel_leaks() -> None:
    everything = {where: CHANNELS for where in WHERE}
    assert reached(frozenset(), everything) == (everything, set())


def test_with_every_layer_nothing_leaks_and_what_was_tried_is_known() -> None:
    nothing: dict[str, frozenset[str]] = {where: frozenset() for where in WHERE}
    came, refused = reached(EVERY_LAYER, nothing)
    assert came == nothing
    assert refused == {("host", "hook"), ("host", "proxy")}


@pytest.mark.parametrize("layer", list(Layer))
def test_each_layer_alone_holds_back_what_it_answers_for(layer: Layer) -> None:
    leaking = {where: CHANNELS - HELD[layer, where] for where in WHERE}
    came, _ = reached(frozenset({layer}), leaking)
    assert came == leaking


def test_a_windows_own_proxy_alone_holds_back_what_its_browsers_does() -> None:
    leaking = {where: CHANNELS - HELD[Layer.PROXY, where] for where in WHERE}
    own = WindowRules(requests=RequestRules(methods=None))
    came, refused = reached(frozenset({Layer.PROXY}), leaking, own)
    assert came == leaking
    assert refused == {("host", "proxy")}


def test_every_channel_is_held_back_by_more_than_one_layer_or_is_the_datagrams_own() -> None:
    for name in CHANNELS:
        holding = {layer for layer, where in HELD if name in HELD[layer, where]}
        assert len(holding) > 1 or name in OWN_SOCKETS
