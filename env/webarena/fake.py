"""A WebArena instance without WebArena: six sites that are recognised as the real ones, and more.

For tests of everything that a run asks of an instance: which site answers, who is logged in, what a
reset does. Each site has a login form with the real one's labels and a page of proof; a ``POST`` to
any other address changes it. Every page lists the notes that were added to its site, and links to
the page with the form that adds one, for which one must be logged in. A fake that ships; never a
benchmark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from env.webarena.fake_servers import BASES, ResetServer, Site
from env.webarena.instance import RESET
from env.webarena.sites import HOMEPAGE, SITES, variable
from webpilot.closing import Closing
from webpilot.serving import LOOPBACK, Serving

__all__ = ["FakeInstance"]


class FakeInstance(Closing):
    """Six sites, the homepage and the reset server, each on a free port of this machine."""

    def __init__(self) -> None:
        self._sites = {site: Site(site) for site in (*SITES, HOMEPAGE)}
        self._reset = ResetServer(self._sites.values())
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
    def notes(self) -> Mapping[str, tuple[str, ...]]:
        """By site, the notes added since the last reset, oldest first."""
        return {name: tuple(site.notes) for name, site in self._sites.items() if site.notes}

    @property
    def resets(self) -> int:
        """How many resets were finished."""
        return self._reset.finished

    def url(self, site: str) -> str:
        """Return a site's address, without a slash at the end."""
        return f"http://{LOOPBACK}:{self._serving[site].port}{BASES.get(site, '')}"

    def asked(self, site: str) -> tuple[str, ...]:
        """Return what a site was asked for since it started, as ``GET /notes``, oldest first."""
        return tuple(self._sites[site].asked)

    def offer(self, site: str, note: str) -> None:
        """Let a site's form hold another note."""
        self._sites[site].offered = note

    def when_noted(self, site: str, call: Callable[[str], None]) -> None:
        """Let ``call`` be called with each note, before the site keeps it and answers."""
        self._sites[site].noted = call

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
