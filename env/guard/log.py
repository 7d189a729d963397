"""What the guards refused: plain data, bounded, ready for a journal."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum

__all__ = ["GuardLog", "Refusal", "Rule", "shown_url"]

KEPT = 1_000
"""Refusals that are kept whole; those after them are only counted."""

LONGEST_URL = 200


class Rule(StrEnum):
    """Why something was refused."""

    HOST = "host"
    """The host, or its port, is not on the list."""
    SCHEME = "scheme"
    """A kind of address that is never opened, or not at the top of a page."""
    WOULD_MUTATE = "would_mutate"
    """A request that would change something, from a window that may not."""
    TABS = "tabs"
    """The window has as many tabs as it may have."""
    DOWNLOAD = "download"
    """A file was to be saved."""
    NAVIGATIONS = "navigations"
    """The page went on by itself too often since we last touched it."""
    BYTES = "bytes"
    """A response grew longer than a response may be; the rest was cut off."""
    MALFORMED = "malformed"
    """What reached the proxy is no request a browser makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One thing that was refused."""

    rule: Rule
    layer: str
    """Who refused it: ``proxy``, ``hook``, ``call`` or ``window``."""
    url: str
    """The address without user, query and fragment, at most 200 characters; a host and port where
    no more is known."""
    method: str = ""
    """Method of the request, empty where there was none."""

    def as_row(self) -> dict[str, str]:
        """Return the fields as a journal writes them."""
        return {name: str(value) for name, value in asdict(self).items()}


class GuardLog:
    """The refusals of one browser's thread; filled from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[Refusal] = []
        self._counts: Counter[Rule] = Counter()

    def refuse(self, rule: Rule, layer: str, url: str, method: str = "") -> None:
        """Take down one refusal; ``url`` is shortened and cleaned here."""
        refusal = Refusal(rule=rule, layer=layer, url=shown_url(url), method=method[:20])
        with self._lock:
            self._counts[rule] += 1
            if len(self._kept) < KEPT:
                self._kept.append(refusal)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """The first :data:`KEPT` refusals, oldest first."""
        with self._lock:
            return tuple(self._kept)

    def counts(self) -> dict[str, int]:
        """Return how often each rule refused something, by the rule's name; all are counted."""
        with self._lock:
            return {rule.value: number for rule, number in sorted(self._counts.items())}


def shown_url(url: str) -> str:
    """Return an address without what may be secret in it, cut to a length that can be read."""
    bare = url.split("#", 1)[0].split("?", 1)[0]
    scheme, separator, rest = bare.partition("://")
    if separator:
        host, slash, path = rest.partition("/")
        bare = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    elif not bare.startswith("about:"):
        # data: and javascript: addresses are their content; a scheme says enough.
        kind, colon, tail = bare.partition(":")
        bare = bare if not colon or tail.isdigit() else f"{kind}:"
    return bare if len(bare) <= LONGEST_URL else bare[: LONGEST_URL - 1] + "…"
