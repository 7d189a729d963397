"""The tracker: fossil 2.21, WebArena's ``gitlab``."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import tomllib
import urllib.parse
import urllib.request
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from env.localweb.application import Application, Command, Cookie, Place, Site, Volatile
from env.localweb.tracker.artifacts import name
from env.localweb.tracker.history import artifacts, vocabulary
from webpilot.errors import ConfigError

__all__ = ["TRACKER"]

HERE = Path(__file__).resolve().parent
FILE = "lanternfish.fossil"
ACCOUNT = ("byteblaze", "hello1234")
ADMINISTRATOR = "harbourmaster"
SEEDED = 2460310.875
"""The Julian day of 2 January 2024, 9:00 UTC: when every row of the seed was written."""
CLOCK = {"FAKETIME": "@2024-01-02 09:00:00", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}
FOREVER = 2488070.0
"""The Julian day until which the account stays logged in: in the year 2100."""
SECONDS = 60
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


def variables(folder: Path) -> Mapping[str, str]:
    """Return where fossil keeps what it knows of its user: in the folder, not at home."""
    return {
        "HOME": str(folder / "home"),
        "FOSSIL_HOME": str(folder / "home"),
        "USER": ADMINISTRATOR,
    }


def seed(place: Place) -> None:
    """Make the repository: artifacts, users and settings.

    Raises:
        ConfigError: fossil fails.
    """
    (place.folder / "home").mkdir()
    file = place.folder / FILE
    made = artifacts(vocabulary())
    first = place.folder / "first"
    first.mkdir()
    (first / "artifact").write_bytes(made[0])
    fossil(place.folder, "reconstruct", str(file), str(first))
    shutil.rmtree(first)
    with closing(sqlite3.connect(file)) as database, database:
        keep(database, made)
        configure(database)
    fossil(place.folder, "rebuild", "--noindex", str(file))
    with closing(sqlite3.connect(file)) as database, database:
        date(database)


def fossil(folder: Path, *arguments: str) -> None:
    """Run fossil to its end.

    Raises:
        ConfigError: it fails; its last words are in the message.
    """
    done = subprocess.run(
        ["fossil", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, **variables(folder)},
    )
    if done.returncode:
        tail = " ".join((done.stdout + done.stderr).split())[-300:]
        raise ConfigError(f"fossil cannot {arguments[0]}; is it 2.21? It says: {tail}")


def keep(database: sqlite3.Connection, made: Sequence[bytes]) -> None:
    """Write the artifacts in order, as fossil would: numbered, compressed, not yet understood.

    Reading them from a folder, it would number them as the file system lists them.
    """
    rows = [
        (place, len(artifact), name(artifact), len(artifact).to_bytes(4, "big") + packed(artifact))
        for place, artifact in enumerate(made, 1)
    ]
    database.execute("DELETE FROM blob")
    database.executemany(
        "INSERT INTO blob (rid, rcvid, size, uuid, content) VALUES (?, 1, ?, ?, ?)", rows
    )


def packed(artifact: bytes) -> bytes:
    """Return an artifact as it is stored."""
    return zlib.compress(artifact)


def configure(database: sqlite3.Connection) -> None:
    """Write settings, users and reports."""
    settings = tomllib.loads((HERE / "settings.toml").read_text(encoding="utf-8"))
    database.executemany(
        "REPLACE INTO config (name, value, mtime) VALUES (?, ?, 0)", settings["config"].items()
    )
    code = settings["config"]["project-code"]
    rights = settings["capabilities"]
    roles = {ADMINISTRATOR: "administrator", ACCOUNT[0]: "account", "nobody": "nobody"}
    people: Mapping[str, str] = {ADMINISTRATOR: "", "nobody": "", **vocabulary()["people"]}
    database.execute("DELETE FROM user")
    for login, full in people.items():
        secret = f"{code}/{login}/{ACCOUNT[1]}".encode()
        password = hashlib.sha1(secret, usedforsecurity=False).hexdigest()
        database.execute(
            "INSERT INTO user (login, pw, cap, info) VALUES (?, ?, ?, ?)",
            (login, password, rights[roles.get(login, "developer")], full),
        )
    reports(database, settings["reports"])


def reports(database: sqlite3.Connection, entries: Sequence[Mapping[str, Any]]) -> None:
    """Add ticket reports made like fossil's own one."""
    columns, code = database.execute("SELECT cols, sqlcode FROM reportfmt WHERE rn = 1").fetchone()
    for entry in entries:
        database.execute(
            "INSERT INTO reportfmt (owner, title, cols, sqlcode) VALUES (?, ?, ?, ?)",
            (ADMINISTRATOR, entry["title"], columns, f"{code}\nWHERE {entry['where']}"),
        )


def date(database: sqlite3.Connection) -> None:
    """Put fixed dates where fossil wrote down today's."""
    for statement in (
        "UPDATE config SET mtime = (:day - 2440587.5) * 86400",
        "UPDATE user SET mtime = (:day - 2440587.5) * 86400",
        "UPDATE reportfmt SET mtime = :day",
        "UPDATE rcvfrom SET mtime = :day, nonce = NULL",
    ):
        database.execute(statement, {"day": SEEDED})


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


def settle(place: Place) -> None:
    """Make the log-in last."""
    with closing(sqlite3.connect(place.folder / FILE)) as database, database:
        database.execute("UPDATE user SET cexpire = ? WHERE cookie IS NOT NULL", (FOREVER,))
        date(database)


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
