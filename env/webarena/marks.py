"""How the applications behind WebArena's sites are told apart by what they send.

The signs of Kiwix were read off kiwix-serve 3.3.0, the version WebArena runs. The others come from
what Magento, Postmill, GitLab and the OpenStreetMap website are known to put into every page; they
are untested against a live instance, where docker images far too large for a test would be needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["MARKS", "Mark", "recognised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How a site is recognised."""

    application: str
    path: str
    """Of a page that anybody may read, to be put behind the site's address."""
    signs: tuple[str, ...]
    """Regular expressions; a page that one of them is found in is the application's."""

    def on(self, page: str) -> bool:
        """Return whether the page is this application's."""
        return any(re.search(sign, page, re.IGNORECASE) for sign in self.signs)


def _meta(key: str, value: str) -> tuple[str, str]:
    """Return patterns of a ``<meta>`` with this property or name, in either order."""
    named = rf'(?:property|name)="{key}"'
    holds = rf'content="{value}"'
    return rf"<meta[^>]*{named}[^>]*{holds}", rf"<meta[^>]*{holds}[^>]*{named}"


MARKS: Mapping[str, Mark] = MappingProxyType(
    {
        # Before the storefront, whose signs its pages carry too.
        "shopping_admin": Mark(
            application="Magento's admin panel",
            path="",
            signs=(r"<title>[^<]*Magento Admin", r'<body[^>]*class="[^"]*adminhtml-'),
        ),
        "shopping": Mark(
            application="Magento's storefront",
            path="/",
            signs=(r'type="text/x-magento-init"', r"\bdata-mage-init="),
        ),
        "reddit": Mark(
            application="Postmill",
            path="/",
            signs=(r"<html[^>]*\bdata-night-mode=", r"<title>\s*Postmill\s*</title>"),
        ),
        "gitlab": Mark(
            application="GitLab",
            path="/users/sign_in",
            signs=(*_meta("og:site_name", "GitLab"), r"\bgon\.gitlab_url\s*="),
        ),
        "wikipedia": Mark(
            application="Kiwix",
            path="",
            signs=(
                r'id="kiwix(?:toolbar|searchform|_serve_)',
                r"<title>\s*Welcome to Kiwix Server",
                r"/skin/(?:taskbar|viewer)\.",
            ),
        ),
        "map": Mark(
            application="OpenStreetMap",
            path="/",
            signs=(
                *_meta("og:site_name", "OpenStreetMap"),
                *_meta("description", 'OpenStreetMap is [^"]*'),
                r"<title>[^<]*OpenStreetMap\s*</title>",
            ),
        ),
    }
)
"""By site, in the order in which they are tried."""


def recognised(page: str) -> str | None:
    """Return the site whose application sent this page, or ``None`` where none is known by it."""
    return next((site for site, mark in MARKS.items() if mark.on(page)), None)
