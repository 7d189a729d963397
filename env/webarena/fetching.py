"""One page of a site by plain HTTP, without a browser: to see who answers there."""

from __future__ import annotations

import ipaddress
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from http.cookiejar import CookieJar
from urllib.parse import urlsplit

from webpilot.errors import SiteDown

__all__ = ["Fetched", "Fetcher"]

MOST = 1 << 20
"""Bytes of a page that are read; what tells sites apart stands in its head."""
BLOCK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a site answered, redirects followed."""

    status: int
    url: str
    """Where the redirects ended."""
    text: str


class Fetcher:
    """Fetches pages as one visitor, cookies kept."""

    def __init__(self, *, headers: Mapping[str, str] | None = None) -> None:
        """Fetch with these additional headers, e.g. an instance's access token."""
        self._headers = dict(headers or {})
        self._cookies = urllib.request.HTTPCookieProcessor(CookieJar())

    def get(self, url: str, *, timeout: float, data: bytes | None = None) -> Fetched:
        """Return what is answered, whatever its status.

        Args:
            url: to be asked for.
            timeout: seconds for the whole answer.
            data: of a form, to be posted; ``None`` is a GET.

        Raises:
            SiteDown: nothing answers in time.
        """
        begun = time.monotonic()
        request = urllib.request.Request(url, data=data, headers=self._headers)
        # What is on this machine is never asked for through a proxy.
        handlers: list[urllib.request.BaseHandler] = [self._cookies]
        if _is_local(url):
            handlers.append(urllib.request.ProxyHandler({}))
        try:
            with _open(urllib.request.build_opener(*handlers), request, timeout) as answer:
                content = b""
                while len(content) < MOST and (block := answer.read(BLOCK)):
                    content += block
                    if time.monotonic() - begun > timeout:
                        raise TimeoutError("timed out")
                return Fetched(
                    status=answer.status,
                    url=answer.geturl(),
                    text=content.decode("utf-8", errors="replace"),
                )
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise SiteDown(f"{url} does not answer ({reason})") from error


def _open(
    opener: urllib.request.OpenerDirector, request: urllib.request.Request, timeout: float
) -> HTTPResponse:
    try:
        answer: HTTPResponse = opener.open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        return error  # type: ignore[return-value] # an answer like any other, with its status
    return answer


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
