"""A WebArena instance without WebArena: six sites that are recognised as the real ones, and more.

For tests of everything that a run asks of an instance: which site answers, who is logged in, what a
reset does. Each site has a login form with the real one's labels and a page of proof; a ``POST`` to
any other address changes it. A fake that ships; never a benchmark: no task can be done on it.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from env.webarena.instance import RESET
from env.webarena.logins import LOGINS, Login
from env.webarena.readiness import READY
from env.webarena.sites import HOMEPAGE, SITES, variable
from webpilot.closing import Closing
from webpilot.serving import LOOPBACK, Serving

__all__ = ["FakeInstance"]

MOST = 1 << 16
"""Longest body that is read, in bytes."""
HEADS: Mapping[str, str] = {
    "shopping": '<title>One Stop Market</title><script type="text/x-magento-init">{}</script>',
    "shopping_admin": "<title>Dashboard / Magento Admin</title>"
    '<script type="text/x-magento-init">{}</script>',
    "reddit": "<title>Postmill</title>",
    "gitlab": '<title>GitLab</title><meta content="GitLab" property="og:site_name">',
    "wikipedia": '<title>Article</title><link href="/skin/taskbar.css" rel="Stylesheet">',
    "map": '<title>OpenStreetMap</title><meta property="og:site_name" content="OpenStreetMap">',
    HOMEPAGE: "<title>Homepage</title>",
}
BASES: Mapping[str, str] = {"shopping_admin": "/admin", "wikipedia": "/book/A/Start"}
"""Paths that belong to a site's address."""


class FakeInstance(Closing):
    """Six sites, the homepage and the reset server, each on a free port of this machine."""

    def __init__(self) -> None:
        self._sites = {site: _Site(site) for site in (*SITES, HOMEPAGE)}
        self._reset = _ResetServer(self._sites.values())
        self._serving = {
            name: Serving(server, name=f"webpilot-fake-{name}").start()
            for name, server in ({**self._sites, "reset": self._reset}).items()
        }

    @property
    def environ(self) -> dict[str, str]:
        """The variables that name this instance."""
        named = {variable(site): self.url(site) for site in self._sites}
        return {**named, RESET: f"http://{LOOPBACK}:{self._serving['reset'].port}"}

    @property
    def changes(self) -> Mapping[str, tuple[str, ...]]:
        """By site, the paths of the requests that changed it since the last reset."""
        return {name: tuple(site.changes) for name, site in self._sites.items() if site.changes}

    @property
    def resets(self) -> int:
        """How many resets were finished."""
        return self._reset.finished

    def url(self, site: str) -> str:
        """Return a site's address, without a slash at the end."""
        return f"http://{LOOPBACK}:{self._serving[site].port}{BASES.get(site, '')}"

    def answer_as(self, site: str, other: str) -> None:
        """Let a site answer with the pages of another one."""
        self._sites[site].poses_as = other

    def expire(self, site: str) -> None:
        """Log everybody out of a site."""
        self._sites[site].sessions.clear()

    def send_on(self, site: str, url: str) -> None:
        """Let a site answer everything by sending the browser there."""
        self._sites[site].sends_on = url

    def demand(self, header: str, value: str) -> None:
        """Let every server answer 403 to requests without this header."""
        for server in (*self._sites.values(), self._reset):
            server.demanded = (header, value)

    def change_password(self, site: str, password: str) -> None:
        """Let a site's account have another password."""
        self._sites[site].password = password

    def fail(self, site: str, status: int | None) -> None:
        """Let a site answer everything with an error; ``None`` mends it."""
        self._sites[site].status = status

    def die(self, site: str) -> None:
        """Close a site's port, or that of the ``reset`` server, for good."""
        self._serving[site].close()

    def start_reset(self) -> None:
        """Begin a reset, as a ``GET`` of ``/reset`` does."""
        self._reset.answer("GET", "/reset", "", {})

    def reset_takes(self, polls: int) -> None:
        """Let the next resets be ready after so many looks at the status."""
        self._reset.polls = polls

    def reset_fails(self, status: int | None) -> None:
        """Let the reset server refuse with this status; ``None`` mends it."""
        self._reset.status = status

    def close(self) -> None:
        """Close all ports; closing twice is harmless."""
        for serving in self._serving.values():
            serving.close()


class _Handler(BaseHTTPRequestHandler):
    """One request, one answer, and the connection is closed."""

    server: _Server

    def do_GET(self) -> None:  # noqa: N802
        self._do({})

    def do_POST(self) -> None:  # noqa: N802
        length = min(MOST, int(self.headers.get("Content-Length", 0)))
        self._do(parse_qs(self.rfile.read(length).decode()))

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def _do(self, form: Mapping[str, list[str]]) -> None:
        # The browser keeps one set of cookies for all ports of a host.
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get(f"session_{self.server.site}")
        path, session = urlsplit(self.path).path, cookie.value if cookie else ""
        header, value = self.server.demanded
        status, headers, text = (
            (HTTPStatus.FORBIDDEN, {}, "Forbidden")
            if header and self.headers.get(header) != value
            else self.server.answer(self.command, path, session, form)
        )
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


_Answer = tuple[int, Mapping[str, str], str]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, site: str) -> None:
        self.site = site
        self.demanded = ("", "")
        super().__init__((LOOPBACK, 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore connections that a client dropped."""

    def answer(
        self, method: str, path: str, session: str, form: Mapping[str, list[str]]
    ) -> _Answer:
        """Return status, headers and text."""
        raise NotImplementedError


class _Site(_Server):
    """One site: a login where the real one has it, and pages that say whose they are."""

    def __init__(self, site: str) -> None:
        self.poses_as = site
        self.sessions: set[str] = set()
        self.changes: list[str] = []
        self.status: int | None = None
        self.sends_on = ""
        self._base = BASES.get(site, "")
        self._login = LOGINS.get(site)
        self._logins = 0
        self.password = self._login.password if self._login is not None else ""
        super().__init__(site)

    def answer(
        self, method: str, path: str, session: str, form: Mapping[str, list[str]]
    ) -> _Answer:
        if self.status is not None:
            return self.status, {}, "<h1>Error</h1>"
        if self.sends_on:
            return HTTPStatus.FOUND, {"Location": self.sends_on}, ""
        if self._login is not None:
            place = path.removeprefix(self._base)
            if method == "POST" and place == self._login.form:
                return self._log_in(self._login, form)
            # The admin panel shows its form wherever one goes.
            outside = session not in self.sessions
            if outside and (self._login.expired or place == self._login.form):
                return HTTPStatus.OK, {}, self._form(self._login)
            if outside and place == self._login.proof:
                return HTTPStatus.FOUND, {"Location": self._base + self._login.form}, ""
            if place == self._login.proof:
                return HTTPStatus.OK, {}, self._page(self._login.keyword)
        if method == "POST":
            self.changes.append(path)
        return HTTPStatus.OK, {}, self._page("Welcome")

    def _log_in(self, login: Login, form: Mapping[str, list[str]]) -> _Answer:
        said = (form.get("name", [""])[0], form.get("word", [""])[0])
        if said != (login.username, self.password):
            return HTTPStatus.OK, {}, self._form(login)
        self._logins += 1
        session = f"{self.server_address[1]}-{self._logins}"
        self.sessions.add(session)
        cookie = f"session_{self.site}={session}; Path=/; HttpOnly"
        return HTTPStatus.FOUND, {"Location": self._base + login.proof, "Set-Cookie": cookie}, ""

    def _form(self, login: Login) -> str:
        user, word = html.escape(login.username_label), html.escape(login.password_label)
        form = (
            f'<form method="post" action="{self._base}{login.form}">'
            f'<label>{user} <input name="name"></label>'
            f'<label>{word} <input name="word" type="password"></label>'
            f"<button>{html.escape(login.button)}</button></form>"
        )
        return self._page(form).replace("Dashboard / ", "")

    def _page(self, body: str) -> str:
        night = ' data-night-mode="auto"' if self.poses_as == "reddit" else ""
        head = HEADS[self.poses_as]
        return f"<!DOCTYPE html><html{night}><head>{head}</head><body>{body}</body></html>"


class _ResetServer(_Server):
    """``/reset`` and ``/status``, as gasse/webarena-setup answers them."""

    def __init__(self, sites: Iterable[_Site]) -> None:
        self.sites = tuple(sites)
        self.polls = 0
        self.status: int | None = None
        self.finished = 0
        self._left: int | None = None
        self._lock = threading.Lock()
        super().__init__("reset")

    def answer(
        self, method: str, path: str, session: str, form: Mapping[str, list[str]]
    ) -> _Answer:
        if self.status is not None:
            return self.status, {}, "broken"
        with self._lock:
            if path == "/reset":
                if self._left is not None:
                    return HTTPStatus.IM_A_TEAPOT, {}, "Reset already running"
                self._left = self.polls
                return HTTPStatus.OK, {}, "Reset started"
            if path != "/status":
                return HTTPStatus.NOT_FOUND, {}, "Endpoint not found"
            if self._left is not None and self._left > 0:
                self._left -= 1
                return HTTPStatus.OK, {}, "Resetting"
            if self._left is not None:
                self._finish()
            return HTTPStatus.OK, {}, READY

    def _finish(self) -> None:
        self._left = None
        self.finished += 1
        for site in self.sites:
            site.changes.clear()
            site.sessions.clear()
