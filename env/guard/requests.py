"""Which requests read and which would change something: one pure decision for every layer.

Reading is by method, with two lists a site: what a method other than a read may do all the same
(to log in, to search by POST), and what an address changes though it is only asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from posixpath import normpath
from urllib.parse import parse_qsl, unquote, unquote_plus

from env.guard.graphql import only_queries
from env.guard.network import AUTHORITY, DEFAULT_PORTS, SCHEME
from webpilot.errors import ConfigError

__all__ = ["READING", "RequestRules", "SiteRequests", "Verdict", "place_of"]

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that by their definition change nothing on a server."""

OVERRIDES = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
"""Headers by which a server may be told to take a request for one of another method."""
OVERRIDE_KEY = "_method"
"""The same, as a part of the query."""
DECODINGS = 3
"""How often an address is unescaped before the list of changing ones is asked."""
AMBIGUOUS = re.compile(r"[%\\;]|//|/\.{1,2}(?:/|$)")
"""What servers read in different ways; a path with it is never on the safe list."""


class Verdict(StrEnum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    WOULD_MUTATE = "would_mutate"
    """It would change something, and is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRequests:
    """What is known of one site's requests. Patterns match the whole path, from the first slash.

    Raises:
        ConfigError: no http(s) address, or no pattern.
    """

    name: str
    """As the ledger calls the site."""
    url: str
    """Where it begins, e.g. ``http://127.0.0.1:8080/dashboard``. Sites of one host and port share
    their patterns."""
    safe: tuple[tuple[str, str], ...] = ()
    """Upper-case method and path pattern of what changes nothing worth mentioning."""
    changing: tuple[tuple[str, str], ...] = ()
    """Path pattern and query pattern of addresses that change something when they are only read.
    The query pattern is searched for (``""`` is always found); upper and lower case are equal."""
    graphql: tuple[str, ...] = ()
    """Path patterns where a POST reads if its body holds GraphQL queries alone."""
    _place: str = field(init=False, repr=False, compare=False)
    _prefix: str = field(init=False, repr=False, compare=False)
    _safe: tuple[tuple[str, re.Pattern[str]], ...] = field(init=False, repr=False, compare=False)
    _changing: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = field(
        init=False, repr=False, compare=False
    )
    _graphql: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        place, path, _ = parts(self.url)
        if not place:
            raise ConfigError(f"site {self.name}: {self.url!r} is no http or https address")
        kept = object.__setattr__
        kept(self, "_place", place)
        kept(self, "_prefix", path.rstrip("/"))
        kept(self, "_safe", tuple((how, self._compiled(path, 0)) for how, path in self.safe))
        changing = tuple(
            (self._compiled(path, re.IGNORECASE), self._compiled(query, re.IGNORECASE))
            for path, query in self.changing
        )
        kept(self, "_changing", changing)
        kept(self, "_graphql", tuple(self._compiled(path, 0) for path in self.graphql))

    @property
    def place(self) -> str:
        """Host and port."""
        return self._place

    def holds(self, path: str) -> int:
        """Return how much of ``path`` is the site's own beginning, -1 where it is not below it."""
        below = path == self._prefix or path.startswith(self._prefix + "/")
        return len(self._prefix) if below else -1

    def is_safe(self, method: str, path: str) -> bool:
        """Return whether a request that is no read may be sent all the same."""
        if AMBIGUOUS.search(path):
            return False
        return any(how == method and known.fullmatch(path) for how, known in self._safe)

    def is_graphql(self, method: str, path: str, query: str) -> bool:
        """Return whether a request's body tells whether it reads."""
        if method != "POST" or query or AMBIGUOUS.search(path):
            return False
        return any(known.fullmatch(path) for known in self._graphql)

    def is_changing(self, path: str, query: str) -> bool:
        """Return whether asking for an address changes something."""
        return any(known.fullmatch(path) and asked.search(query) for known, asked in self._changing)

    def _compiled(self, pattern: str, flags: int) -> re.Pattern[str]:
        try:
            return re.compile(pattern, flags | re.DOTALL)
        except re.error as error:
            raise ConfigError(f"site {self.name}: {pattern!r} is no pattern: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRules:
    """The requests a window may send."""

    methods: frozenset[str] | None = READING
    """Upper-case methods that may be used everywhere; ``None`` allows everything. Addresses that
    change something when read are refused wherever this is not ``None``."""
    sites: tuple[SiteRequests, ...] = ()
    """What is known of the sites; elsewhere the method decides alone."""

    def verdict(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Verdict:
        """Return whether a request may be sent.

        Args:
            method: of the request, in any case.
            url: an absolute address.
            headers: of the request; one may name another method than its own.
            body: of the request, where :meth:`wants_body` says that it matters.
        """
        if self.methods is None:
            return Verdict.ALLOWED
        meant = meant_method(method, url, headers)
        read, listed = self._reads(meant, url, body), meant in self.methods
        allowed = read and listed if meant in READING else read or listed
        return Verdict.ALLOWED if allowed else Verdict.WOULD_MUTATE

    def reads(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> bool:
        """Return whether a request changes nothing, allowed or not; see :meth:`verdict`."""
        return self._reads(meant_method(method, url, headers), url, body)

    def writes(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> bool:
        """Return whether a request is let through that may change what a server holds.

        A window that may write everywhere has its safe-listed requests counted too: whoever puts a
        server back to what it was would undo a login as well.
        """
        reads = self.reads(method, url, headers, body)
        if self.methods is None and meant_method(method, url, headers) not in READING:
            return not (reads and self.wants_body(method, url))
        return not reads and self.verdict(method, url, headers, body) is Verdict.ALLOWED

    def wants_body(self, method: str, url: str) -> bool:
        """Return whether it takes a request's body to decide on it."""
        place, path, query = parts(url)
        return any(
            site.place == place and site.is_graphql(method.upper(), path, query)
            for site in self.sites
        )

    def site(self, url: str) -> str:
        """Return the name of the site that an address belongs to, its host and port if to none."""
        place, path, _ = parts(url)
        found = [(site.holds(path), site.name) for site in self.sites if site.place == place]
        within, name = max(found, default=(-1, ""))
        return name if within >= 0 else place

    def tunnelled(self, place: str) -> bool:
        """Return whether a site is reached by https at this host and port."""
        return any(s.place == place and s.url.lower().startswith("https:") for s in self.sites)

    def _reads(self, meant: str, url: str, body: bytes | None) -> bool:
        place, path, query = parts(url)
        sites = [site for site in self.sites if site.place == place]
        if meant not in READING:
            asks = any(site.is_graphql(meant, path, query) for site in sites)
            return any(site.is_safe(meant, path) for site in sites) or (asks and only_queries(body))
        readings = plain_paths(path)
        asked = unquote_plus(query)
        return not any(site.is_changing(one, asked) for site in sites for one in readings)


def place_of(url: str) -> str:
    """Return host and port of an http(s) or WebSocket address, empty where it has none."""
    return parts(url)[0]


def parts(url: str) -> tuple[str, str, str]:
    """Return host and port, path and query of an address; all empty where it has no host."""
    found = SCHEME.fullmatch(url)
    scheme = "" if found is None else found["scheme"].lower()
    place = None if found is None else AUTHORITY.match(found["rest"])
    if place is None or found is None or scheme not in DEFAULT_PORTS:
        return "", "", ""
    port = int(place["port"] or DEFAULT_PORTS[scheme])
    # The pattern takes the character after host and port along, where there is one.
    end = place.end() - (place.group()[-1] in "/?#")
    rest = found["rest"][end:]
    path, _, query = rest.partition("#")[0].partition("?")
    return f"{place['host'].lower().rstrip('.')}:{port}", path or "/", query


def meant_method(method: str, url: str, headers: Mapping[str, str] | None) -> str:
    """Return the method that a server may take a request for, in upper case."""
    own = method.upper()
    named = [value for name, value in (headers or {}).items() if name.lower() in OVERRIDES]
    named += [value for key, value in parse_qsl(parts(url)[2]) if key.lower() == OVERRIDE_KEY]
    others = [value.strip().upper() for value in named]
    return next((other for other in others if other and other not in READING), own)


def plain_paths(path: str) -> tuple[str, ...]:
    """Return the ways in which a server may read a path: as it is, and in its plainest form."""
    plain = path
    for _ in range(DECODINGS):
        plain = unquote(plain)
    plain = re.sub(r";[^/]*", "", plain.replace("\\", "/"))
    slash = "/" if plain.endswith("/") else ""
    plain = "/" + normpath("/" + plain).lstrip("/")
    return path, plain if plain.endswith("/") else plain + slash
