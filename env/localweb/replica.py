"""One running set of sites over its own copy of the data."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from env.environments import home
from env.link.warden import Warden, remove
from env.localweb.application import Application, Place
from env.localweb.applications import APPLICATIONS
from env.localweb.ports import free_ports
from env.localweb.seeds import application_python, cookies_of, seed_folder, seed_hash
from env.localweb.served import Served, cookie_header
from env.localweb.site_data import SiteData
from webpilot.closing import Closing
from webpilot.errors import ConfigError, SiteDown
from webpilot.serving import LOOPBACK

__all__ = ["Replica"]

ATTEMPTS = 3
"""Times other ports are tried, where somebody took one first."""


class Replica(Closing):
    """Real applications on loopback ports, in our hands: reset, put back, hashed.

    Implements :class:`env.restore.snapshots.Snapshots`. Nothing of it outlives it, nor a kill of
    this process: its servers and its folder are in a warden's charge. One thread uses it at a time,
    and nobody sends requests while data is put back.
    """

    def __init__(
        self,
        folder: Path | None = None,
        ports: Mapping[str, int] | None = None,
        *,
        applications: Sequence[Application] = APPLICATIONS,
    ) -> None:
        """Copy nothing yet; :meth:`start` does.

        Args:
            folder: of its copy of the data, empty or not there; a new one where ``None``. Removed
                at the end.
            ports: by WebArena's site names; free ones where ``None``.
            applications: which ones to run.

        Raises:
            ConfigError: an application is not installed or not seeded, or a port is missing.
        """
        self.applications = tuple(applications)
        self._sites = {site.name: site for one in applications for site in one.sites}
        self._fixed = ports is not None
        self._ports = dict(ports) if ports is not None else dict(free_ports(self._sites))
        missing = sorted(set(self._sites) - set(self._ports))
        if missing:
            raise ConfigError(f"no port is given for {', '.join(missing)}")
        self._seed_hash = seed_hash(self.applications)
        self._pythons = {one.name: application_python(one) for one in self.applications}
        self._cookies = {
            name: held for one in applications for name, held in cookies_of(one).items()
        }
        self.folder = folder if folder is not None else new_folder()
        self._warden = Warden()
        self._servers: list[Served] = []
        self._data = SiteData(self.applications, self.folder)

    @property
    def urls(self) -> Mapping[str, str]:
        """Address of each site by WebArena's name, without a slash at the end."""
        return MappingProxyType(
            {
                name: f"http://{LOOPBACK}:{self._ports[name]}{site.path}"
                for name, site in self._sites.items()
            }
        )

    def start(self) -> Self:
        """Copy the data, start the servers and wait until each site answers; return the replica.

        Raises:
            SiteDown: one does not.
        """
        self._warden.start()
        self._warden.add_folder(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for attempt in range(ATTEMPTS):
            try:
                self._run()
            except SiteDown:
                self._stop()
                if self._fixed or attempt == ATTEMPTS - 1:
                    self.close()
                    raise
                self._ports = dict(free_ports(self._sites))
            except BaseException:
                self.close()
                raise
            else:
                break
        return self

    def close(self) -> None:
        """Stop the servers and remove the folder; closing twice is harmless."""
        self._stop()
        remove(self.folder)
        self._warden.drop(self.folder)
        self._warden.stop()

    def rebuild(self) -> None:
        """Begin anew on the same ports with a fresh copy of the seed; snapshots are lost.

        Raises:
            SiteDown: a site does not start.
        """
        self._stop()
        self._data.discard()
        self._run()

    def reset(self) -> None:
        """Put every site back to the seed; the accounts stay logged in."""
        self._data.reset()

    def take(self) -> str:
        """Return a name for the present state of all sites, for :meth:`put_back`."""
        return self._data.take()

    def put_back(self, name: str) -> None:
        """Bring all sites back to the state they had when ``name`` was given.

        Raises:
            EnvironmentDown: it is not kept any more.
        """
        self._data.put_back(name)

    def hash(self) -> str:
        """Return one logical hash of all sites; volatile tables are left out."""
        return self._data.hash()

    def seed_hash(self) -> str:
        """Return what :meth:`hash` says of the seed."""
        return self._seed_hash

    def changed(self) -> Mapping[str, tuple[str, ...]]:
        """Return the tables whose rows differ from the seed's, by site; empty where none do.

        Two sites of one application have the same tables.
        """
        return self._data.changed()

    def data(self, site: str) -> Path:
        """Return the SQLite file behind a site, to be opened for reading alone.

        Raises:
            ConfigError: there is no such site, or no database behind it.
        """
        return self._database(site, {one.name: self.folder / one.name for one in self.applications})

    def seed_data(self, site: str) -> Path:
        """Return the SQLite file a site had in the seed, to be opened for reading alone.

        Raises:
            ConfigError: there is no such site, or no database behind it.
        """
        return self._database(site, {one.name: seed_folder(one) for one in self.applications})

    def application(self, site: str) -> Application:
        """Return the application behind a site.

        Raises:
            ConfigError: there is no such site.
        """
        for one in self.applications:
            if any(served.name == site for served in one.sites):
                return one
        raise ConfigError(f"the local suite serves no site {site}; it serves {sorted(self._sites)}")

    def storage_state(self, sites: Iterable[str]) -> dict[str, Any]:
        """Return Playwright's storage state with the accounts of those sites logged in."""
        return {
            "cookies": [
                {**cookie, "domain": LOOPBACK}
                for site in sites
                for cookie in self._cookies.get(site, ())
            ],
            "origins": [],
        }

    def check(self) -> None:
        """Return if every site answers, as itself and to its account.

        Raises:
            SiteDown: one does not; the message names it.
        """
        running = {one.application.name for one in self._servers}
        for one in self.applications:
            if one.name not in running:
                raise SiteDown(f"the {one.name} does not run")
        headers = {name: cookie_header(held) for name, held in self._cookies.items()}
        for server in self._servers:
            server.check(headers)

    @property
    def pids(self) -> Sequence[int]:
        """Process ids of the servers, each the leader of its group."""
        return [one.pid for one in self._servers]

    def _run(self) -> None:
        for one in self.applications:
            self._data.renew(one)
            place = Place(
                folder=self.folder / one.name,
                seed=seed_folder(one),
                python=self._pythons[one.name],
                ports={site.name: self._ports[site.name] for site in one.sites},
            )
            log = self.folder / f"{one.name}.log"
            server = Served(one, place, log=log, warden=self._warden)
            self._servers.append(server)
            server.start()
        for server in self._servers:
            server.wait()

    def _stop(self) -> None:
        while self._servers:
            self._servers.pop().stop()

    def _database(self, site: str, folders: Mapping[str, Path]) -> Path:
        application = self.application(site)
        if not application.databases:
            raise ConfigError(f"there is no database behind site {site}")
        return folders[application.name] / application.databases[0]


def new_folder() -> Path:
    """Return a new folder for a replica."""
    parent = home() / "replicas"
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="replica-", dir=parent))
