"""What the applications' requests do that their methods do not tell."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from env.guard.requests import RequestRules, SiteRequests
from env.sites.addresses import Addresses

__all__ = ["reading", "writing"]

LOGIN: tuple[tuple[str, str], ...] = (
    ("POST", r"/accounts/login/"),
    ("POST", r"/dashboard/login/"),
    ("POST", r"/user/login/"),
    ("POST", r"/login"),
)
"""Logging in writes a session, and nothing that a task is about."""

CHANGING: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "shopping": ((r"/accounts/logout/", ""), (r"/basket/vouchers/\d+/remove/", "")),
        "shopping_admin": ((r"/dashboard/logout/", ""), (r"/accounts/logout/", "")),
        "reddit": ((r"/user/logout/", ""),),
        "gitlab": (
            (r"/logout", ""),
            (r"/login", "out"),
            (r"/(tktedit|tktnew|wikiedit|wikiappend|ci_edit)\b.*", r"\b(submit|x)="),
        ),
    }
)
"""Addresses that change something when they are only asked for."""


def reading(addresses: Addresses) -> RequestRules:
    """Return the rules of a window that may only read, log in and search."""
    return RequestRules(sites=_sites(addresses))


def writing(addresses: Addresses) -> RequestRules:
    """Return the rules of a window that may do everything, and has it taken down."""
    return RequestRules(methods=None, sites=_sites(addresses))


def _sites(addresses: Addresses) -> tuple[SiteRequests, ...]:
    return tuple(
        SiteRequests(name=site, url=url, safe=LOGIN, changing=CHANGING.get(site, ()))
        for site, url in addresses.real.items()
    )
