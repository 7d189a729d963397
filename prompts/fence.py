"""Fences around page text, so that a model can tell it from instructions.

A page is untrusted: it may say anything, closing tags included. So the fence carries a nonce that
the page's author cannot know. It is derived, not drawn (decision 16): equal pages in one run get
equal fences, and a recorded run can be repeated to the byte.
"""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["fence", "nonce"]

DIGITS = 16
"""Hexadecimal digits of a nonce: 64 bits."""


def nonce(text: str, salt: bytes, *, digits: int = DIGITS) -> str:
    """Return a nonce that does not occur in ``text``; equal text and salt give the same one.

    ``salt`` belongs to the run and is kept in its record, never shown to a page. With so few
    ``digits`` that ``text`` holds every nonce there is, this does not return.
    """
    attempt = 0
    while True:
        message = attempt.to_bytes(4) + text.encode("utf-8", "surrogatepass")
        found = hmac.new(salt, message, hashlib.sha256).hexdigest()[:digits]
        if found not in text.lower():
            return found
        attempt += 1


def fence(text: str, salt: bytes) -> str:
    """Return ``text``, unchanged, between two lines that only this run can write.

    Raises:
        ValueError: the salt is empty, so that anyone could compute the nonce.
    """
    if not salt:
        raise ValueError("the fence needs a salt")
    mark = nonce(text, salt)
    return f"<page {mark}>\n{text}\n</page {mark}>"
