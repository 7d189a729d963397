"""Which addresses a page may be sent to: ``file:`` and ``javascript:`` are never among them."""

from __future__ import annotations

import re

__all__ = ["BLANK", "completed", "foreign_scheme"]

BLANK = "about:blank"

SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
OPENED = ("http", "https")
LOCAL = ("localhost", "127.0.0.1")
"""Playwright takes these beginnings for hosts and puts ``http://`` before them."""

LEFT_OUT = dict.fromkeys(map(ord, "\t\n\r"))
"""Characters a browser ignores wherever they stand in an address."""
AROUND = "".join(map(chr, range(0x21)))
"""Characters a browser ignores around an address."""


def completed(url: str) -> str:
    """Return the address as a browser reads it, with the scheme that Playwright adds."""
    address = url.translate(LEFT_OUT).strip(AROUND)
    return f"http://{address}" if address.startswith(LOCAL) else address


def foreign_scheme(url: str) -> str | None:
    """Return the scheme for which an address is not opened, ``None`` where it has no such.

    An address without any scheme is no address to a browser either; it is left to say so.
    """
    address = completed(url)
    found = SCHEME.match(address)
    if found is None or found[1].lower() in OPENED or address.lower() == BLANK:
        return None
    return f"{found[1].lower()[:40]}:"
