"""A HAR file without what nobody but its maker may read, and without the weight nobody reads.

What is kept is named, so that what nobody thought of is left out. Everything that WebArena-Verified
judges by is kept (see :class:`env.verified.evaluator.VerifiedEvaluator`): a scrubbed file gives the
same verdict, and scrubbing it again changes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from env.sites.secret_names import REDACTED, is_login, is_secret
from env.sites.secret_texts import without
from webpilot.errors import ConfigError

__all__ = ["KEPT_COOKIES", "scrubbed"]

KEPT_COOKIES = ("_osm_directions_engine", "mage-messages")
"""Cookies that official tasks are judged by: the chosen router of a map, a shop's message."""
KEPT_HEADERS = frozenset(
    [
        "accept",
        "accept-language",
        "content-length",
        "content-type",
        "date",
        "host",
        "location",
        "origin",
        "referer",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-fetch-user",
        "upgrade-insecure-requests",
        "user-agent",
        "x-requested-with",
        ":authority",
        ":method",
        ":path",
        ":scheme",
    ]
)
"""Headers whose values are kept; of the others only the name is."""
ADDRESSES = frozenset({"location", "origin", "referer", ":path"})
Entry = Mapping[str, Any]


def scrubbed(har: Mapping[str, Any], *, secrets: Iterable[str] = ()) -> dict[str, Any]:
    """Return a HAR file's data without cookies, credentials, tokens and bodies nobody reads.

    Args:
        har: what Playwright has recorded.
        secrets: texts that must stand nowhere, e.g. a key that was typed into a page.

    Raises:
        ConfigError: this is no HAR file.
    """
    log = har.get("log")
    if not isinstance(log, Mapping) or not isinstance(log.get("entries"), list):
        raise ConfigError("a HAR file has the list log.entries, and this one has not")
    head = {name: log[name] for name in ("version", "creator", "browser") if name in log}
    try:
        entries = [_entry(one) for one in log["entries"]]
    except (AttributeError, KeyError, TypeError) as error:
        raise ConfigError(f"a HAR file holds a request that is none: {error!r}") from None
    return {"log": without({**head, "entries": entries}, secrets)}


def _entry(entry: Entry) -> dict[str, Any]:
    request, response = entry["request"], entry["response"]
    login = is_login(request["method"], urlsplit(request["url"]).path)
    query = [_pair(one) for one in request.get("queryString", ())]
    body = request.get("postData")
    return {
        "startedDateTime": entry.get("startedDateTime", ""),
        "time": entry.get("time", 0),
        "request": {
            "method": request["method"],
            "url": _address(request["url"]),
            "httpVersion": request.get("httpVersion", ""),
            "cookies": _cookies(request),
            "headers": _headers(request),
            "queryString": query,
            **({"postData": _body(body, login=login)} if body else {}),
            "headersSize": request.get("headersSize", -1),
            "bodySize": request.get("bodySize", -1),
        },
        "response": {
            "status": response["status"],
            "statusText": response.get("statusText", ""),
            "httpVersion": response.get("httpVersion", ""),
            "cookies": _cookies(response),
            "headers": _headers(response),
            "content": _content(response.get("content") or {}, login=login),
            "redirectURL": _address(response.get("redirectURL") or ""),
            "headersSize": response.get("headersSize", -1),
            "bodySize": response.get("bodySize", -1),
        },
        "cache": {},
        "timings": {name: entry.get("timings", {}).get(name, -1) for name in _TIMINGS},
    }


_TIMINGS = ("send", "wait", "receive")


def _cookies(message: Entry) -> list[dict[str, str]]:
    return [
        {"name": one["name"], "value": one.get("value", "")}
        for one in message.get("cookies", ())
        if one["name"] in KEPT_COOKIES
    ]


def _headers(message: Entry) -> list[dict[str, str]]:
    return [
        {"name": one["name"], "value": _header(one["name"].lower(), one["value"])}
        for one in message.get("headers", ())
    ]


def _header(name: str, value: str) -> str:
    if name == "cookie":
        pairs = (pair.strip() for pair in value.split(";"))
        kept = [pair for pair in pairs if pair.partition("=")[0] in KEPT_COOKIES]
        return "; ".join(kept) or REDACTED
    if name in ADDRESSES:
        return _address(value)
    return value if name in KEPT_HEADERS else REDACTED


def _pair(pair: Mapping[str, str]) -> dict[str, str]:
    name, value = pair["name"], pair.get("value", "")
    return {"name": name, "value": REDACTED if is_secret(name) else value}


def _address(url: str) -> str:
    """Return an address without a user's name and without parameters that are secret."""
    url = re.sub(r"^(\w+://)[^/?#@]*@", r"\1", url)
    before, hash_mark, fragment = url.partition("#")
    path, mark, query = before.partition("?")
    return path + mark + _form(query) + hash_mark + _form(fragment)


def _form(text: str, *, login: bool = False) -> str:
    """Return URL-encoded pairs with secret ones' values replaced; all others as they were."""
    pairs = []
    for pair in text.split("&"):
        name, mark, _ = pair.partition("=")
        hide = mark and (login or is_secret(unquote_plus(name)))
        pairs.append(f"{name}={REDACTED}" if hide else pair)
    return "&".join(pairs)


def _body(body: Mapping[str, Any], *, login: bool) -> dict[str, Any]:
    """Return what was sent with a request; a body of a kind that nobody reads is left out."""
    kind, text = body.get("mimeType", ""), body.get("text") or ""
    params = [
        {"name": one["name"], "value": REDACTED} if login else _pair(one)
        for one in body.get("params", ())
    ]
    if "application/x-www-form-urlencoded" in kind:
        clean = _form(text, login=login)
    elif "application/json" in kind:
        clean = _json(text, login=login)
    elif boundary := re.search(r"multipart/form-data.*boundary=([^;\s]+)", kind):
        clean = _multipart(text, boundary[1], login=login)
    else:
        clean = ""
    return {"mimeType": kind, "text": clean, "params": params}


def _content(content: Mapping[str, Any], *, login: bool) -> dict[str, Any]:
    """Return what was answered: the text of JSON alone, the size and kind of all else."""
    kind, text = content.get("mimeType", ""), content.get("text") or ""
    plain = {"size": content.get("size", -1), "mimeType": kind}
    if "application/json" in kind and text and content.get("encoding") is None:
        return {**plain, "text": _json(text, login=login)}
    return plain


def _json(text: str, *, login: bool) -> str:
    try:
        data = json.loads(text)
    except ValueError:
        return ""
    clean = _hidden(data, login=login)
    return text if clean == data else json.dumps(clean, ensure_ascii=False)


def _hidden(data: Any, *, login: bool) -> Any:
    """Return plain data with the values of secret names replaced."""
    if isinstance(data, Mapping):
        return {
            name: REDACTED if is_secret(name) else _hidden(one, login=login)
            for name, one in data.items()
        }
    if isinstance(data, list):
        return [_hidden(one, login=login) for one in data]
    return REDACTED if login else data


def _multipart(text: str, boundary: str, *, login: bool) -> str:
    """Return the parts of a form with secret ones' contents replaced."""
    mark = f"--{boundary}"
    parts = []
    for part in text.split(mark):
        head, gap, _ = part.partition("\r\n\r\n")
        name = re.search(r'name="([^"]*)"', head)
        hide = gap and (login or name is None or is_secret(name[1]))
        parts.append(f"{head}{gap}{REDACTED}\r\n" if hide else part)
    return mark.join(parts)
