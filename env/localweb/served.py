"""The server of one application, as a process that does not outlive us."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from env.link.warden import Warden
from env.localweb.application import Application, Command, Place, Site
from env.localweb.listening import listening
from webpilot.errors import ConfigError, SiteDown
from webpilot.serving import LOOPBACK

__all__ = ["Served", "cookie_header", "fetch"]

STARTING = 60.0
"""Seconds a server may take until it answers; several start at once on a busy machine."""
ANSWERING = 20.0
"""Seconds one page may take."""
LEAVING = 3.0
"""Seconds a server has for ending by itself."""
STEP = 0.02
"""Seconds between two looks at a server that starts."""
GATE = 'read -r go && exec "$@" </dev/null'
"""A shell that becomes the server when it is told to, and ends where nobody is left to tell it."""
VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR")
"""What a server sees of our environment: no key, no proxy."""


class Stranger(SiteDown):
    """Another site answers."""


class Served:
    """Runs the server of one application; in the charge of a warden."""

    def __init__(
        self, application: Application, place: Place, *, log: Path, warden: Warden
    ) -> None:
        self.application = application
        self.place = place
        self._log = log
        self._warden = warden
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the server, and of its group; 0 while there is none."""
        return 0 if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the server; it may not answer yet, see :meth:`wait`."""
        command = self.application.command(self.place)
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                ["/bin/sh", "-c", GATE, "sh", *command.words],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.place.folder,
                env=variables(command),
                start_new_session=True,
            )
        self._process = process
        # First in the warden's charge, then let go: it never runs without somebody to end it.
        self._warden.add_browser(process.pid)
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin:
            process.stdin.write(b"go\n")

    def wait(self) -> None:
        """Return when every site answers as itself.

        Raises:
            SiteDown: it ended, or does not answer in time.
            ConfigError: it listens on more than the loopback address.
        """
        due = time.monotonic() + STARTING
        for site in self.application.sites:
            # Somebody else's server on the same port would answer just as well.
            while not (self._listens(site) and self._answers(site)):
                if time.monotonic() > due or not self._runs():
                    raise SiteDown(f"site {site.name} does not start: {self._last_words()}")
                time.sleep(STEP)

    def check(self, cookies: Mapping[str, str]) -> None:
        """Return if every site answers as itself, to its account too.

        Args:
            cookies: by site, what is sent as the Cookie header; none where nobody logs in.

        Raises:
            SiteDown: one does not; the message names it.
        """
        for site in self.application.sites:
            port = self.place.ports[site.name]
            if not self._runs():
                raise SiteDown(f"site {site.name}: its server ended: {self._last_words()}")
            shown(site, port, site.page, site.text, "")
            if site.account_page and site.name in cookies:
                try:
                    shown(site, port, site.account_page, site.account_text, cookies[site.name])
                except SiteDown as error:
                    raise SiteDown(f"{error}: is the account still logged in?") from None

    def stop(self) -> None:
        """End the server with everything it started; stopping twice is harmless."""
        process, self._process = self._process, None
        if process is None:
            return
        for kind in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, kind)
            with suppress(subprocess.TimeoutExpired):
                process.wait(LEAVING)
        self._warden.drop(process.pid)

    def _runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _listens(self, site: Site) -> bool:
        """Return whether this very server, and not another one, has the site's port."""
        found = listening(self.pid)
        public = sorted({address for address, _ in found} - {LOOPBACK})
        if public:
            raise ConfigError(
                f"the server of {self.application.name} listens on {', '.join(public)}, "
                f"where it may be reached from outside; it must listen on {LOOPBACK} alone"
            )
        return (LOOPBACK, self.place.ports[site.name]) in found

    def _answers(self, site: Site) -> bool:
        try:
            shown(site, self.place.ports[site.name], site.page, site.text, "")
        except Stranger:
            raise
        except SiteDown:
            return False
        return True

    def _last_words(self) -> str:
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        return " ".join(text.split())[-300:] or "it said nothing"


def variables(command: Command) -> dict[str, str]:
    """Return the environment of a server."""
    ours = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    return {**ours, **command.variables}


def shown(site: Site, port: int, path: str, text: str, cookie: str) -> None:
    """Return if a page of a site holds a text.

    Raises:
        SiteDown: it does not, or nobody answers.
    """
    try:
        status, body = fetch(port, path, {"Cookie": cookie} if cookie else {})
    except (OSError, http.client.HTTPException) as error:
        raise SiteDown(f"site {site.name} does not answer on port {port}: {error}") from error
    if status != http.client.OK:
        raise SiteDown(f"site {site.name} answers {path} with status {status}")
    if text not in body:
        raise Stranger(f"another site answers on port {port}, where {site.name} is expected")


def fetch(port: int, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
    """Return status and text of a page of a loopback port."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWERING)
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", errors="replace")
    finally:
        connection.close()


def cookie_header(cookies: Sequence[Mapping[str, object]]) -> str:
    """Return the Cookie header that sends those cookies."""
    return "; ".join(f"{one['name']}={one['value']}" for one in cookies)
