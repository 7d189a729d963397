"""An allowed server with pages of ours, forbidden ones that count who came, and a guarded browser.

Everything is on the loopback addresses.
"""

from __future__ import annotations

import json
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from env.guard.effects import Witness
from env.guard.network import EVERY_LAYER, Layer, NetworkPolicy
from env.guard.rules import WindowRules
from env.link.thread import BrowserThread
from env.link.window import Tab
from webpilot.serving import Serving

PAGES = Path(__file__).resolve().parents[1] / "pages"
VIEWPORT = {"width": 400, "height": 300}
WAIT = 60.0
BOUND = 60.0
"""Seconds; far above what anything here takes."""
T = TypeVar("T")

ASKING = "fetch(new URL(location).searchParams.get('to'), {mode: 'no-cors'})"
POSTING = ASKING.replace("no-cors'", "no-cors', method: 'POST', body: 'x'")
SCRIPTS = {
    "/post.js": f"{POSTING}.catch(() => 0);",
    "/worker.js": f"{ASKING}.catch(() => 0);",
    "/service.js": "addEventListener('install', event => event.waitUntil("
    f"{ASKING}.catch(() => 0)));",
}


class Sinks:
    """Forbidden ports, one for each name, on one address: who reached them over TCP or UDP."""

    def __init__(self, host: str, names: Iterable[str]) -> None:
        self.reached: set[str] = set()
        """Names of the ports that anybody connected or sent anything to."""
        self._urls: dict[str, str] = {}
        self._watched = selectors.DefaultSelector()
        self._end, self._wake = socket.socketpair()
        self._watched.register(self._end, selectors.EVENT_READ)
        for name in names:
            stream = socket.create_server((host, 0))
            port = stream.getsockname()[1]
            datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            datagrams.bind((host, port))
            self._urls[name] = f"http://{host}:{port}/{name}"
            for one in (stream, datagrams):
                self._watched.register(one, selectors.EVENT_READ, name)
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def url(self, name: str) -> str:
        return self._urls[name]

    def _watch(self) -> None:
        while True:
            for key, _ in self._watched.select():
                if key.data is None:
                    return
                sock = key.fileobj
                assert isinstance(sock, socket.socket)
                self.reached.add(key.data)
                if sock.type == socket.SOCK_STREAM:
                    sock.accept()[0].close()
                else:
                    sock.recv(65_536)

    def close(self) -> None:
        self._wake.send(b"x")
        self._thread.join(WAIT)
        for key in tuple(self._watched.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._watched.close()
        self._wake.close()


class Handler(BaseHTTPRequestHandler):
    """Pages by path; a redirect; streams without end."""

    server: Allowed

    def do_GET(self) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        parts = urlsplit(self.path)
        if parts.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", parse_qs(parts.query).get("to", [self.path])[0])
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif parts.path == "/again":
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(307)
            self.send_header("Location", parse_qs(parts.query)["to"][0])
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif parts.path == "/report":
            self._report(parse_qs(parts.query)["to"][0])
        elif parts.path in ("/endless.bin", "/endless.html"):
            self._pour("text/html" if parts.path.endswith("html") else "application/zip")
        else:
            self._page(parts.path)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def _report(self, target: str) -> None:
        """Send a page that breaks a rule of its own, and tells ``target`` so."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", f"img-src 'none'; report-uri {target}")
        self.end_headers()
        self.wfile.write(b"<img src=/any.png>")
        self.close_connection = True

    def _page(self, path: str) -> None:
        body = self.server.pages.get(path, "none").encode()
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        self.send_response(200)
        kind = "text/javascript" if path.endswith(".js") else "text/html"
        self.send_header("Content-Type", kind)
        for name, value in self.server.headers.get(path, {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _pour(self, kind: str) -> None:
        """Send until the other side has had enough, or half a gigabyte has gone."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        with suppress(OSError):
            for _ in range(8_000):
                self.wfile.write(b"<p>more " * 8_000)
                self.server.poured += 64_000
        self.server.ended.set()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Allowed(ThreadingHTTPServer):
    """The one server that may be reached."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = {f"/{file.name}": file.read_text() for file in PAGES.glob("guard_*.html")}
        self.pages |= SCRIPTS
        self.headers: dict[str, dict[str, str]] = {}
        self.seen: list[str] = []
        """Method and path of each request."""
        self.poured = 0
        """Bytes of endless streams sent."""
        self.ended = threading.Event()
        self.place = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.place}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class Guarded:
    """A guarded browser with the allowed server."""

    def __init__(self, thread: BrowserThread, allowed: Allowed) -> None:
        self.thread = thread
        self.allowed = allowed

    def do(self, work: Callable[[], T]) -> T:
        return self.thread.submit(work).result(WAIT)

    def open(
        self, path: str = "", *, rules: WindowRules | None = None, witness: Witness | None = None
    ) -> Tab:
        """Return the tab of a new window, sent to a path of the allowed server."""

        def work() -> Tab:
            tab = self.thread.browser().open_window(VIEWPORT, rules=rules, witness=witness).active
            if path:
                tab.page.goto(self.allowed.url + path)
            return tab

        return self.do(work)

    def js(self, tab: Tab, expression: str) -> object:
        return self.do(lambda: tab.session.evaluate(expression))

    def refused(self, rule: str) -> list[str]:
        """Addresses refused by a rule, oldest first."""
        return [one.url for one in self.thread.gate.log.refusals if one.rule == rule]


@contextmanager
def guarded(*, layers: frozenset[Layer] = EVERY_LAYER, **policy: int) -> Iterator[Guarded]:
    """Yield a browser that may reach the allowed server, by either of its names."""
    allowed = Allowed()
    alias = allowed.place.replace("127.0.0.1", "localhost")
    network = NetworkPolicy(hosts=(allowed.place, alias), layers=layers, **policy)
    with Serving(allowed, name="allowed"), BrowserThread(network=network) as thread:
        yield Guarded(thread, allowed)


@contextmanager
def sinks(names: Iterable[str]) -> Iterator[dict[str, Sinks]]:
    """Yield forbidden ports for each name: on another host, and on the allowed server's."""
    made = {"host": Sinks("127.0.0.2", names), "port": Sinks("127.0.0.1", names)}
    try:
        yield made
    finally:
        for each in made.values():
            each.close()


def eventually(settled: Callable[[], bool]) -> bool:
    due = time.monotonic() + BOUND
    while not settled():
        if time.monotonic() > due:
            return False
        time.sleep(0.05)
    return True


def quoted(text: str) -> str:
    return json.dumps(text)
