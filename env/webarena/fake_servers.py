"""The servers behind a fake WebArena instance; see :mod:`env.webarena.fake`."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from env.sites.documents import LEAVING
from env.webarena.logins import LOGINS, Login
from env.webarena.readiness import READY
from env.webarena.sites import HOMEPAGE
from webpilot.serving import LOOPBACK

__all__ = ["BASES", "ResetServer", "Server", "Site"]

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
NOTES = "/notes"
"""Path of the page with the form, behind a site's address."""
BASES: Mapping[str, str] = {"shopping_admin": "/admin", "wikipedia": "/book/A/Start"}
"""Paths that belong to a site's address."""


class Handler(BaseHTTPRequestHandler):
    """One request, one answer, and the connection is closed."""

    server: Server

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


Answer = tuple[int, Mapping[str, str], str]


class Server(ThreadingHTTPServer):
    """A server of an instance on a free port of this machine."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, site: str) -> None:
        self.site = site
        self.demanded = ("", "")
        super().__init__((LOOPBACK, 0), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore connections that a client dropped."""

    def answer(self, method: str, path: str, session: str, form: Mapping[str, list[str]]) -> Answer:
        """Return status, headers and text."""
        raise NotImplementedError


class Site(Server):
    """One site: a login where the real one has it, and pages that say whose they are."""

    def __init__(self, site: str) -> None:
        self.poses_as = site
        self.sessions: set[str] = set()
        self.changes: list[str] = []
        self.notes: list[str] = []
        self.asked: list[str] = []
        self.offered = "a note"
        self.noted: Callable[[str], None] = lambda note: None
        self.status: int | None = None
        self.sends_on = ""
        self._base = BASES.get(site, "")
        self._login = LOGINS.get(site)
        self._logins = 0
        self.password = self._login.password if self._login is not None else ""
        super().__init__(site)

    def answer(self, method: str, path: str, session: str, form: Mapping[str, list[str]]) -> Answer:
        """Return a page, or log in, or add a note."""
        self.asked.append(f"{method} {path}")
        if self.status is not None:
            return self.status, {}, "<h1>Error</h1>"
        if self.sends_on:
            return HTTPStatus.FOUND, {"Location": self.sends_on}, ""
        if self._login is not None:
            place = path.removeprefix(self._base)
            if method == "POST" and place == self._login.form:
                return self._log_in(self._login, form)
            if LEAVING.search(place):
                self.sessions.discard(session)
                return HTTPStatus.FOUND, {"Location": self._base + self._login.form}, ""
            # The admin panel shows its form wherever one goes.
            outside = session not in self.sessions
            if outside and (self._login.expired or place == self._login.form):
                return HTTPStatus.OK, {}, self._form(self._login)
            if outside and place in (self._login.proof, NOTES):
                return HTTPStatus.FOUND, {"Location": self._base + self._login.form}, ""
            if place == self._login.proof:
                return HTTPStatus.OK, {}, self._page(self._login.keyword)
        if method != "POST":
            return HTTPStatus.OK, {}, self._adding() if path == self._noting else self._page("")
        note = form.get("note", [""])[0]
        self.noted(note)
        self.changes.append(path)
        if path != self._noting:
            return HTTPStatus.OK, {}, self._page("")
        self.notes.append(note)
        return HTTPStatus.SEE_OTHER, {"Location": self._noting}, ""

    @property
    def _noting(self) -> str:
        return self._base + NOTES

    def _adding(self) -> str:
        form = (
            f'<form method="post" action="{self._noting}">'
            f'<label>Note <input name="note" value="{html.escape(self.offered)}"></label>'
            "<button>Add</button></form>"
        )
        title = f"<title>Notes: {len(self.notes)} / "
        return self._page(form).replace("<title>", title, 1)

    def _log_in(self, login: Login, form: Mapping[str, list[str]]) -> Answer:
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
        # Last, so that what stands before them keeps its place.
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        body = f'<p>Welcome. <a href="{self._noting}">Notes</a></p>{body}<ul>{notes}</ul>'
        return f"<!DOCTYPE html><html{night}><head>{head}</head><body>{body}</body></html>"


class ResetServer(Server):
    """``/reset`` and ``/status``, as gasse/webarena-setup answers them."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self.sites = tuple(sites)
        self.polls = 0
        self.status: int | None = None
        self.finished = 0
        self._left: int | None = None
        self._lock = threading.Lock()
        super().__init__("reset")

    def answer(self, method: str, path: str, session: str, form: Mapping[str, list[str]]) -> Answer:
        """Begin a reset, or return how it stands."""
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
            site.notes.clear()
            site.sessions.clear()
