"""A small site that keeps what its pages write and can be put back: to try :class:`Snapshots` on.

``/ledger`` lists the lines written so far. A form that posts a ``line`` there adds one and is sent
on to the list, as most forms are. A fake that ships, so that a site of one's own can be compared.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from env.server import Files, Handler, PageServer
from webpilot.errors import EnvironmentDown
from webpilot.serving import Serving

__all__ = ["LedgerServer"]

PATH = "/ledger"
MOST = 1 << 16
"""Longest body that is read, in bytes."""
LIST = """<!DOCTYPE html>
<html><head><title>Ledger</title></head><body>
<h1>{count} lines</h1>
<ul>{lines}</ul>
<button onclick="this.textContent += '!'">mark</button>
<form method="post" action="/ledger"><input type="hidden" name="line" value="again">
<button>add again</button></form>
</body></html>
"""


class LedgerServer(PageServer):
    """Serves a folder and a ledger; implements :class:`env.restore.snapshots.Snapshots`."""

    def __init__(self, folder: Path, *, extra: Mapping[str, bytes] | None = None) -> None:
        """Serve ``folder``; ``extra`` adds or replaces single URL paths (``/a/b.html``)."""
        self._files = _Files(folder, extra or {})
        self._kept: list[tuple[str, ...]] = []
        Serving.__init__(self, self._files, name="webpilot-ledger")

    @property
    def lines(self) -> tuple[str, ...]:
        """What was written, oldest first."""
        return tuple(self._files.lines)

    def take(self) -> str:
        """Return a name for the ledger as it is."""
        self._kept.append(self.lines)
        return f"ledger-{len(self._kept) - 1}"

    def put_back(self, name: str) -> None:
        """Bring the ledger back to what it was when ``name`` was given.

        Raises:
            EnvironmentDown: no such name was given.
        """
        number = name.removeprefix("ledger-")
        if not number.isdigit() or int(number) >= len(self._kept):
            raise EnvironmentDown(f"the ledger was never {name!r}")
        self._files.lines[:] = self._kept[int(number)]


class _Handler(Handler):
    """Answers reads from the folder, and keeps what is posted to the ledger."""

    server: _Files

    def do_GET(self) -> None:  # noqa: N802
        """Send a file or the ledger."""
        if urlsplit(self.path).path != PATH:
            super().do_GET()
            return
        lines = "".join(
            f'<li><a href="#">{html.escape(line)}</a></li>' for line in self.server.lines
        )
        page = LIST.format(count=len(self.server.lines), lines=lines).encode()
        self._send(HTTPStatus.OK, {"Content-Type": "text/html", "Cache-Control": "no-store"}, page)

    def do_POST(self) -> None:  # noqa: N802
        """Add a line, and send the page on to the list."""
        body = self.rfile.read(min(MOST, int(self.headers.get("Content-Length", 0)))).decode()
        if urlsplit(self.path).path != PATH:
            self._send(HTTPStatus.NOT_FOUND, {}, b"")
            return
        self.server.lines += parse_qs(body).get("line", [])
        self._send(HTTPStatus.SEE_OTHER, {"Location": PATH}, b"")

    def _send(self, status: HTTPStatus, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


class _Files(Files):
    def __init__(self, folder: Path, extra: Mapping[str, bytes]) -> None:
        super().__init__(folder, extra)
        self.RequestHandlerClass = _Handler
        self.lines: list[str] = []
