"""How a window comes to its sites, and where it stands once it has gone about there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from env.guard.effects import Witness
from env.guard.rules import WindowRules
from env.sites.addresses import Addresses

__all__ = ["Entry", "Standing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How a window comes to its sites."""

    addresses: Addresses
    start_urls: tuple[str, ...]
    """Real ones; each has a tab of its own, the last one in front."""
    storage_state: Mapping[str, Any] | None = None
    """Cookies and storage of those who are logged in, in Playwright's form."""
    rules: WindowRules = field(default_factory=WindowRules)
    witness: Witness | None = None
    """Takes down its requests that are no reads, where the rules name what reads."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What every request needs, beside what a browser sends."""
    har: Path | None = None
    """Where the window's requests are written when it closes."""
    check: Callable[[], None] | None = None
    """Raises SiteDown where a site's server is gone; asked when a page does not come."""
    verify: Callable[[Page], None] | None = None
    """Raises SiteDown where the page just opened is not the site's, or nobody is logged in."""
    kept: Callable[[Page], None] | None = None
    """Raises SiteDown where a page that an action led to shows that the login has expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a window stands, as far as another one can be brought there."""

    urls: tuple[str, ...]
    """Of its tabs, the one in front last."""
    storage_state: Mapping[str, Any] | None

    @property
    def way(self) -> dict[str, Any]:
        """What of an :class:`Entry` leads there."""
        return {"start_urls": self.urls, "storage_state": self.storage_state}
