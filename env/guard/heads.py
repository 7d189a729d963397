"""The first lines of a request or a response, as the proxy reads and rewrites them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Malformed", "Request", "closing", "parse_request"]

LINE = re.compile(rb"(?P<method>[A-Za-z]{1,20}) (?P<target>[\x21-\x7e]+) HTTP/1\.[01]")
PLAIN = re.compile(
    rb"http://(?P<host>[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::(?P<port>\d{1,5}))?(?P<path>[/?].*)?"
)
TUNNEL = re.compile(rb"(?P<host>[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\]):(?P<port>\d{1,5})")
HOP = (b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization")
"""Headers between two neighbours, not between the ends."""


class Malformed(ValueError):
    """These lines are not what a browser sends to a proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a browser asks a proxy for."""

    method: str
    host: str
    """As it is written, IPv6 addresses in brackets."""
    port: int
    forward: bytes
    """The lines to send on; empty for a tunnel, which carries what it likes."""
    url: str
    """The absolute address; of a tunnel, the root of where it leads."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; of those that are given twice, the last one."""
    body: bytes | None = None
    """As far as it was read to decide on the request; part of ``forward`` then."""

    @property
    def tunnel(self) -> bool:
        """Whether a connection is asked for, not an answer."""
        return not self.forward

    @property
    def length(self) -> int | None:
        """Bytes of the body, ``None`` where the head does not tell."""
        told = self.headers.get("content-length", "")
        plain = told.isascii() and told.isdigit() and "transfer-encoding" not in self.headers
        return int(told) if plain and len(told) < 10 else None

    @property
    def place(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


def parse_request(head: bytes) -> Request:
    """Return the request that a head (with its empty line) stands for.

    The host to go to is read from the first line alone, and sent on as the ``Host``.

    Raises:
        Malformed: it is no request to a proxy.
    """
    first, _, rest = head.partition(b"\r\n")
    line = LINE.fullmatch(first)
    if line is None:
        raise Malformed("no request line")
    tunnel = line["method"] == b"CONNECT"
    target = (TUNNEL if tunnel else PLAIN).fullmatch(line["target"])
    if target is None:
        raise Malformed("no absolute http address")
    port = int(target["port"] or 80)
    if port not in range(1, 65536):
        raise Malformed("no such port")
    host = target["host"]
    forward, url = b"", f"http://{host.decode()}:{port}/"
    if not tunnel:
        url = line["target"].decode()
        authority = host if target["port"] is None else host + b":" + target["port"]
        path = target["path"] or b"/"
        path = path if path.startswith(b"/") else b"/" + path
        forward = line["method"] + b" " + path + b" HTTP/1.1\r\nHost: " + authority + b"\r\n"
        forward += closing(rest, without=(*HOP, b"host"))
    return Request(
        method=line["method"].decode(),
        host=host.decode().lower(),
        port=port,
        forward=forward,
        url=url,
        headers=fields_of(rest),
    )


def fields_of(headers: bytes) -> dict[str, str]:
    """Return header lines as values by lower-case name."""
    pairs = [line.decode("latin-1").partition(":") for line in headers.split(b"\r\n") if line]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def closing(headers: bytes, *, without: tuple[bytes, ...] = HOP) -> bytes:
    """Return header lines and the empty line, saying that the connection ends with this answer.

    One request a connection: nothing that follows can name another host.
    """
    lines = [
        line
        for line in headers.split(b"\r\n")
        if line and line.partition(b":")[0].strip().lower() not in without
    ]
    return b"".join(line + b"\r\n" for line in (*lines, b"Connection: close")) + b"\r\n"
