"""Makes the repository: artifacts, users and settings; the same content each time."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from env.localweb.application import Place
from env.localweb.tracker.artifacts import name
from env.localweb.tracker.history import artifacts
from env.localweb.tracker.tickets import vocabulary
from webpilot.errors import ConfigError

__all__ = ["ACCOUNT", "FILE", "seed", "settle", "variables"]

HERE = Path(__file__).resolve().parent
FILE = "lanternfish.fossil"
ACCOUNT = ("byteblaze", "hello1234")
ADMINISTRATOR = "harbourmaster"
SEEDED = 2460310.875
"""The Julian day of 2 January 2024, 9:00 UTC: when every row of the seed was written."""
FOREVER = 2488070.0
"""The Julian day until which the account stays logged in: in the year 2100."""
SECONDS = 60


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


def settle(place: Place) -> None:
    """Make the log-in last."""
    with closing(sqlite3.connect(place.folder / FILE)) as database, database:
        database.execute("UPDATE user SET cexpire = ? WHERE cookie IS NOT NULL", (FOREVER,))
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


def variables(folder: Path) -> Mapping[str, str]:
    """Return where fossil keeps what it knows of its user: in the folder, not at home."""
    return {
        "HOME": str(folder / "home"),
        "FOSSIL_HOME": str(folder / "home"),
        "USER": ADMINISTRATOR,
    }


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
