"""What a browsing context keeps beside its page: cookies and the storage of the page's origin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from env.link.calls import ProtocolError
from env.link.session import Call, Reply, Session
from webpilot.errors import EnvironmentDown

__all__ = ["Storage", "read", "write"]

LOOK = """(() => {
  const kept = (store) => { try { return Object.entries(store()).sort(); } catch { return []; } };
  return JSON.stringify([location.origin, kept(() => localStorage), kept(() => sessionStorage)]);
})()"""

FILL = """(() => {
  const fill = (store, items) => {
    store.clear();
    for (const [name, value] of items) store.setItem(name, value);
  };
  fill(localStorage, %s);
  fill(sessionStorage, %s);
})()"""

COOKIE = ("name", "value", "domain", "path", "expires", "httpOnly", "secure", "sameSite")
"""What of a cookie is told, and can be set."""

Items = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """What was kept at one moment; equal where the same is kept."""

    cookies: tuple[tuple[tuple[str, object], ...], ...]
    """All of the context's, sorted."""
    local: Items
    session: Items
    """The items of the page's origin, sorted by name."""
    other: float
    """Bytes in databases, caches and workers of the page's origin, which are not read."""

    @property
    def empty(self) -> bool:
        """Whether nothing is kept."""
        return not (self.cookies or self.local or self.session or self.other)


def read(session: Session) -> Storage:
    """Return what the page's context keeps."""
    kept, seen = session.send_all(
        [
            ("Network.getAllCookies", {}),
            ("Runtime.evaluate", {"expression": LOOK, "returnByValue": True}),
        ]
    )
    origin, local, own = json.loads(seen["result"]["value"])
    cookies = sorted(_cookie(cookie) for cookie in kept["cookies"])
    return Storage(
        cookies=tuple(cookies),
        local=tuple((name, value) for name, value in local),
        session=tuple((name, value) for name, value in own),
        other=_other(session, origin),
    )


def write(session: Session, storage: Storage) -> None:
    """Make the page's context keep what another one kept, on the same origin.

    Raises:
        EnvironmentDown: databases or caches were kept, which cannot be written.
    """
    if storage.other:
        raise EnvironmentDown("databases and caches of a page cannot be copied")
    local, own = (json.dumps(items) for items in (storage.local, storage.session))
    calls: list[Call] = [
        ("Network.clearBrowserCookies", {}),
        ("Network.setCookies", {"cookies": [dict(cookie) for cookie in storage.cookies]}),
        ("Runtime.evaluate", {"expression": FILL % (local, own)}),
    ]
    if "exceptionDetails" in session.send_all(calls)[-1]:
        raise EnvironmentDown("the page's storage cannot be written")


def _cookie(cookie: Mapping[str, Any]) -> tuple[tuple[str, object], ...]:
    told = {name: cookie[name] for name in COOKIE if name in cookie}
    if cookie.get("session"):
        told.pop("expires", None)
    return tuple(told.items())


def _other(session: Session, origin: str) -> float:
    """Return the bytes kept elsewhere; a page without an origin can keep nothing."""
    try:
        reply: Reply = session.send("Storage.getUsageAndQuota", {"origin": origin})
    except ProtocolError:
        return 0.0
    return float(reply["usage"])
