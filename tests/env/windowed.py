"""A window with its tabs on the pages of ``tests/pages``, for tests of actions on whole windows."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from env.act.acting import act
from env.act.chat import Chat
from env.clock import RealTime, VirtualTime
from env.link.thread import BrowserThread
from env.link.window import Window
from env.page.observe import Canonical, observe
from env.page.presentation import watch_frames
from env.server import PageServer
from webpilot.actions import PRIMITIVES, parse_action
from webpilot.observation import Observation
from webpilot.types import Action

PAGES = Path(__file__).resolve().parents[1] / "pages"
EVERY = tuple(PRIMITIVES)
PLACE = "((r) => [r.x + r.width / 2, r.y + r.height / 2])(document.getElementById('%s')%s)"
T = TypeVar("T")


@dataclass
class Windowed:
    """One window, driven from the test's own thread."""

    thread: BrowserThread
    server: PageServer
    clock: RealTime | VirtualTime
    uploads: Sequence[Path] = ()
    timeout: float = 2.0
    window: Any = None
    chat: Chat = field(default_factory=Chat)

    def _do(self, work: Callable[[], T]) -> T:
        return self.thread.submit(work).result()

    def open(self, name: str) -> Observation:
        """Open a page in a new window of BrowserGym's size."""
        self.close()

        def work() -> None:
            self.window = self.thread.browser().open_window({"width": 800, "height": 600})
            watch_frames(self.window.active.session)
            self.window.active.page.goto(self.server.url + name)
            self.clock.loaded(self.window.active.session)

        self._do(work)
        return self.look()

    def close(self) -> None:
        if self.window is not None:
            self._do(self.window.close)
            self.window = None

    def look(self) -> Observation:
        canonical = Canonical.of({self.server.url: "http://pages/"})
        return self._do(lambda: observe(self.window.active.session, canonical=canonical))

    def js(self, expression: str) -> Any:
        return self._do(lambda: self.window.active.session.evaluate(expression))

    def filled(self, template: str) -> str:
        """Return an action's text, ``$id`` replaced by the bid and ``@id`` by the middle."""
        element = "document.getElementById('%s')"

        def place(match: re.Match[str]) -> str:
            x, y = self.js(PLACE % (match[1], ".getBoundingClientRect()"))
            return f"{x}, {y}"

        def bid(match: re.Match[str]) -> str:
            return str(self.js(f"{element % match[1]}.getAttribute('bid')"))

        here = template.replace("SITE/", self.server.url)
        aliased = here.replace("ALIAS/", self.server.url.replace("127.0.0.1", "localhost"))
        return re.sub(r"\$(\w+)", bid, re.sub(r"@(\w+)", place, aliased))

    def do(self, action: str | Action) -> str:
        """Execute an action, let the page in front settle, return the error."""
        if isinstance(action, str):
            action = parse_action(self.filled(action), allowed=EVERY)

        def work() -> str:
            window: Window = self.window
            error = act(
                window,
                action,
                scale=1.0,
                wait=partial(self.clock.wait, window.active.session),
                chat=self.chat,
                navigation_timeout=self.timeout,
                uploads=self.uploads,
            )
            self.clock.settle(window.active.session)
            return error

        return self._do(work)

    @property
    def addresses(self) -> list[str]:
        """The address of each tab, in the order of opening."""
        sessions = self._do(lambda: [tab.session for tab in self.window.tabs])
        return [self._do(partial(one.evaluate, "location.href")) for one in sessions]

    @property
    def front(self) -> int:
        """The index of the tab in front."""

        def work() -> int:
            targets = [tab.session.target for tab in self.window.tabs]
            return targets.index(self.window.active.session.target)

        return self._do(work)


@contextmanager
def windowed(
    clock: RealTime | VirtualTime | None = None, uploads: Sequence[Path] = ()
) -> Iterator[Windowed]:
    with PageServer(PAGES) as server, BrowserThread() as thread:
        it = Windowed(thread, server, clock or VirtualTime(500), uploads)
        yield it
        it.close()


def answer(status: str, *headers: str, body: str = "") -> bytes:
    """A whole HTTP answer."""
    length = f"Content-Length: {len(body)}"
    return "\r\n".join([f"HTTP/1.1 {status}", length, *headers, "", body]).encode()


ANSWERS = {
    "/empty": answer("204 No Content"),
    "/download": answer(
        "200 OK",
        "Content-Type: application/octet-stream",
        "Content-Disposition: attachment; filename=a.bin",
        body="abc",
    ),
    "/missing": answer("404 Not Found", "Content-Type: text/html", body="<title>No</title>no"),
    "/unfinished": answer(
        "200 OK",
        "Content-Type: text/html",
        body="<title>Unfinished</title><p>Seen<img src=/never>",
    ),
    "/broken": b"",
}
"""What the odd server says; every other address is never answered."""


@contextmanager
def odd_server() -> Iterator[str]:
    """Yield the address of a server that answers as no page should, with a slash at its end."""
    listening = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            held.append(client)
            threading.Thread(target=say, args=(client,), daemon=True).start()

    def say(client: socket.socket) -> None:
        path = client.recv(65536).decode("latin-1").split(" ")[1:2]
        reply = ANSWERS.get("".join(path))
        if reply is not None:
            client.sendall(reply)
            client.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.close()
        for client in held:
            client.close()


def refusing() -> str:
    """The address of a port where nobody listens, with a slash at its end."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return f"http://127.0.0.1:{unused.getsockname()[1]}/"
