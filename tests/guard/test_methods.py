"""A window that may only read changes nothing, wherever in its pages a request comes from.

As for hosts, each layer is tried alone and what it holds back is compared exactly.
"""

from __future__ import annotations

import time
from collections import Counter
from urllib.parse import urlsplit

import pytest

from env.guard.effects import EffectLedger
from env.guard.network import EVERY_LAYER, Layer
from env.guard.requests import READING, RequestRules, SiteRequests
from env.guard.rules import WindowRules
from env.link.thread import BrowserThread
from tests.guard.rig import VIEWPORT, WAIT, Guarded, eventually, guarded, quoted
from tests.guard.test_layers import QUIET, names_of
from webpilot.errors import BrowserLost, ConfigError

POSTS = names_of("posts")
LEAVING = ("form", "resubmitted", "unloaded", "outlived", "followed", "led", "searched")
"""Channels that need a page to themselves."""
OF_NO_PAGE = {"shared", "smuggled", "served", "connected"}
"""What the hook does not see among a page's requests."""
CHANGES = "/changes/"


def rules_for(browser: Guarded, methods: frozenset[str] | None = READING) -> WindowRules:
    site = SiteRequests(
        name="shop",
        url=browser.allowed.url,
        safe=(("POST", "/again"),),
        changing=((f"{CHANGES}.*", ""),),
    )
    return WindowRules(requests=RequestRules(methods=methods, sites=(site,)))


def arrived(browser: Guarded) -> frozenset[str]:
    """The kinds whose request came to where something is changed."""
    lines = [line.split() for line in browser.allowed.seen]
    paths = [urlsplit(path).path for method, path in lines if method != "OPTIONS"]
    return frozenset(path.removeprefix(CHANGES) for path in paths if path.startswith(CHANGES))


def send(browser: Guarded, rules: WindowRules, ledger: EffectLedger | None = None) -> None:
    """Make every kind of request in windows with these rules."""
    for names in [(name,) for name in LEAVING] + [tuple(sorted(POSTS - set(LEAVING)))]:
        witness = None if ledger is None else ledger.witness("search")
        tab = browser.open("/guard_channels.html", rules=rules, witness=witness)
        for name in names:
            target = quoted(browser.allowed.url + CHANGES + name)
            # One that cannot be made any more (no such worker) is none that arrives.
            browser.js(tab, f"try {{ posts.{name}({target}); }} catch {{}}")


def sent(
    layers: frozenset[Layer], expected: frozenset[str], methods: frozenset[str] | None = READING
) -> tuple[frozenset[str], EffectLedger, set[tuple[str, str]]]:
    """What arrived, what was taken down, and by whom it was refused."""
    with guarded(layers=layers) as browser:
        ledger = EffectLedger()
        send(browser, rules_for(browser, methods), ledger)
        eventually(lambda: arrived(browser) >= expected)
        time.sleep(QUIET)
        refusals = browser.thread.gate.log.refusals
        return arrived(browser), ledger, {(one.rule.value, one.layer) for one in refusals}


HELD = {Layer.PROXY: POSTS, Layer.HOOK: POSTS - {"connected", "speculated"}}
"""What each layer holds back alone: sockets and what is fetched ahead belong to no page."""


def test_without_a_layer_every_kind_arrives() -> None:
    came, ledger, refused = sent(frozenset(), POSTS)
    assert (came, ledger.effects(), refused) == (POSTS, (), set())


@pytest.mark.parametrize("layer", list(HELD))
def test_each_layer_alone_holds_back_what_it_answers_for(layer: Layer) -> None:
    came, ledger, refused = sent(frozenset({layer}), POSTS - HELD[layer])
    assert came == POSTS - HELD[layer]
    assert refused == {("would_mutate", layer.value)}
    assert all(effect.refused for effect in ledger.effects())


def test_with_every_layer_none_arrives_and_what_was_tried_is_taken_down() -> None:
    came, ledger, refused = sent(EVERY_LAYER, frozenset())
    assert came == frozenset()
    assert refused == {("would_mutate", "hook"), ("would_mutate", "proxy")}
    tried = {effect.path.rpartition("/")[2].partition("?")[0] for effect in ledger.effects()}
    never_made = {"shared", "smuggled", "served"}  # such workers are off
    assert tried == POSTS - never_made - {"connected"} | {""}
    assert "search: would_mutate CONNECT shop /" in ledger.kinds()
    assert "search: would_mutate GET as DELETE shop /changes/overridden" in ledger.kinds()
    assert ledger.sent == 0


def test_a_window_that_may_write_has_all_it_sent_taken_down_as_the_server_saw_it() -> None:
    with guarded() as browser:
        ledger = EffectLedger()
        off = {"shared", "smuggled", "served"}
        send(browser, rules_for(browser, None), ledger)
        assert eventually(lambda: arrived(browser) == POSTS - off)
        time.sleep(QUIET)
    seen = [line.split() for line in browser.allowed.seen]
    came = Counter(urlsplit(path).path for _, path in seen if CHANGES in urlsplit(path).path)
    del came[f"{CHANGES}connected"]  # taken down as a tunnel, which nobody reads
    told = {effect.path.partition("?")[0]: effect.count for effect in ledger.effects()}
    assert told.pop("/") >= 1
    assert told == came
    odd = {line.split()[3].rstrip(":") for line in ledger.disagreements()}
    assert odd == {"/", f"{CHANGES}speculated"}


def test_two_windows_of_one_browser_have_rights_of_their_own() -> None:
    with guarded() as browser:
        ledger = EffectLedger()
        search = browser.open(
            "/guard_channels.html",
            rules=rules_for(browser),
            witness=ledger.witness("search"),
        )
        commit = browser.open(
            "/guard_channels.html",
            rules=rules_for(browser, None),
            witness=ledger.witness("commit"),
        )
        for tab, name in ((search, "tried"), (commit, "done")):
            target = quoted(browser.allowed.url + CHANGES + name)
            browser.js(tab, f"fetch({target}, {{method: 'POST'}}).catch(() => 0)")
        assert eventually(lambda: len(ledger.effects()) == 2)
        assert eventually(lambda: "POST /changes/done" in browser.allowed.seen)
        assert ledger.lines() == (
            "commit: POST shop /changes/done",
            "search: would_mutate POST shop /changes/tried",
        )
        assert "POST /changes/tried" not in browser.allowed.seen
        assert browser.thread.gate.traffic == ()  # the browser's own proxy served neither


def test_a_page_that_may_not_send_stays_as_it_is() -> None:
    with guarded() as browser:
        ledger = EffectLedger()
        witness = ledger.witness("search")
        tab = browser.open("/guard_channels.html", rules=rules_for(browser), witness=witness)
        for name in ("form", "followed", "led", "resubmitted", "blank", "opened"):
            target = quoted(browser.allowed.url + CHANGES + name)
            browser.js(tab, f"posts.{name}({target})")
            assert eventually(lambda name=name: any(name in one.path for one in witness.refused()))
            assert witness.refused() == ()  # told once
        assert eventually(lambda: len(browser.do(lambda: tab.window.tabs)) == 1)
        assert browser.js(tab, "document.title + location.pathname") == (
            "Channels/guard_channels.html"
        )


def test_we_do_not_send_a_window_to_an_address_that_changes_something() -> None:
    with guarded() as browser:
        ledger = EffectLedger()
        rules, witness = rules_for(browser), ledger.witness("search")
        tab = browser.open("/guard_channels.html", rules=rules, witness=witness)

        def go() -> None:
            tab.session.send("Page.navigate", {"url": browser.allowed.url + CHANGES + "gone"})

        with pytest.raises(BrowserLost, match="would change the site"):
            browser.do(go)
        assert ledger.lines() == ("search: would_mutate GET shop /changes/gone",)
        assert arrived(browser) == frozenset()


def test_reading_goes_on() -> None:
    with guarded() as browser:
        tab = browser.open("/guard_channels.html", rules=rules_for(browser))
        browser.js(tab, "void (location = '/guard_caps.html')")
        assert eventually(lambda: browser.js(tab, "document.title") == "Caps")


def test_a_windows_hosts_are_some_of_its_browsers() -> None:
    with guarded() as browser:
        alias = browser.allowed.place.replace("127.0.0.1", "localhost")
        tab = browser.open("/guard_caps.html", rules=WindowRules(hosts=(browser.allowed.place,)))
        asked = f"fetch('http://{alias}/guard_caps.html', {{mode: 'no-cors'}})"
        told = browser.do(
            lambda: tab.session.send(
                "Runtime.evaluate",
                {
                    "expression": f"{asked}.then(() => 'came', () => 'held')",
                    "awaitPromise": True,
                    "returnByValue": True,
                },
            )
        )
        assert told["result"]["value"] == "held"
        assert browser.refused("host") == [f"http://{alias}/guard_caps.html"]
        with pytest.raises(ConfigError, match="lacks it"):
            browser.open(rules=WindowRules(hosts=("127.0.0.3:1",)))


def test_rules_for_requests_need_a_list_of_hosts() -> None:
    with BrowserThread() as thread, pytest.raises(ConfigError, match="list hosts"):
        thread.submit(
            lambda: thread.browser().open_window(
                VIEWPORT, rules=WindowRules(requests=RequestRules())
            )
        ).result(WAIT)


def test_a_windows_proxy_ends_with_it() -> None:
    with guarded() as browser:
        tab = browser.open("/guard_caps.html", rules=rules_for(browser))
        proxy = tab.window.guard.proxy
        assert proxy is not None
        assert not proxy.closed
        browser.do(tab.window.close)
        assert proxy.closed


@pytest.mark.parametrize("layer", [Layer.PROXY, Layer.HOOK])
def test_each_layer_tells_graphql_that_asks_from_graphql_that_writes(layer: Layer) -> None:
    with guarded(layers=frozenset({layer})) as browser:
        site = SiteRequests(name="lab", url=browser.allowed.url, graphql=("/api/.*",))
        rules = WindowRules(requests=RequestRules(sites=(site,)))
        ledger = EffectLedger()
        witness = ledger.witness("search")
        tab = browser.open("/guard_caps.html", rules=rules, witness=witness)
        for path, text in (("asks", "query a { x }"), ("writes", "mutation a { x }")):
            sent = f"{{method: 'POST', body: JSON.stringify({{query: {quoted(text)}}})}}"
            browser.js(tab, f"fetch('/api/{path}', {sent}).catch(() => 0)")
        assert eventually(lambda: ledger.lines() != ())
        assert eventually(lambda: "POST /api/asks" in browser.allowed.seen)
        time.sleep(QUIET)
        assert "POST /api/writes" not in browser.allowed.seen
        assert ledger.lines() == ("search: would_mutate POST lab /api/writes",)
