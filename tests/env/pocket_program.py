"""A tiny application over one SQLite file: what a replica needs of one, and nothing else.

``pocket_program.py serve PORT FOLDER`` or ``pocket_program.py seed FOLDER``. It stays in the
foreground, holds no connection between requests, and binds whatever address it is told to.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

NOTES = """<!DOCTYPE html><title>Notes: {count}</title><h1>{count} notes</h1>
<form method="post" action="/notes"><button>Add</button></form>"""


class Handler(BaseHTTPRequestHandler):
    """``GET /``, ``GET /me``, ``POST /add`` (a row), ``POST /file`` (a file).

    ``GET /notes`` is a page with a form, which adds a row, too, or ends the server where the folder
    holds a file ``fragile``.
    """

    folder: Path

    def do_GET(self) -> None:  # noqa: N802
        """Show a page; each view is counted."""
        self.run("UPDATE views SET number = number + 1")
        text = "Pocket shop"
        if self.path == "/notes":
            self.answer(NOTES.format(count=self.added()), kind="text/html")
            return
        if self.path == "/me":
            known = "pocket-session=fixed" in self.headers.get("Cookie", "")
            text = "Hello, Ada" if known else "Log in"
        self.answer(text)

    def do_POST(self) -> None:  # noqa: N802
        """Change something."""
        if self.path == "/notes":
            if (self.folder / "fragile").exists():
                os._exit(1)
            self.run("INSERT INTO things (name) VALUES ('added')")
            self.send_response(303)
            self.send_header("Location", "/notes")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/file":
            (self.folder / "index" / "written").write_text("changed")
        else:
            self.run("INSERT INTO things (name) VALUES ('added')")
        self.answer("done")

    def run(self, sql: str) -> None:
        """Change the data."""
        with closing(sqlite3.connect(self.folder / "pocket.sqlite")) as database, database:
            database.execute(sql)

    def added(self) -> int:
        """How many rows were added."""
        with closing(sqlite3.connect(self.folder / "pocket.sqlite")) as database:
            query = "SELECT count(*) FROM things WHERE name = 'added'"
            return int(database.execute(query).fetchone()[0])

    def answer(self, text: str, *, kind: str = "text/plain") -> None:
        """Send a page."""
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


def seed(folder: Path) -> None:
    """Fill an empty folder."""
    with closing(sqlite3.connect(folder / "pocket.sqlite")) as database, database:
        database.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, seen TEXT)")
        database.execute("CREATE TABLE views (number INTEGER)")
        database.execute("INSERT INTO things (name) VALUES ('first'), ('second')")
        database.execute("INSERT INTO views VALUES (0)")
    (folder / "index").mkdir()
    (folder / "index" / "words").write_text("first second")


if __name__ == "__main__":
    if sys.argv[1] == "seed":
        seed(Path(sys.argv[2]))
    else:
        Handler.folder = Path(sys.argv[3])
        HTTPServer((sys.argv[4], int(sys.argv[2])), Handler).serve_forever()
