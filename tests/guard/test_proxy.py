"""The proxy lets through what is listed, byte for byte, and answers nothing else."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from env.guard.heads import Malformed, parse_request
from env.guard.log import GuardLog, Rule
from env.guard.network import NetworkPolicy
from env.guard.proxy import ForwardProxy
from tests.guard.rig import eventually

WAIT = 20.0


class Origin:
    """A server of one answer, which keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.got: list[bytes] = []
        self._answer = answer
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(WAIT)
                self.got.append(client.recv(65_536))
                try:
                    client.sendall(self._answer)
                except OSError:
                    continue

    def close(self) -> None:
        with suppress(OSError):  # closed before
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(WAIT)


class Desk:
    def __init__(self, origin: Origin, proxy: ForwardProxy, log: GuardLog) -> None:
        self.origin = origin
        self.proxy = proxy
        self.log = log

    def ask(self, *pieces: bytes) -> bytes:
        """Everything the proxy answers to these bytes."""
        with socket.create_connection(("127.0.0.1", self.proxy.port), WAIT) as client:
            for piece in pieces:
                client.sendall(piece)
            answer = []
            try:
                while data := client.recv(65_536):
                    answer.append(data)
            except ConnectionResetError:
                pass
            return b"".join(answer)


@contextmanager
def desk(answer: bytes, **policy: int) -> Iterator[Desk]:
    origin, log = Origin(answer), GuardLog()
    network = NetworkPolicy(hosts=(origin.place,), **policy)
    try:
        with ForwardProxy(network, log) as proxy:
            yield Desk(origin, proxy, log)
    finally:
        origin.close()


ANSWER = b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\nhi"


def test_a_listed_request_goes_on_as_the_servers_own_and_ends_its_connection() -> None:
    with desk(ANSWER) as it:
        place = it.origin.place.encode()
        answer = it.ask(
            b"GET http://" + place + b"/a?b=1 HTTP/1.1\r\nHost: evil.test\r\n"
            b"Proxy-Connection: keep-alive\r\nX-Mine: 2\r\n\r\n"
        )
        assert it.origin.got == [
            b"GET /a?b=1 HTTP/1.1\r\nHost: " + place + b"\r\nX-Mine: 2\r\nConnection: close\r\n\r\n"
        ]
        assert answer == (
            b"HTTP/1.1 200 OK\r\nX-Own: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
        )
        assert eventually(lambda: len(it.proxy.traffic) == 1)
        (one,) = it.proxy.traffic
        assert (one.method, one.place) == ("GET", it.origin.place)
        assert (one.sent, one.received) == (len(it.origin.got[0]), len(answer))
        assert it.log.refusals == ()


def test_a_tunnel_carries_bytes_as_they_are() -> None:
    with desk(b"\x00\x01echo") as it:
        place = it.origin.place.encode()
        answer = it.ask(b"CONNECT " + place + b" HTTP/1.1\r\n\r\n", b"\x16\x03raw")
        assert answer == b"HTTP/1.1 200 Connection established\r\n\r\n\x00\x01echo"
        assert it.origin.got == [b"\x16\x03raw"]


def test_a_second_request_on_a_connection_reaches_no_other_host() -> None:
    with desk(ANSWER) as it, desk(ANSWER) as other:
        first = b"GET http://" + it.origin.place.encode() + b"/ HTTP/1.1\r\n\r\n"
        second = b"GET http://" + other.origin.place.encode() + b"/ HTTP/1.1\r\n\r\n"
        it.ask(first + second)
        assert len(it.origin.got) == 1
        assert other.origin.got == []


@pytest.mark.parametrize(
    ("line", "answered"),
    [
        (b"GET http://127.0.0.2:1/ HTTP/1.1", b""),
        (b"POST http://evil.test/ HTTP/1.1", b""),
        (b"CONNECT evil.test:443 HTTP/1.1", b"HTTP/1.1 403"),
    ],
)
def test_what_is_not_listed_gets_nothing_a_page_could_show(line: bytes, answered: bytes) -> None:
    with desk(ANSWER) as it:
        answer = it.ask(line + b"\r\n\r\n")
        assert answer.startswith(answered)
        assert not answer.partition(b"\r\n\r\n")[2]
        (refusal,) = it.log.refusals
        assert (refusal.rule, refusal.layer) == (Rule.HOST, "proxy")
        assert refusal.method == line.split()[0].decode()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET ftp://127.0.0.1/ HTTP/1.1\r\n\r\n",
        b"GET http://a@127.0.0.1/ HTTP/1.1\r\n\r\n",
        b"CONNECT 127.0.0.1 HTTP/1.1\r\n\r\n",
        b"CONNECT 127.0.0.1:99999 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
        b"X" * 70_000,
    ],
)
def test_what_is_no_request_is_dropped(data: bytes) -> None:
    with desk(ANSWER) as it:
        assert it.ask(data) == b""
        assert it.log.counts() == {"malformed": 1}


def test_an_answer_longer_than_the_cap_is_cut_and_known() -> None:
    long = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000
    with desk(long, response_bytes=100_000) as it:
        answer = it.ask(b"GET http://" + it.origin.place.encode() + b"/ HTTP/1.1\r\n\r\n")
        assert len(answer) <= 100_100
        assert eventually(lambda: it.log.counts() == {"bytes": 1})


def test_a_server_that_is_not_there_is_no_refusal() -> None:
    with desk(ANSWER) as it:
        it.origin.close()
        answer = it.ask(b"GET http://" + it.origin.place.encode() + b"/ HTTP/1.1\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 502")
        assert it.log.refusals == ()


@pytest.mark.parametrize("moment", range(10))
def test_closing_ends_open_connections_and_frees_the_port(moment: int) -> None:
    log = GuardLog()
    proxy = ForwardProxy(NetworkPolicy(), log).start()
    time.sleep(moment % 2 / 100)  # before and after the proxy serves
    with socket.create_connection(("127.0.0.1", proxy.port), WAIT) as client:
        proxy.close()
        proxy.close()
        client.settimeout(WAIT)
        with suppress(ConnectionResetError):
            assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), 1)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reading_fail_otherwise(data: bytes) -> None:
    try:
        request = parse_request(data)
    except Malformed:
        return
    assert 0 < request.port < 65_536
