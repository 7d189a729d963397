"""The side-effect ledger: each request of an episode that is no read, sent or refused.

Told by two who do not rely on each other: the proxy, which sees what travels whoever sent it, and
the hook, which sees what a page asks for, also where the proxy cannot look (https).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from env.guard.log import shown_url
from env.guard.requests import RequestRules, Verdict, meant_method, parts

__all__ = ["Effect", "EffectLedger", "Witness"]

KEPT = 1_000
"""Different side effects that are kept; those after them are only counted."""
LONGEST_NAME = 40
NAMES = 5
SECRET = re.compile(r"/(key|token)/[^/]+")
"""What some programs put into the path in a query's stead."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Effect:
    """One kind of request that is no read, and how often it was made."""

    role: str
    """What the window is for: ``search`` or ``commit``."""
    site: str
    """The site's name, or host and port."""
    method: str
    path: str
    """Without what stands in the query: only the names of its parts."""
    refused: bool
    """It would have changed something, and was held back."""
    note: str = ""
    """What became of the change, e.g. ``replica, put back``."""
    count: int = 0
    """How often; what never got an answer counts as sent."""
    statuses: tuple[int, ...] = ()
    """The different HTTP statuses answered, ascending; 0 is no answer. Empty where nobody could
    read them."""

    def line(self, *, counted: bool) -> str:
        """Return it in one line, with or without how often it happened."""
        verdict = f"{Verdict.WOULD_MUTATE} " if self.refused else ""
        times = f" x{self.count}" if counted and self.count > 1 else ""
        note = f" ({self.note})" if self.note and not self.refused else ""
        return f"{self.role}: {verdict}{self.method} {self.site} {self.path}{times}{note}"


@dataclass(slots=True)
class _Tally:
    """How often each witness has seen one kind of request."""

    proxy: int = 0
    hook: int = 0
    statuses: set[int] = field(default_factory=set)

    def count(self, *, refused: bool) -> int:
        # What the hook holds back never comes to the proxy; what it lets go is seen by both.
        return self.proxy + self.hook if refused else max(self.proxy, self.hook)


class EffectLedger:
    """The side effects of one episode; filled and read from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: dict[Effect, _Tally] = {}
        self._beyond = 0

    def witness(self, role: str, *, note: str = "") -> Witness:
        """Return who takes down the side effects of one window.

        Args:
            role: what the window is for: ``search`` or ``commit``.
            note: what becomes of its changes, shown with each.
        """
        return Witness(self, role, note)

    def effects(self) -> tuple[Effect, ...]:
        """Return the side effects by role, site, method and path, the first :data:`KEPT` kinds."""
        with self._lock:
            found = [
                replace(
                    effect,
                    count=tally.count(refused=effect.refused),
                    statuses=tuple(sorted(tally.statuses)),
                )
                for effect, tally in self._tallies.items()
            ]
        return tuple(sorted(found))

    def lines(self) -> tuple[str, ...]:
        """Return the side effects, one line each, with how often they happened.

        How often a search repeats one depends on how its pages were restored, so two equal runs
        may differ here; they do not in :meth:`kinds`.
        """
        lines = [effect.line(counted=True) for effect in self.effects()]
        return tuple(lines + ([f"and {self._beyond} more"] if self._beyond else []))

    def kinds(self) -> tuple[str, ...]:
        """Return the side effects, one line each, without how often they happened."""
        lines = [effect.line(counted=False) for effect in self.effects()]
        return tuple(lines + (["and more"] if self._beyond else []))

    @property
    def sent(self) -> int:
        """How many requests that may have changed something were sent."""
        return sum(effect.count for effect in self.effects() if not effect.refused) + self._beyond

    def disagreements(self) -> tuple[str, ...]:
        """Return where proxy and hook tell different things of what was sent, one line each.

        A page's worker is seen by the proxy alone, a request ended on its way by the hook alone,
        and so is everything inside a tunnel.
        """
        with self._lock:
            odd = [
                (effect.line(counted=False), tally.proxy, tally.hook)
                for effect, tally in self._tallies.items()
                if not effect.refused and tally.proxy != tally.hook
            ]
        return tuple(f"{line}: proxy {proxy}, hook {hook}" for line, proxy, hook in sorted(odd))

    def add(self, effect: Effect, layer: str) -> None:
        """Count one request, as seen by the ``proxy`` or the ``hook``."""
        with self._lock:
            tally = self._tallies.get(effect)
            if tally is None:
                if len(self._tallies) >= KEPT:
                    self._beyond += 1
                    return
                tally = self._tallies[effect] = _Tally()
            if layer == "proxy":
                tally.proxy += 1
            else:
                tally.hook += 1

    def answered(self, effect: Effect, status: int) -> None:
        """Note how a request was answered; 0 is not at all."""
        with self._lock:
            tally = self._tallies.get(effect)
            if tally is not None:
                tally.statuses.add(status)


class Witness:
    """Takes down the side effects of one window; called from any thread."""

    def __init__(self, ledger: EffectLedger, role: str, note: str) -> None:
        self.ledger = ledger
        self.role = role
        self._note = note
        self._refused: list[Effect] = []
        self._lock = threading.Lock()

    def saw(
        self,
        rules: RequestRules,
        layer: str,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Callable[[int], None] | None:
        """Take down a request unless it is a read; return who is told its answer's status.

        Args:
            rules: of the window.
            layer: ``proxy`` or ``hook``.
            method: of the request.
            url: where it goes; kept without what its query holds.
            headers: of the request.
            body: of the request, where the rules want it.
        """
        if rules.reads(method, url, headers, body):
            return None
        refused = rules.verdict(method, url, headers, body) is Verdict.WOULD_MUTATE
        effect = Effect(
            role=self.role,
            site=rules.site(url),
            method=shown_method(method, meant_method(method, url, headers)),
            path=shown_path(url),
            refused=refused,
            note=self._note,
        )
        self.ledger.add(effect, layer)
        if refused:
            with self._lock:
                self._refused = [*self._refused[-KEPT:], effect]
        return lambda status: self.ledger.answered(effect, status)

    def refused(self) -> tuple[Effect, ...]:
        """Return what was held back since this was last asked, oldest first."""
        with self._lock:
            held, self._refused = self._refused, []
        return tuple(held)


def shown_method(method: str, meant: str) -> str:
    """Return a request's method, with the one that it asks to be taken for."""
    own = method.upper()[:20]
    return own if own == meant else f"{own} as {meant[:20]}"


def shown_path(url: str) -> str:
    """Return the path of an address with the names of its query's parts, without their values."""
    whole = shown_url(url)
    path = SECRET.sub(r"/\1/…", parts(whole)[1] if parts(whole)[0] else whole)
    names = [key[:LONGEST_NAME] for key, _ in parse_qsl(parts(url)[2])]
    return path + ("?" + "&".join(names[:NAMES]) if names else "")
