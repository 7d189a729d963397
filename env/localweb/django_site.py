"""What shop and forum have in common: they are Django projects, seeded and logged in to alike."""

from __future__ import annotations

import os
import re
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple

from env.localweb.application import Cookie, Place
from webpilot.errors import ConfigError

__all__ = ["ANSWERING", "SOURCE", "LoggedIn", "cookie", "logged_in", "ran"]

SOURCE = Path(__file__)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
ANSWERING = 30.0
"""Seconds a page of a login may take."""


class LoggedIn(NamedTuple):
    """An account that has been let in."""

    jar: CookieJar
    browser: urllib.request.OpenerDirector
    """Asks for further pages as that account."""


def ran(name: str, place: Place, *words: str, variables: Mapping[str, str], seconds: float) -> None:
    """Run one of an application's own programs to its end.

    Args:
        name: of the application.
        place: its Python.
        words: the module, and its arguments.
        variables: environment variables beside ours.
        seconds: that it may take.

    Raises:
        ConfigError: it failed; its last words are in the message.
    """
    done = subprocess.run(
        [str(place.python), "-B", "-m", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **variables},
    )
    if done.returncode:
        tail = " ".join(done.stderr.split())[-400:]
        raise ConfigError(f"the {name} could not be seeded; remove its environment: {tail}")


def logged_in(name: str, address: str, form: Mapping[str, str], *, shown: str) -> LoggedIn:
    """Return an account logged in by an application's own form.

    Args:
        name: of the application.
        address: of the page with the form.
        form: what is filled in; the token against forgery is added.
        shown: a text that only the page of an account holds.

    Raises:
        ConfigError: it is not let in.
    """
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(address, timeout=ANSWERING) as page:
        token = TOKEN.search(page.read().decode())
    filled = {**form, "csrfmiddlewaretoken": token[1] if token else ""}
    with browser.open(address, urllib.parse.urlencode(filled).encode(), timeout=ANSWERING) as page:
        if shown not in page.read().decode():
            raise ConfigError(
                f"the {name} refuses its own account: remove its seed and install anew"
            )
    return LoggedIn(jar, browser)


def cookie(name: str, value: str, *, http_only: bool) -> Cookie:
    """Return a cookie of the session's length."""
    return {
        "name": name,
        "value": value,
        "path": "/",
        "expires": -1,
        "httpOnly": http_only,
        "secure": False,
        "sameSite": "Lax",
    }
