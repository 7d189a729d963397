"""Requests as Playwright writes them down, made of the little that a test cares about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

__all__ = ["entry", "har", "page", "post"]

NAVIGATION = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-User": "?1",
}


def har(*entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole file's data."""
    creator = {"name": "Playwright", "version": "1.44.0"}
    return {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": list(entries)}}


def page(url: str, status: int = 200, **changed: Any) -> dict[str, Any]:
    """Return the request of a page that somebody went to; ``changed`` as for :func:`entry`."""
    return entry("GET", url, status=status, headers=NAVIGATION, **changed)


def post(url: str, fields: Mapping[str, str], status: int = 302, **changed: Any) -> dict[str, Any]:
    """Return a sent form; ``changed`` as for :func:`entry`."""
    body = ("application/x-www-form-urlencoded", urlencode(fields))
    return entry("POST", url, status=status, body=body, **changed)


def entry(
    method: str,
    url: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    body: tuple[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    answer: tuple[str, str] = ("text/html", "<p>Hello"),
    answer_headers: Mapping[str, str] | None = None,
    answer_cookies: Mapping[str, str] | None = None,
    to: str = "",
) -> dict[str, Any]:
    """Return one request and its response.

    Args:
        method: of HTTP.
        url: whole.
        status: of the response.
        headers: of the request.
        body: its kind and text.
        cookies: sent with it.
        answer: kind and text of the response.
        answer_headers: further ones of the response.
        answer_cookies: set by it.
        to: where it redirects to.
    """
    kind, text = answer
    sent: dict[str, Any] = {}
    if body is not None:
        form = body[0] == "application/x-www-form-urlencoded"
        pairs = parse_qsl(body[1], keep_blank_values=True) if form else []
        sent["postData"] = {"mimeType": body[0], "text": body[1], "params": _named(pairs)}
    cookie = {"Cookie": "; ".join(f"{n}={v}" for n, v in (cookies or {}).items())}
    return {
        "startedDateTime": "2026-11-26T17:35:34.302Z",
        "time": 4.5,
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": _named(list((cookies or {}).items())),
            "headers": _named([*(headers or {}).items(), *(cookie if cookies else {}).items()]),
            "queryString": _named(parse_qsl(urlsplit(url).query)),
            "headersSize": 300,
            "bodySize": 0,
            **sent,
        },
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": _named(list((answer_cookies or {}).items())),
            "headers": _named([("Content-Type", kind), *(answer_headers or {}).items()]),
            "content": {"size": len(text), "mimeType": kind, "text": text},
            "headersSize": 200,
            "bodySize": len(text),
            "redirectURL": to or (url if 300 <= status < 400 else ""),
        },
        "cache": {},
        "timings": {"send": 0, "wait": 4.0, "receive": 0.5},
    }


def _named(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
