"""The ledger tells each request that is no read, whoever saw it, and nothing that is secret."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random

import pytest

from env.guard.effects import KEPT, EffectLedger
from env.guard.log import GuardLog
from env.guard.network import Layer, NetworkPolicy
from env.guard.proxy import ForwardProxy
from env.guard.requests import RequestRules, SiteRequests
from tests.guard.rig import eventually
from tests.guard.test_proxy import ANSWER, WAIT, Origin

SHOP = SiteRequests(name="shopping", url="http://127.0.0.1:8001", changing=(("/out/?", ""),))
READS = RequestRules(sites=(SHOP,))
WRITES = RequestRules(methods=None, sites=(SHOP,))


def test_lines_say_who_did_what_where_and_how_often() -> None:
    ledger = EffectLedger()
    replica = ledger.witness("search", note="replica, put back")
    for _ in range(2):
        replica.saw(WRITES, "proxy", "POST", f"{SHOP.url}/basket/add/7/")
    ledger.witness("search").saw(READS, "hook", "POST", "http://127.0.0.1:9/tktedit")
    ledger.witness("commit").saw(WRITES, "proxy", "POST", f"{SHOP.url}/basket/add/7/")
    assert ledger.lines() == (
        "commit: POST shopping /basket/add/7/",
        "search: would_mutate POST 127.0.0.1:9 /tktedit",
        "search: POST shopping /basket/add/7/ x2 (replica, put back)",
    )
    assert ledger.kinds()[2] == "search: POST shopping /basket/add/7/ (replica, put back)"
    assert ledger.sent == 3


def test_reads_are_not_side_effects() -> None:
    ledger = EffectLedger()
    witness = ledger.witness("search")
    assert witness.saw(WRITES, "proxy", "GET", SHOP.url) is None
    assert ledger.lines() == ()
    assert witness.saw(WRITES, "proxy", "GET", f"{SHOP.url}/out") is not None
    assert ledger.lines() == ("search: GET shopping /out",)


def test_nothing_secret_is_kept() -> None:
    ledger = EffectLedger()
    url = "http://bob:hunter2@127.0.0.1:8001/reset/token/s3cret/?next=/s3cret&s3cret#s3cret"
    ledger.witness("search").saw(WRITES, "proxy", "POST", url, {"Cookie": "s3cret"})
    assert ledger.lines() == ("search: POST shopping /reset/token/…/?next",)
    assert "s3cret" not in repr(ledger.effects())
    assert "hunter2" not in repr(ledger.effects())


def test_what_proxy_and_hook_both_saw_is_one_request_and_what_one_of_them_saw_is_one_too() -> None:
    ledger = EffectLedger()
    witness = ledger.witness("commit")
    for layer in ("hook", "proxy"):
        witness.saw(WRITES, layer, "POST", f"{SHOP.url}/both")
    witness.saw(WRITES, "proxy", "POST", f"{SHOP.url}/worker")
    witness.saw(WRITES, "hook", "POST", f"{SHOP.url}/inside-a-tunnel")
    assert [effect.count for effect in ledger.effects()] == [1, 1, 1]
    assert ledger.disagreements() == (
        "commit: POST shopping /inside-a-tunnel: proxy 0, hook 1",
        "commit: POST shopping /worker: proxy 1, hook 0",
    )


def test_refusals_of_both_layers_add_up() -> None:
    ledger = EffectLedger()
    witness = ledger.witness("search")
    for layer in ("hook", "proxy", "hook"):
        witness.saw(READS, layer, "POST", f"{SHOP.url}/a")
    assert ledger.lines() == ("search: would_mutate POST shopping /a x3",)
    assert len(witness.refused()) == 3
    assert witness.refused() == ()
    assert ledger.sent == 0


def test_the_order_of_the_lines_is_not_that_of_the_requests() -> None:
    requests = [(m, f"{SHOP.url}/{n}") for m in ("PUT", "POST", "DELETE") for n in range(5)]
    told = set()
    for seed in range(5):
        ledger = EffectLedger()
        for method, url in Random(seed).sample(requests, len(requests)):
            ledger.witness("search").saw(WRITES, "proxy", method, url)
        told.add(ledger.lines())
    assert len(told) == 1


def test_the_ledger_is_bounded_and_counts_what_it_does_not_keep() -> None:
    ledger = EffectLedger()
    witness = ledger.witness("commit")
    for number in range(KEPT + 5):
        witness.saw(WRITES, "proxy", "POST", f"{SHOP.url}/{number}")
    assert len(ledger.effects()) == KEPT
    assert ledger.lines()[-1] == "and 5 more"
    assert ledger.sent == KEPT + 5


def test_threads_lose_nothing() -> None:
    ledger = EffectLedger()

    def work() -> None:
        witness = ledger.witness("search")
        for number in range(500):
            told = witness.saw(WRITES, "proxy", "POST", f"{SHOP.url}/{number % 3}")
            assert told is not None
            told(200)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert ledger.sent == 4_000


@contextmanager
def asked(
    line: bytes, answer: bytes, *, rules: RequestRules, layers: frozenset[Layer] | None = None
) -> Iterator[tuple[EffectLedger, bytes, Origin]]:
    """Yield the ledger, the proxy's answer and the origin after one request."""
    origin, ledger = Origin(answer), EffectLedger()
    layers = frozenset(Layer) if layers is None else layers
    policy = NetworkPolicy(hosts=(origin.place,), layers=layers)
    place = origin.place.encode()
    try:
        with ForwardProxy(
            policy, GuardLog(), requests=rules, witness=ledger.witness("commit")
        ) as proxy:
            with socket.create_connection(("127.0.0.1", proxy.port), WAIT) as client:
                client.sendall(line.replace(b"PLACE", place) + b"\r\n\r\n")
                got = b""
                while data := client.recv(65_536):
                    got += data
            eventually(lambda: not rules.sites or bool(ledger.effects()))
            yield ledger, got, origin
    finally:
        origin.close()


def test_the_status_of_an_answer_is_kept() -> None:
    with asked(b"POST http://PLACE/a HTTP/1.1", ANSWER, rules=WRITES) as (ledger, _, _):
        assert eventually(lambda: ledger.effects()[0].statuses == (200,))


def test_a_request_that_got_no_answer_counts_as_sent() -> None:
    with asked(b"POST http://PLACE/a HTTP/1.1", b"", rules=WRITES) as (ledger, _, origin):
        assert eventually(lambda: len(origin.got) == 1)
        assert ledger.sent == 1
        assert eventually(lambda: ledger.effects()[0].statuses == (0,))


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        (b"POST http://PLACE/a HTTP/1.1", READS),
        (b"GET http://PLACE/a HTTP/1.1\r\nX-HTTP-Method-Override: PUT", READS),
        (b"GET http://PLACE/a?_method=put HTTP/1.1", READS),
        (b"CONNECT PLACE HTTP/1.1", READS),
    ],
)
def test_the_proxy_lets_nothing_through_that_would_change_something(
    line: bytes, rules: RequestRules
) -> None:
    with asked(line, ANSWER, rules=rules) as (ledger, got, origin):
        assert b"hi" not in got
        assert origin.got == []
        assert ledger.effects()[0].refused


@pytest.mark.parametrize(
    ("body", "head", "comes"),
    [
        (b'{"query": "{ x }"}', b"Content-Length: 18", True),
        (b'{"query": "mutation { x }"}', b"Content-Length: 27", False),
        (b'{"query": "{ x }"}', b"Content-Length: 18\r\nTransfer-Encoding: chunked", False),
        (b'{"query": "{ x }"}', b"Content-Length: 99999999", False),
        (b'{"query": "{ x }"}', b"X: 1", False),
    ],
)
def test_the_proxy_reads_what_graphql_asks_and_sends_it_on_as_it_came(
    body: bytes, head: bytes, comes: bool
) -> None:
    origin, ledger = Origin(ANSWER), EffectLedger()
    site = SiteRequests(name="gitlab", url=f"http://{origin.place}", graphql=("/api/graphql",))
    rules = RequestRules(sites=(site,))
    policy, witness = NetworkPolicy(hosts=(origin.place,)), ledger.witness("search")
    line = b"POST http://" + origin.place.encode() + b"/api/graphql HTTP/1.1\r\n"
    try:
        with (
            ForwardProxy(policy, GuardLog(), requests=rules, witness=witness) as proxy,
            socket.create_connection(("127.0.0.1", proxy.port), WAIT) as client,
        ):
            client.sendall(line + head + b"\r\n\r\n" + body)
            with suppress(ConnectionResetError):
                assert client.recv(100).startswith(b"HTTP/1.1 200" if comes else b"")
    finally:
        origin.close()
    assert [got.endswith(b"\r\n\r\n" + body) for got in origin.got] == [True] * comes
    refused = "search: would_mutate POST gitlab /api/graphql"
    assert ledger.lines() == (() if comes else (refused,))


@pytest.mark.parametrize("layers", [frozenset(Layer), frozenset({Layer.PROXY})])
def test_https_passes_a_reading_window_where_the_hook_reads_it_and_nowhere_else(
    layers: frozenset[Layer],
) -> None:
    origin, ledger, log = Origin(b"\x16\x03"), EffectLedger(), GuardLog()
    secure = SiteRequests(name="bank", url=f"https://{origin.place}/")
    policy = NetworkPolicy(hosts=(origin.place,), layers=layers)
    rules = RequestRules(sites=(secure,))
    try:
        with (
            ForwardProxy(policy, log, requests=rules, witness=ledger.witness("search")) as proxy,
            socket.create_connection(("127.0.0.1", proxy.port), WAIT) as client,
        ):
            client.sendall(b"CONNECT " + origin.place.encode() + b" HTTP/1.1\r\n\r\n")
            answer = client.recv(100)
    finally:
        origin.close()
    hooked = Layer.HOOK in layers
    assert answer.startswith(b"HTTP/1.1 200" if hooked else b"HTTP/1.1 403")
    assert ledger.lines() == (() if hooked else ("search: would_mutate CONNECT bank /",))
    assert log.counts() == ({} if hooked else {"would_mutate": 1})
