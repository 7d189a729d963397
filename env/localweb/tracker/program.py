"""The tracker: fossil 2.21, WebArena's ``gitlab``."""

from __future__ import annotations

import re
import shutil
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from http.cookiejar import CookieJar
from pathlib import Path

from env.localweb.application import Application, Command, Cookie, Place, Site, Volatile
from env.localweb.tracker.seeding import ACCOUNT, FILE, seed, settle, variables
from webpilot.errors import ConfigError

__all__ = ["TRACKER", "clock_library"]

HERE = Path(__file__).resolve().parent
CLOCK = {"FAKETIME": "@2024-01-02 09:00:00", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}
CSRF = re.compile(r"name=.csrf. value=.(\w+).")


def command(place: Place) -> Command:
    """Return how fossil is started; each request is a short-lived child of it.

    It takes the day for 2 January 2024, because its pages say how old things are. The clock goes on
    from there, or the second of two versions would not be the newer one.
    """
    port = str(place.ports["gitlab"])
    return Command(
        words=[
            str(place.python),
            "-B",
            str(HERE / "launching.py"),
            port,
            clock_library(),
            "fossil",
            "server",
            "--localhost",
            "--port",
            port,
            "--nojail",
            # One script a page instead of many, and none from a cache of another port's fossil.
            "--jsmode",
            "bundled",
            str(place.folder / FILE),
        ],
        variables={**variables(place.folder), **CLOCK},
    )


def clock_library() -> str:
    """Return the library that moves a program's clock.

    Raises:
        ConfigError: it is missing.
    """
    program = shutil.which("faketime")
    folder = Path(program).resolve().parent.parent / "lib" if program else Path()
    found = sorted(folder.glob("*/faketime/libfaketime.so.1")) if program else []
    if not found:
        raise ConfigError("libfaketime is missing: run `apt-get install faketime`")
    return str(found[0])


def sign_in(addresses: Mapping[str, str]) -> Mapping[str, Sequence[Cookie]]:
    """Return the cookies of the account, logged in by fossil's own form.

    Raises:
        ConfigError: fossil refuses it.
    """
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    address = f"{addresses['gitlab']}/login"
    with browser.open(address, timeout=30) as page:
        token = CSRF.search(page.read().decode())
    login, password = ACCOUNT
    form = {"u": login, "p": password, "in": "Login", "csrf": token[1] if token else ""}
    with browser.open(address, urllib.parse.urlencode(form).encode(), timeout=30) as page:
        page.read()
    cookies = [cookie(held.name, held.value or "") for held in jar if login in (held.value or "")]
    if not cookies:
        raise ConfigError("fossil refuses its own account: remove its seed and install anew")
    return {"gitlab": cookies}


def cookie(called: str, value: str) -> Cookie:
    """Return a cookie of the session's length."""
    return {
        "name": called,
        "value": value,
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }


TRACKER = Application(
    name="tracker",
    sites=(
        Site(
            name="gitlab",
            page="/login",
            text="Lanternfish",
            account_page="/login",
            account_text=ACCOUNT[0],
        ),
    ),
    command=command,
    seed=seed,
    sources=(HERE,),
    programs={"fossil": "fossil", "faketime": "faketime"},
    databases=(FILE,),
    files=("home",),
    volatile=(
        Volatile(
            name="config",
            reason="the address of each server is noted there; the rest is an administrator's",
        ),
        Volatile(name="user.cookie", reason="a log-in draws a random one"),
        Volatile(name="user.cexpire", reason="a log-in writes down until when it lasts"),
        Volatile(name="user.ipaddr", reason="a log-in writes down where from"),
        Volatile(name="sqlite_stat1", reason="SQLite's own notes on how large tables are"),
    ),
    sign_in=sign_in,
    settle=settle,
)
"""What the suite must know of the tracker."""
