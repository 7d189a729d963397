"""What the documents that a window asks for tell of the state of its sites."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Response

from env.link.page_session import PageSession
from env.link.session import Reply
from webpilot.errors import SiteDown

__all__ = ["LEAVING", "SERVER_ERROR", "DocumentWatch", "Documents", "answered"]

SERVER_ERROR = 500
"""Lowest HTTP status that is the server's fault."""
LEAVING = re.compile(r"(log|sign)[-_]?(out|off)", re.IGNORECASE)
"""In the addresses by which one ends a session oneself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What became of the documents of one step."""

    came: bool = False
    """One came."""
    troubled: bool = False
    """One did not come, or came with an error of its server."""


class DocumentWatch:
    """Watches the documents of a page's windows, in all their tabs.

    They are noted in the reading thread.
    """

    def __init__(self) -> None:
        self.left = False
        """Whether the window asked to be logged out."""
        self._came = False
        self._troubled = False

    def watch(self, session: PageSession) -> None:
        """Watch a new tab from its beginning; nothing is waited for."""
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFailed", self._failed)

    def seen(self) -> Documents:
        """Return what became of the documents since the last call."""
        # Each read and taken back without a call in between: the reading thread goes on noting.
        came, self._came = self._came, False
        troubled, self._troubled = self._troubled, False
        return Documents(came=came, troubled=troubled)

    def _asked(self, params: Reply) -> None:
        self.left = self.left or LEAVING.search(params["request"]["url"]) is not None

    def _answered(self, params: Reply) -> None:
        if params.get("type") == "Document":
            self._came = True
            self._troubled = self._troubled or params["response"]["status"] >= SERVER_ERROR

    def _failed(self, params: Reply) -> None:
        if params.get("type") == "Document" and not params.get("canceled"):
            self._troubled = True


def answered(url: str, response: Response | None) -> None:
    """Return ``None`` where a site has answered at all.

    Raises:
        SiteDown: it answered with an error of its own.
    """
    if response is not None and response.status >= SERVER_ERROR:
        raise SiteDown(f"{url} answered with status {response.status}")
