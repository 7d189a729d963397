"""One direction of a connection through the proxy, counted and cut where it is too long."""

from __future__ import annotations

import asyncio

from env.guard.heads import closing

__all__ = ["Flow", "TooLong"]

IDLE_SECONDS = 300.0
CHUNK = 65_536


class TooLong(Exception):
    """More bytes came than may come."""


class Flow:
    """One direction of a connection, counted."""

    def __init__(self, *, most: int | None = None) -> None:
        self.bytes = 0
        self.status = 0
        """HTTP status of the answer it carries, once that has come."""
        self._most = most

    async def write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Send ``data`` on, waiting while the other side is slow.

        Raises:
            TooLong: the limit is passed; nothing of ``data`` was sent.
        """
        self.bytes += len(data)
        if self._most is not None and self.bytes > self._most:
            raise TooLong
        writer.write(data)
        await writer.drain()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send on what is read until its end."""
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                data = await reader.read(CHUNK)
            if not data:
                return
            await self.write(writer, data)

    async def carry_answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Send on an answer, its head saying that the connection ends with it."""
        interim = True
        while interim:
            async with asyncio.timeout(IDLE_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            status, _, rest = head.partition(b"\r\n")
            code = status.partition(b" ")[2][:3]
            interim = code.startswith(b"1")
            self.status = int(code) if code.isdigit() else 0
            await self.write(writer, head if interim else status + b"\r\n" + closing(rest))
        await self.carry(reader, writer)
