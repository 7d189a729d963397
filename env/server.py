"""The MiniWoB++ pages on a loopback address: read-only, in this process, gone with it."""

from __future__ import annotations

import importlib.util
import mimetypes
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from webpilot.errors import ConfigError
from webpilot.serving import LOOPBACK, Serving

__all__ = ["PageServer", "miniwob_folder"]

INDEX = "index.html"


def miniwob_folder() -> Path:
    """Return the folder of the MiniWoB++ pages inside the installed ``miniwob`` package.

    Raises:
        ConfigError: the package is not installed.
    """
    # Found, not imported: importing it registers Gymnasium environments.
    spec = importlib.util.find_spec("miniwob")
    folder = Path(spec.origin).parent / "html" if spec is not None and spec.origin else None
    if folder is None or not (folder / "miniwob").is_dir():
        raise ConfigError("the MiniWoB++ pages (package `miniwob`) are missing: run `make setup`")
    return folder


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from one folder, everything else with an error."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet, or each page pays a delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Files

    def do_GET(self) -> None:  # noqa: N802
        """Send a file."""
        self._answer(body=True)

    def do_HEAD(self) -> None:  # noqa: N802
        """Send a file's headers."""
        self._answer(body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: requests of pages are no news."""

    def _answer(self, *, body: bool) -> None:
        data = self.server.read(urlsplit(self.path).path)
        status = HTTPStatus.OK if data is not None else HTTPStatus.NOT_FOUND
        kind, _ = mimetypes.guess_type(urlsplit(self.path).path)
        if data is None:
            kind, data = "text/plain", b"not found\n"
        self.send_response(status)
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        fresh = "max-age=3600" if status is HTTPStatus.OK else "no-store"
        self.send_header("Cache-Control", fresh)
        self.end_headers()
        if body:
            self.wfile.write(data)
        self.wfile.flush()


class Files(ThreadingHTTPServer):
    """A threading server that keeps what it has read."""

    daemon_threads = True
    # The default of 5 overflows when several clients open their connections at once, and a
    # connection that found no room is tried again after a second only.
    request_queue_size = 128
    # Chromium opens spare connections and abandons them; that is no reason for a traceback.
    block_on_close = False

    def __init__(self, folder: Path, extra: Mapping[str, bytes]) -> None:
        self.folder = folder.resolve()
        self.cache: dict[str, bytes] = dict(extra)
        super().__init__((LOOPBACK, 0), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore connections that the browser dropped."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes under a URL path, or ``None`` where there is no such file."""
        if path in self.cache:
            return self.cache[path]
        target = (self.folder / unquote(path).lstrip("/")).resolve()
        if target.is_dir():
            target /= INDEX
        if not target.is_relative_to(self.folder) or not target.is_file():
            return None
        data = target.read_bytes()
        self.cache[path] = data
        return data


class PageServer(Serving):
    """A folder served on a free port of the loopback address while the ``with`` body runs."""

    def __init__(self, folder: Path, *, extra: Mapping[str, bytes] | None = None) -> None:
        """Serve ``folder``; ``extra`` adds or replaces single URL paths (``/a/b.html``)."""
        super().__init__(Files(folder, extra or {}), name="webpilot-pages")

    @property
    def url(self) -> str:
        """Address of the folder, with a slash at its end."""
        return f"http://{LOOPBACK}:{self.port}/"
