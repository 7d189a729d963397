"""The encyclopedia: kiwix-serve 3.3.0 over a ZIM file of ours, WebArena's ``wikipedia``."""

from __future__ import annotations

import sqlite3
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from env.localweb.application import Application, Command, Place, Site
from env.localweb.wiki.articles import Article
from env.localweb.wiki.pages import FRONT, NAME, file_name, write
from env.localweb.wiki.world import world
from webpilot.errors import ConfigError

__all__ = ["WIKI"]

HERE = Path(__file__).resolve().parent
FILE = "encyclopedia.zim"
FACTS = "facts.sqlite"
SECONDS = 120


def command(place: Place) -> Command:
    """Return how kiwix is started."""
    return Command(
        words=[
            "kiwix-serve",
            "--address",
            "127.0.0.1",
            "--port",
            str(place.ports["wikipedia"]),
            "--threads",
            "2",
            "--nolibrarybutton",
            "--blockexternal",
            str(place.seed / FILE),
        ],
    )


def seed(place: Place) -> None:
    """Make the ZIM file, and a database of the facts in it.

    The server never reads the database: it is what judges ask for right answers, since nobody can
    ask a ZIM file.

    Raises:
        ConfigError: zimwriterfs fails.
    """
    articles = world()
    with tempfile.TemporaryDirectory(dir=place.folder) as name:
        folder = Path(name)
        write(folder, articles)
        (folder / "picture.png").write_bytes(picture())
        pack(folder, place.folder / FILE)
    with closing(sqlite3.connect(place.folder / FACTS)) as database, database:
        note(database, articles)


def pack(folder: Path, file: Path) -> None:
    """Put a folder of pages into a ZIM file, with an index for full-text search.

    Raises:
        ConfigError: zimwriterfs fails; its last words are in the message.
    """
    options = {
        "--welcome": FRONT,
        "--illustration": "picture.png",
        "--language": "eng",
        "--title": NAME,
        "--description": "An invented country",
        "--creator": "WebPilot",
        "--publisher": "WebPilot",
        "--name": "encyclopedia",
        "--threads": "1",
    }
    words = [f"{option}={value}" for option, value in options.items()]
    done = subprocess.run(
        ["zimwriterfs", *words, str(folder), str(file)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if done.returncode or not file.exists():
        tail = " ".join((done.stdout + done.stderr).split())[-300:]
        raise ConfigError(f"zimwriterfs cannot make the encyclopedia: {tail}")


def note(database: sqlite3.Connection, articles: Sequence[Article]) -> None:
    """Write the facts of each article's box into tables."""
    database.execute("CREATE TABLE article (title TEXT PRIMARY KEY, category TEXT, path TEXT)")
    database.execute("CREATE TABLE fact (title TEXT, label TEXT, value TEXT)")
    for article in articles:
        row = (article.title, article.category, f"/{file_name(article.title)}")
        database.execute("INSERT INTO article VALUES (?, ?, ?)", row)
        rows = [(article.title, fact.label, fact.value) for fact in article.facts]
        database.executemany("INSERT INTO fact VALUES (?, ?, ?)", rows)


def picture(side: int = 48) -> bytes:
    """Return a square of one colour as a PNG file: every ZIM file has an emblem."""
    rows = b"".join(b"\0" + b"\x2a\x6f\x97" * side for _ in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


WIKI = Application(
    name="wiki",
    sites=(
        Site(
            name="wikipedia",
            path="/encyclopedia",
            page=f"/encyclopedia/{FRONT}",
            text=NAME,
        ),
    ),
    command=command,
    seed=seed,
    sources=(HERE,),
    programs={"kiwix-serve": "kiwix-tools", "zimwriterfs": "zim-tools"},
    databases=(FACTS,),
    shared=(FILE,),
)
"""What the suite must know of the encyclopedia."""
