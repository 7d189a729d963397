"""Two clients on one pipe: every message reaches the one it belongs to, without a browser."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from env.link.mux import FIRST_ID, Mux, frames

WAIT = 10.0


@dataclass
class Pipes:
    """A mux with a test at both of its outer ends."""

    mux: Mux
    client_writes: int
    client_reads: int
    browser_writes: int
    browser_reads: int
    ours: list[dict[str, Any]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    lost: threading.Event = field(default_factory=threading.Event)

    def take(self, message: dict[str, Any]) -> None:
        with self.arrived:
            self.ours.append(message)
            self.arrived.notify_all()

    def wait_for(self, count: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.ours) >= count, WAIT)


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    from_client, client_writes = os.pipe()
    client_reads, to_client = os.pipe()
    from_browser, browser_writes = os.pipe()
    browser_reads, to_browser = os.pipe()
    mux = Mux(
        pid=0,
        from_client=from_client,
        to_client=to_client,
        from_browser=from_browser,
        to_browser=to_browser,
    )
    made = Pipes(mux, client_writes, client_reads, browser_writes, browser_reads)
    mux.listen(made.take, made.lost.set)
    mux.start()
    yield made
    for descriptor in (made.client_writes, made.browser_writes):
        try:
            os.close(descriptor)
        except OSError:
            continue
    assert mux.wait_closed(WAIT)


def say(descriptor: int, *messages: dict[str, Any]) -> None:
    os.write(descriptor, b"".join(json.dumps(one).encode() + b"\0" for one in messages))


def reader(descriptor: int) -> Callable[[], dict[str, Any]]:
    stream = frames(descriptor)
    return lambda: json.loads(next(stream))


def test_replies_go_to_whom_the_id_belongs(pipes: Pipes) -> None:
    client = reader(pipes.client_reads)
    say(
        pipes.browser_writes,
        {"id": 1, "result": {"for": "playwright"}},
        {"id": FIRST_ID + 1, "result": {"for": "us"}},
        {"id": -9999, "result": {}},
        {"result": {"late": "id"}, "id": FIRST_ID + 2},
        {"id": 2, "result": {"text": '"id":1073741999'}},
    )
    pipes.wait_for(2)
    assert [message["id"] for message in pipes.ours] == [FIRST_ID + 1, FIRST_ID + 2]
    assert [client()["id"] for _ in range(3)] == [1, -9999, 2]


def test_events_go_to_whom_the_session_belongs(pipes: Pipes) -> None:
    pipes.mux.adopt("OURS")
    client = reader(pipes.client_reads)
    say(
        pipes.browser_writes,
        {"method": "A", "params": {}, "sessionId": "OURS"},
        {"method": "B", "params": {}, "sessionId": "THEIRS"},
        {"method": "C", "params": {"sessionId": "OURS"}},
        {"sessionId": "OURS", "method": "D", "params": {"n": 1}},
        {"method": "E", "params": {"text": '"sessionId":"OURS"}'}, "sessionId": "THEIRS"},
    )
    pipes.wait_for(2)
    assert [message["method"] for message in pipes.ours] == ["A", "D"]
    assert [client()["method"] for _ in range(3)] == ["B", "C", "E"]


def test_a_child_session_is_ours_from_its_announcement_on(pipes: Pipes) -> None:
    pipes.mux.adopt("ROOT")
    announced = {"sessionId": "CHILD", "targetInfo": {}}
    say(
        pipes.browser_writes,
        {"method": "Target.attachedToTarget", "params": announced, "sessionId": "ROOT"},
        {"method": "Inside", "params": {}, "sessionId": "CHILD"},
        {"method": "Target.detachedFromTarget", "params": announced, "sessionId": "ROOT"},
        {"method": "After", "params": {}, "sessionId": "CHILD"},
    )
    pipes.wait_for(3)
    assert [message["method"] for message in pipes.ours][1] == "Inside"
    assert reader(pipes.client_reads)()["method"] == "After"


def test_messages_of_both_clients_reach_the_browser_whole(pipes: Pipes) -> None:
    total = 200
    big = "x" * 3000

    def playwright() -> None:
        for number in range(1, total + 1):
            data = json.dumps({"id": number, "text": big}).encode() + b"\0"
            for start in range(0, len(data), 700):  # as pieces that end anywhere
                os.write(pipes.client_writes, data[start : start + 700])

    def ours() -> None:
        for _ in range(total):
            pipes.mux.send({"id": pipes.mux.next_id(), "text": big})

    threads = [threading.Thread(target=work) for work in (playwright, ours)]
    for thread in threads:
        thread.start()
    browser = reader(pipes.browser_reads)
    received = [browser() for _ in range(2 * total)]
    for thread in threads:
        thread.join(WAIT)
    assert all(message["text"] == big for message in received)
    numbers = [message["id"] for message in received]
    assert [number for number in numbers if number < FIRST_ID] == list(range(1, total + 1))
    assert len(set(numbers)) == 2 * total


def test_a_message_larger_than_any_buffer_arrives_whole(pipes: Pipes) -> None:
    pipes.mux.adopt("OURS")
    text = "y" * 3_000_000
    data = json.dumps({"method": "A", "params": {"text": text}, "sessionId": "OURS"}).encode()

    def write() -> None:
        view = memoryview(data + b"\0")
        while view:
            view = view[os.write(pipes.browser_writes, view) :]

    thread = threading.Thread(target=write)
    thread.start()
    pipes.wait_for(1)
    thread.join(WAIT)
    assert pipes.ours[0]["params"]["text"] == text


def test_the_end_of_the_browser_is_told_to_both(pipes: Pipes) -> None:
    os.close(pipes.browser_writes)
    assert pipes.lost.wait(WAIT)
    assert list(frames(pipes.client_reads)) == []
    with pytest.raises(BrokenPipeError):
        pipes.mux.send({"id": pipes.mux.next_id()})


def test_it_is_closed_before_playwright_sees_the_end(pipes: Pipes) -> None:
    # The lock is what a sender holds: the pump comes past it only after the pipe's end is known.
    with pipes.mux._lock:
        os.close(pipes.browser_writes)
        assert list(frames(pipes.client_reads)) == []
        assert pipes.mux.closed


def test_the_end_of_playwright_ends_the_browser(pipes: Pipes) -> None:
    os.close(pipes.client_writes)
    assert list(frames(pipes.browser_reads)) == []
