"""What the sites of WebArena take for reading, and what they change when they are only read.

The local suite's lists were read off the applications' code, and tried against fossil's. Those of
the official sites follow their programs' documented addresses; no instance was at hand.

Sessions come with the storage state, so a login is on a safe list only where its address does
nothing else: oscar's also registers customers, and fossil's also changes passwords.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from env.guard.requests import SiteRequests

__all__ = ["LOCAL", "OFFICIAL", "Known", "site_requests"]

Pairs = tuple[tuple[str, str], ...]


class Known(NamedTuple):
    """What is known of a kind of site; see :class:`env.guard.requests.SiteRequests`."""

    safe: Pairs = ()
    changing: Pairs = ()
    graphql: tuple[str, ...] = ()


NOTHING = Known()

OSCAR = Known(
    (("POST", r"/dashboard/login/"),),
    (
        (r"/(accounts|dashboard)/logout/?", ""),
        (r"/accounts/alerts/(confirm|cancel)/.+", ""),
        (r"/accounts/addresses/\d+/default_for_(billing|shipping)/?", ""),
        (r"/accounts/wishlists/(.+/)?add/\d+/?", ""),
        (r"/accounts/wishlists/.+/lines/\d+/move-to/.+", ""),
        (r"/dashboard/partners/\d+/users/\d+/link/?", ""),
        # Not in oscar 4, whose baskets take POST alone; in forks of it a link may do.
        (r"/basket/(add|remove|delete)/.*", ""),
        (r"/basket/.+/(add|remove|delete)/?", ""),
    ),
)
"""django-oscar 4, shop and dashboard."""

SPIRIT = Known(
    (
        ("POST", r"/user/login/"),
        # Sent by every topic's page itself: how far it was read. No task is about that.
        ("POST", r"/comment/bookmark/\d+/create/"),
    ),
    (
        (r"/user/logout/?", ""),
        (r"/user/(email-change|activation|unsubscribe)/.+", ""),
    ),
)
"""django-spirit 0.14."""

FOSSIL = Known(
    (),
    (
        # Its forms are taken from the query as well: what is to change anything needs this token.
        (r".*", r"(^|&)csrf="),
        (r".*/login", r"(^|&)(out|in|u|p|n1|n2)="),
        (r".*/logout", ""),
    ),
)
"""Fossil 2.21."""

KIWIX = NOTHING
"""kiwix-serve only reads."""

MAGENTO = Known(
    (
        ("POST", r"/(index\.php/)?customer/account/loginPost(/.*)?"),
        ("POST", r"/(index\.php/)?customer/ajax/login/?"),
    ),
    (
        (r".*/customer/account/logout(/.*)?", ""),
        (r".*/customer/account/confirm(/.*)?", ""),
        (r".*/catalog/product_compare/(add|remove|clear)(/.*)?", ""),
        (r".*/wishlist/(index|shared)/(add|remove|cart|fromcart|allcart|update\w*)(/.*)?", ""),
        (r".*/checkout/cart/(add|addgroup|delete|update\w*)(/.*)?", ""),
        (r".*/sales/(order|guest)/reorder(/.*)?", ""),
        (r".*/productalert/(add|unsubscribe)(/.*)?", ""),
        (r".*/customer/address/delete(/.*)?", ""),
        (r".*/newsletter/(subscriber|manage)/(confirm|unsubscribe|new|save)(/.*)?", ""),
    ),
)
"""Magento 2, the storefront."""

MAGENTO_ADMIN = Known(
    (("POST", r"/admin/?(admin/?)?"), ("POST", r"/(index\.php/)?admin/.+/grid(/.*)?")),
    (
        (r".*/auth/logout(/.*)?", ""),
        (
            r".*/admin/(.+/)?(delete|mass\w+|save|inlineEdit|cancel|hold|unhold|flush\w*|clean\w*"
            r"|duplicate|reorder|email|void|toggle\w*|markAsRead|ship|creditmemo/start)(/.*)?",
            "",
        ),
    ),
)
"""Magento 2, the back office at ``/admin``: its grids are read by POST."""

POSTMILL = Known(
    (("POST", r"/login_check"),),
    ((r"/logout/?", ""), (r"/(reset_password|confirm|verify)/.+", "")),
)
"""Postmill; what it changes it takes by POST."""

GITLAB = Known(
    (("POST", r"/users/sign_in"), ("POST", r"/.+/preview_markdown")),
    (
        (r"/users/sign_out/?", ""),
        (r"/users/(confirmation|unlock)/?", r"token="),
        (r"/-/.*/unsubscribe/?", ""),
        (r"/sent_notifications/.+/unsubscribe/?", ""),
    ),
    (r"/api/graphql",),
)
"""GitLab, whose pages read by GraphQL."""

LOCAL: Mapping[str, Known] = MappingProxyType(
    {
        "shopping": OSCAR,
        "shopping_admin": OSCAR,
        "reddit": SPIRIT,
        "gitlab": FOSSIL,
        "wikipedia": KIWIX,
    }
)
"""The local suite's sites by WebArena's names."""

OFFICIAL: Mapping[str, Known] = MappingProxyType(
    {
        "shopping": MAGENTO,
        "shopping_admin": MAGENTO_ADMIN,
        "reddit": POSTMILL,
        "gitlab": GITLAB,
        "wikipedia": KIWIX,
        "map": NOTHING,
    }
)
"""WebArena's own sites by its names."""


def site_requests(
    urls: Mapping[str, str], known: Mapping[str, Known] = LOCAL
) -> tuple[SiteRequests, ...]:
    """Return what is known of running sites, for :class:`env.guard.requests.RequestRules`.

    Args:
        urls: addresses by WebArena's site names.
        known: lists by the same names; a site that is not there is judged by methods alone.

    Raises:
        ConfigError: an address is none.
    """
    found = []
    for name, url in urls.items():
        found.append(SiteRequests(name=name, url=url, **known.get(name, NOTHING)._asdict()))
    return tuple(found)
