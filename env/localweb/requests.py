"""What the applications' windows may ask for: the lists of :mod:`env.guard.sites`."""

from __future__ import annotations

from env.guard.requests import RequestRules
from env.guard.sites import LOCAL, site_requests
from env.sites.addresses import Addresses

__all__ = ["reading", "writing"]


def reading(addresses: Addresses) -> RequestRules:
    """Return the rules of a window that may only read, log in and search."""
    return RequestRules(sites=site_requests(addresses.real, LOCAL))


def writing(addresses: Addresses) -> RequestRules:
    """Return the rules of a window that may do everything, and has it taken down."""
    return RequestRules(methods=None, sites=site_requests(addresses.real, LOCAL))
