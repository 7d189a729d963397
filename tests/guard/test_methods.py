"""A window that may only read sends no other request, wherever in its pages it comes from."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from env.guard.requests import RequestRules
from env.guard.rules import WindowRules
from tests.guard.rig import Guarded, eventually, guarded, quoted
from tests.guard.test_layers import QUIET, names_of

POSTS = names_of("posts")
WITH_OTHERS = POSTS - {"form"}
UNSAFE = ("POST", "PUT", "DELETE")


@pytest.fixture(scope="module")
def browser() -> Iterator[Guarded]:
    with guarded() as shared:
        yield shared


def sent(browser: Guarded, rules: WindowRules, expected: frozenset[str]) -> set[str]:
    """The kinds whose request arrived, of all that change something."""

    def arrived() -> set[str]:
        unsafe = [line for line in browser.allowed.seen if line.split()[0] in UNSAFE]
        return {line.rpartition("/")[2] for line in unsafe}

    browser.allowed.seen.clear()
    tabs = [browser.open("/guard_channels.html", rules=rules) for _ in range(2)]
    for name in sorted(POSTS):
        target = quoted(f"{browser.allowed.url}/{name}")
        tab = tabs[0] if name in WITH_OTHERS else tabs[1]
        # One that cannot be made any more (no such worker) is none that arrives.
        browser.js(tab, f"try {{ posts.{name}({target}); }} catch {{}}")
    eventually(lambda: arrived() >= expected)
    time.sleep(QUIET)
    for tab in tabs:
        browser.do(tab.window.close)
    return arrived()


def test_without_the_rule_every_request_arrives(browser: Guarded) -> None:
    everything = POSTS - {"served"}  # service workers are blocked anyway
    assert sent(browser, WindowRules(), everything) == everything


def test_with_it_none_does_and_what_was_tried_is_known(browser: Guarded) -> None:
    assert sent(browser, WindowRules(requests=RequestRules()), frozenset()) == set()
    refusals = browser.thread.gate.log.refusals
    assert {one.method for one in refusals if one.rule == "would_mutate"} == set(UNSAFE)
    assert all(one.layer == "hook" for one in refusals if one.rule == "would_mutate")


def test_reading_goes_on(browser: Guarded) -> None:
    tab = browser.open("/guard_channels.html", rules=WindowRules(requests=RequestRules()))
    browser.js(tab, "void (location = '/guard_caps.html')")
    assert eventually(lambda: browser.js(tab, "document.title") == "Caps")
    browser.do(tab.window.close)
