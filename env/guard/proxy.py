"""A forward proxy of our own on the loopback address: the one way out of a guarded browser.

It serves CONNECT (https, WebSocket) and plain HTTP to the listed hosts and ports, from one thread
with a bounded number of connections. A refused request gets no answer that a page could show.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from env.guard.effects import Witness
from env.guard.flow import Flow, TooLong
from env.guard.heads import Malformed, Request, parse_request
from env.guard.inspection import Inspection
from env.guard.log import GuardLog, Rule
from env.guard.network import LOOPBACK, NetworkPolicy
from env.guard.requests import RequestRules
from webpilot.closing import Closing

__all__ = ["Exchange", "ForwardProxy"]

CONNECTIONS = 256
"""Open at once; a browser keeps to 32 a proxy, WebSockets apart."""
HEAD_BYTES = 65_536
HEAD_SECONDS = 20.0
REACH_SECONDS = 20.0
KEPT = 1_000
TURNS = 8
"""Turns of the loop within which an accepted connection is announced."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One connection that was let through."""

    method: str
    """The request's method; ``CONNECT`` for a tunnel, whose inside is not read."""
    place: str
    """Host and port."""
    sent: int
    """Bytes from the browser to the host."""
    received: int
    """Bytes from the host to the browser."""
    status: int = 0
    """HTTP status of the answer; 0 where there was none, or nobody reads it."""


class ForwardProxy(Closing):
    """The proxy of one browser thread or window, on a free port, while the ``with`` body runs."""

    def __init__(
        self,
        policy: NetworkPolicy,
        log: GuardLog,
        *,
        requests: RequestRules | None = None,
        witness: Witness | None = None,
    ) -> None:
        """Listen; nothing is served yet.

        Args:
            policy: the hosts that may be reached.
            log: takes down what is refused.
            requests: those that may be sent; ``None`` is all, and nothing is taken down.
            witness: takes down each request that is no read.
        """
        self._policy = policy
        self._log = log
        self._inspection = Inspection(policy=policy, rules=requests, witness=witness)
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT)
        self._listener = socket.create_server((LOOPBACK, 0), backlog=CONNECTIONS)
        self.port = int(self._listener.getsockname()[1])
        """The port that the proxy listens on."""
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._thread = threading.Thread(target=self._run, name="webpilot-proxy", daemon=True)

    @property
    def closed(self) -> bool:
        """Whether nothing is served any more."""
        return self._listener.fileno() < 0

    @property
    def traffic(self) -> tuple[Exchange, ...]:
        """The last :data:`KEPT` connections that were let through and have ended."""
        return tuple(self._exchanges)

    def start(self) -> Self:
        """Start serving; return the proxy."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving and free the port; closing twice is harmless."""
        if self._thread.is_alive():
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        self._listener.close()

    def __enter__(self) -> Self:
        return self.start()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, sock=self._listener, limit=HEAD_BYTES)
        await self._stop.wait()
        # A connection accepted before the server is closed but announced after it would stay open
        # for ever (CPython's Server then fails, and says nothing): so first nobody is accepted.
        self._loop.remove_reader(self._listener)
        for _ in range(TURNS):  # whoever was accepted meanwhile is announced, and sent away
            await asyncio.sleep(0)
        server.close()
        for task, writer in tuple(self._open.items()):
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*self._open, return_exceptions=True)
        await asyncio.sleep(0)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stop.is_set() or len(self._open) >= CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.ensure_future(self._serve_one((reader, writer)))
        self._open[task] = writer
        task.add_done_callback(self._open.pop)

    async def _serve_one(self, client: Streams) -> None:
        # Either side may leave, and nobody may say anything for too long.
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            await self._attend(client)
        client[1].close()

    async def _attend(self, client: Streams) -> None:
        """Read one request and do it, or refuse it."""
        reader, writer = client
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                request = parse_request(await reader.readuntil(b"\r\n\r\n"))
        except (Malformed, asyncio.LimitOverrunError):
            self._log.refuse(Rule.MALFORMED, "proxy", "")
            return
        listed = self._policy.allows(request.host, request.port)
        if listed:
            request = await self._with_body(request, reader)
        if not listed or self._inspection.refused(request):
            rule, url = (Rule.WOULD_MUTATE, request.url) if listed else (Rule.HOST, request.place)
            self._log.refuse(rule, "proxy", url, request.method)
            if request.tunnel:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
            return
        # Taken down before it is sent: what never gets an answer may have been done all the same.
        answered = self._inspection.taken_down(request)
        try:
            async with asyncio.timeout(REACH_SECONDS):
                host = request.host.strip("[]")
                upstream = await asyncio.open_connection(host, request.port, limit=HEAD_BYTES)
        except OSError:
            answered(0)
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        try:
            answered(await self._exchange(client, upstream, request))
        finally:
            upstream[1].close()

    async def _with_body(self, request: Request, reader: asyncio.StreamReader) -> Request:
        """Return a request with its body where that decides, as it is where it cannot be read."""
        length = request.length
        if length is None or length > HEAD_BYTES or not self._inspection.wants_body(request):
            return request
        async with asyncio.timeout(HEAD_SECONDS):
            body = await reader.readexactly(length)
        return replace(request, body=body, forward=request.forward + body)

    async def _exchange(self, client: Streams, upstream: Streams, request: Request) -> int:
        """Carry both directions until either side is done; return the answer's status."""
        sent, received = Flow(), Flow(most=self._policy.response_bytes)
        if request.tunnel:
            client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            await sent.write(upstream[1], request.forward)
        up = asyncio.ensure_future(sent.carry(client[0], upstream[1]))
        answer = received.carry if request.tunnel else received.carry_answer
        down = asyncio.ensure_future(answer(upstream[0], client[1]))
        try:
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
            down.cancel()
            ends = await asyncio.gather(up, down, return_exceptions=True)
            self._exchanges.append(
                Exchange(
                    method=request.method,
                    place=request.place,
                    sent=sent.bytes,
                    received=received.bytes,
                    status=received.status,
                )
            )
        if any(isinstance(end, TooLong) for end in ends):
            self._log.refuse(Rule.BYTES, "proxy", request.place, request.method)
            client[1].transport.abort()
        return received.status
