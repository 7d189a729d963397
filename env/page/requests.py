"""What a page has sent since it was last asked: whether it wrote, whether it came by reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from env.guard.requests import RequestRules
from env.link.page_session import PageSession

__all__ = ["Sent", "Watch"]

ANYTHING = RequestRules(methods=None)
"""What holds in a window that has no rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The requests of one step."""

    wrote: bool = False
    """A request other than a read was let through, or a socket opened."""
    arrived: bool = False
    """A document was loaded into the main frame, in the end by GET."""


class Watch:
    """Watches the requests of one page from now on; they are noted in the reading thread."""

    def __init__(self, session: PageSession, *, rules: RequestRules | None = None) -> None:
        """Begin.

        Args:
            session: of the page.
            rules: the requests that its window may send: what they hold back was not written.
        """
        self._rules = ANYTHING if rules is None else rules
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
        request = params["request"]
        method = request["method"]
        self._wrote = self._wrote or self._rules.writes(
            method, request["url"], request.get("headers"), request.get("postData", "").encode()
        )
        # After a redirect the same request is told again, with the method it is repeated with.
        if params.get("type") == "Document" and params.get("frameId") == self._main:
            self._arrived = method == "GET"

    def _opened(self, params: Mapping[str, Any]) -> None:
        # A window that may not write everywhere opens no sockets: its proxy refuses them.
        self._wrote = self._wrote or self._rules.methods is None
