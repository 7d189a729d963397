"""Which hosts a browser may reach, and the browser's flags that see to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from env.guard.log import Rule
from webpilot.errors import ConfigError

__all__ = ["EVERY_LAYER", "Layer", "NetworkPolicy"]

LOOPBACK = "127.0.0.1"
DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
INLINE = frozenset({"about", "blob", "data"})
"""Schemes whose content is at hand already: no host is asked."""
ENTRY = re.compile(r"(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?")
SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
AUTHORITY = re.compile(
    r"//(?:[^/?#@\\\s]*@)?(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?(?:[/?#]|$)",
    re.IGNORECASE,
)
"""Stricter than any browser: an address that could be read in two ways has no host."""


class Layer(StrEnum):
    """One of the independent means that keep a browser to the list of hosts."""

    PROXY = "proxy"
    """Everything over TCP goes through a proxy of ours, which knows hosts and ports."""
    RESOLVER = "resolver"
    """Names and addresses off the list do not resolve; it knows no ports."""
    HOOK = "hook"
    """Each page's requests, redirects too, are held until we let them go."""
    WORKERS = "workers"
    """Service workers, whose requests belong to no page, cannot be registered."""
    DATAGRAMS = "datagrams"
    """WebRTC sends nothing over UDP, and there is no QUIC."""


EVERY_LAYER = frozenset(Layer)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPolicy:
    """The hosts a browser may reach over http(s) and WebSocket; everything else is refused."""

    hosts: tuple[str, ...] = ()
    """Lower-case ``host:port``, or ``host`` alone for its ports 80 and 443; international names in
    their ASCII form. Empty: nothing is reached."""
    layers: frozenset[Layer] = EVERY_LAYER
    """The means in use; fewer than all is for tests and measurements."""
    response_bytes: int = 64_000_000
    """Longest response, and longest stream from one connection, the proxy lets through; >= 1."""

    def __post_init__(self) -> None:
        for entry in self.hosts:
            found = ENTRY.fullmatch(entry)
            if found is None or int(found["port"] or 1) not in range(1, 65536):
                raise ConfigError(
                    f"host {entry!r} is not host or host:port: use lower case and no scheme"
                )

    def allows(self, host: str, port: int) -> bool:
        """Return whether this host may be reached on this port."""
        name = host.lower().rstrip(".")
        return f"{name}:{port}" in self.hosts or (port in (80, 443) and name in self.hosts)

    def refusal(self, url: str, *, top: bool) -> Rule | None:
        """Return the rule that forbids an address, ``None`` where it is allowed.

        Args:
            url: an absolute address.
            top: whether it is to be the page itself and not a part of one.
        """
        found = SCHEME.fullmatch(url)
        scheme = "" if found is None else found["scheme"].lower()
        if found is None or (scheme not in DEFAULT_PORTS and scheme not in INLINE):
            return Rule.SCHEME
        if scheme in INLINE:
            return Rule.SCHEME if top and not opens(scheme, found["rest"]) else None
        if top and scheme in ("ws", "wss"):
            return Rule.SCHEME
        place = AUTHORITY.match(found["rest"])
        if place is None:
            return Rule.HOST
        port = int(place["port"] or DEFAULT_PORTS[scheme])
        return None if self.allows(place["host"], port) else Rule.HOST

    def arguments(self, proxy_port: int | None) -> tuple[str, ...]:
        """Return the browser's flags; ``proxy_port`` is our proxy's, ``None`` without one."""
        flags: list[str] = []
        if proxy_port is not None:
            # Without <-loopback> the machine's own addresses would bypass every proxy.
            flags += [
                f"--proxy-server=http://{LOOPBACK}:{proxy_port}",
                "--proxy-bypass-list=<-loopback>",
            ]
        if Layer.RESOLVER in self.layers:
            names = {entry_host(entry) for entry in self.hosts}
            names |= set() if proxy_port is None else {LOOPBACK}
            excluded = "".join(f" , EXCLUDE {name}" for name in sorted(names))
            flags.append(f"--host-resolver-rules=MAP * ~NOTFOUND{excluded}")
        if Layer.DATAGRAMS in self.layers:
            flags += [
                "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
                "--disable-quic",
            ]
        return tuple(flags)


def opens(scheme: str, rest: str) -> bool:
    """Return whether content at hand may be a page of its own."""
    return scheme == "blob" or (scheme == "about" and rest.split("#")[0] in ("blank", "srcdoc"))


def entry_host(entry: str) -> str:
    """Return the host of an entry without its port."""
    found = ENTRY.fullmatch(entry)
    return entry if found is None else str(found["host"])
