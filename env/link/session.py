"""The narrow seam between what talks to a page and how the messages travel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

__all__ = ["Call", "Reply", "Session"]

Reply = dict[str, Any]
"""The ``result`` object of one DevTools protocol call."""

Call = tuple[str, Mapping[str, Any]]
"""Method and parameters of one DevTools protocol call."""


class Session(Protocol):
    """One DevTools protocol session attached to one page."""

    def send(
        self, method: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> Reply:
        """Return the result of one call.

        ``timeout`` is in seconds; ``None`` takes the session's deadline.

        Raises:
            ProtocolError: the browser answered with an error.
            webpilot.errors.StepTimeout: no answer in time.
            webpilot.errors.BrowserLost: the browser or the page is gone.
        """
        ...

    def send_all(self, calls: Sequence[Call], *, timeout: float | None = None) -> list[Reply]:
        """Return the results of several calls sent in one flight, in order; first error raised."""
        ...
