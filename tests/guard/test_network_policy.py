"""What a policy allows, word by word, and what is written down of what it refuses."""

from __future__ import annotations

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from env.guard.log import KEPT, LONGEST_URL, GuardLog, Rule, shown_url
from env.guard.network import Layer, NetworkPolicy
from webpilot.errors import ConfigError

SHOP = NetworkPolicy(hosts=("127.0.0.1:7770", "shop.test", "[::1]:80"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:7770/",
        "HTTP://127.0.0.1:7770",
        "http://127.0.0.1:7770?q=1",
        "ws://127.0.0.1:7770/socket",
        "http://shop.test/a",
        "https://Shop.Test/",
        "https://shop.test:443/#x",
        "https://user:word@shop.test/",
        "http://shop.test./",
        "http://[::1]/",
        "data:text/plain,x",
        "blob:http://127.0.0.1:7770/1-2",
        "about:srcdoc",
    ],
)
def test_listed_hosts_and_content_at_hand_are_allowed(url: str) -> None:
    assert SHOP.refusal(url, top=False) is None


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://127.0.0.1:7771/", Rule.HOST),
        ("http://127.0.0.1/", Rule.HOST),
        ("https://shop.test:8443/", Rule.HOST),
        ("http://shop.test.evil.test/", Rule.HOST),
        ("http://evil.test/?http://shop.test/", Rule.HOST),
        ("http://shop.test@evil.test/", Rule.HOST),
        ("http://shop.test\\@evil.test/", Rule.HOST),
        ("http:\\\\shop.test/", Rule.HOST),
        ("http:/shop.test/", Rule.HOST),
        ("http://shop.test:/", Rule.HOST),
        ("http://shop.test:99999/", Rule.HOST),
        ("http://shop.test evil.test/", Rule.HOST),
        ("http:///", Rule.HOST),
        ("file:///etc/passwd", Rule.SCHEME),
        ("javascript:alert(1)", Rule.SCHEME),
        ("chrome://version", Rule.SCHEME),
        ("view-source:http://shop.test/", Rule.SCHEME),
        ("ftp://shop.test/", Rule.SCHEME),
        ("//shop.test/", Rule.SCHEME),
        (" http://shop.test/", Rule.SCHEME),
        ("ht\ttp://shop.test/", Rule.SCHEME),
        ("", Rule.SCHEME),
    ],
)
def test_everything_else_is_refused_by_name(url: str, rule: Rule) -> None:
    assert SHOP.refusal(url, top=False) is rule
    assert SHOP.refusal(url, top=True) is rule


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("about:blank", None),
        ("about:blank#blocked", None),
        ("blob:http://127.0.0.1:7770/1-2", None),
        ("data:text/html,x", Rule.SCHEME),
        ("about:version", Rule.SCHEME),
        ("ws://127.0.0.1:7770/", Rule.SCHEME),
        ("ws://evil.test/", Rule.SCHEME),
    ],
)
def test_a_page_of_its_own_may_be_less_than_a_part_of_one(url: str, rule: Rule | None) -> None:
    assert SHOP.refusal(url, top=True) is rule


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https:", "file:", "blob:", "//"]))
def test_no_text_makes_it_fail(text: str, before: str) -> None:
    policy = NetworkPolicy(hosts=("shop.test",))
    assert policy.refusal(before + text, top=True) in (None, Rule.HOST, Rule.SCHEME)
    assert len(shown_url(before + text)) <= LONGEST_URL


@pytest.mark.parametrize(
    "host", ["http://shop.test", "Shop.test", "shop.test:0", "shop.test:70000", "a b", "", "*"]
)
def test_an_entry_that_is_no_host_is_the_users_mistake(host: str) -> None:
    with pytest.raises(ConfigError, match="host:port") as caught:
        NetworkPolicy(hosts=(host,))
    assert "\n" not in str(caught.value)


def test_a_socket_to_another_host_is_refused() -> None:
    assert SHOP.refusal("ws://evil.test/", top=False) is Rule.HOST


def test_no_host_means_nothing_is_reached() -> None:
    assert NetworkPolicy().refusal("http://127.0.0.1/", top=True) is Rule.HOST


def test_each_layer_that_is_off_leaves_its_flag_out() -> None:
    whole = SHOP.arguments(8000)
    assert [one.partition("=")[0] for one in whole] == [
        "--proxy-server",
        "--proxy-bypass-list",
        "--host-resolver-rules",
        "--force-webrtc-ip-handling-policy",
        "--disable-quic",
    ]
    assert "EXCLUDE 127.0.0.1 , EXCLUDE [::1] , EXCLUDE shop.test" in whole[2]
    assert NetworkPolicy(hosts=SHOP.hosts, layers=frozenset({Layer.HOOK})).arguments(None) == ()


def test_what_is_written_down_holds_no_secret_and_stays_short() -> None:
    log = GuardLog()
    log.refuse(Rule.HOST, "hook", "http://me:word@evil.test/a?token=1#b", "POST")
    log.refuse(Rule.SCHEME, "hook", "data:text/html,secret")
    log.refuse(Rule.SCHEME, "call", "javascript:secret()")
    log.refuse(Rule.HOST, "proxy", "evil.test:443", "CONNECT")
    log.refuse(Rule.HOST, "hook", "http://evil.test/" + "x" * 9_000)
    rows = [one.as_row() for one in log.refusals]
    assert [row["url"] for row in rows[:4]] == [
        "http://evil.test/a",
        "data:",
        "javascript:",
        "evil.test:443",
    ]
    assert len(rows[4]["url"]) == LONGEST_URL
    assert json.loads(json.dumps(rows)) == rows
    assert rows[0] == {
        "rule": "host",
        "layer": "hook",
        "url": "http://evil.test/a",
        "method": "POST",
    }


def test_a_flood_of_refusals_is_counted_and_not_kept() -> None:
    log = GuardLog()

    def flood() -> None:
        for _ in range(KEPT):
            log.refuse(Rule.TABS, "window", "")

    threads = [threading.Thread(target=flood) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log.refusals) == KEPT
    assert log.counts() == {"tabs": 3 * KEPT}
