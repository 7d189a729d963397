"""What a page has sent since it was last asked: whether it wrote, whether it came by reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from env.link.page_session import PageSession

__all__ = ["READS", "Sent", "Watch"]

READS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that are not meant to change anything on a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The requests of one step."""

    wrote: bool = False
    """A request other than a read was made, or a socket opened."""
    arrived: bool = False
    """A document was loaded into the main frame, in the end by GET."""


class Watch:
    """Watches the requests of one page from now on; they are noted in the reading thread."""

    def __init__(self, session: PageSession) -> None:
        self._wrote = False
        self._arrived = False
        self._main = ""
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.webSocketCreated", self._opened)
        session.send("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0})
        self._main = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def sent(self) -> Sent:
        """Return what was sent since the last call."""
        seen = Sent(wrote=self._wrote, arrived=self._arrived)
        self._wrote = self._arrived = False
        return seen

    def _sent(self, params: Mapping[str, Any]) -> None:
        method = params["request"]["method"]
        self._wrote = self._wrote or method not in READS
        # After a redirect the same request is told again, with the method it is repeated with.
        if params.get("type") == "Document" and params.get("frameId") == self._main:
            self._arrived = method == "GET"

    def _opened(self, params: Mapping[str, Any]) -> None:
        self._wrote = True
