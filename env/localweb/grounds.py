"""The local suite's servers: one set to explore on, another one to commit on, or one for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from env.guard.effects import EffectLedger
from env.guard.rules import WindowRules
from env.judging import Judge
from env.localweb.application import Application
from env.localweb.applications import APPLICATIONS
from env.localweb.catalogue import load
from env.localweb.judges import Judges
from env.localweb.replica import Replica
from env.localweb.requests import reading, writing
from env.sites.addresses import Addresses
from env.sites.definition import SiteTask
from env.sites.entry import Entry
from env.sites.exploring import COMMIT_ONCE, READONLY, REPLICA
from webpilot.closing import Closing
from webpilot.errors import ConfigError, SiteDown

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

__all__ = ["EXPLORING", "LocalwebGrounds"]

EXPLORING = (REPLICA, READONLY, COMMIT_ONCE)
"""What makes sense where servers are our own."""


class LocalwebGrounds(Closing):
    """Replicas of the local suite; see :class:`env.sites.grounds.Grounds`."""

    def __init__(
        self,
        *,
        explore: str = REPLICA,
        applications: Sequence[Application] = APPLICATIONS,
        load: Callable[[str], SiteTask] = load,
    ) -> None:
        """Find what is installed; the servers start when they are first needed.

        Args:
            explore: one of :data:`EXPLORING`.
            applications: what is served.
            load: returns a task by its id.

        Raises:
            ConfigError: no such mode, or the suite is not installed.
        """
        if explore not in EXPLORING:
            raise ConfigError(
                f"benchmark.explore={explore!r} is not for the local suite: use one of "
                f"{', '.join(EXPLORING)}"
            )
        self.load = load
        self._commit = Replica(applications=applications)
        shared = explore != REPLICA
        self._search = self._commit if shared else Replica(applications=applications)
        self._started = False
        self._contaminated = ""
        self._judges = Judges(lambda: self._commit)

    @property
    def incremental(self) -> bool:
        """Whether search and commit share their servers."""
        return self._search is self._commit

    @property
    def contaminated(self) -> str:
        """What exploring has changed of the judged servers, which should be nothing."""
        return self._contaminated

    @property
    def anew(self) -> bool:
        """Yes: whatever an earlier try at an episode has done is gone."""
        return True

    @property
    def snapshots(self) -> Replica | None:
        """The search's own servers."""
        return None if self.incremental else self._search

    @property
    def committed(self) -> Replica:
        """The servers that are judged."""
        return self._commit

    @property
    def explored(self) -> Replica:
        """The servers that are searched on."""
        return self._search

    def ready(self, role: str, task: SiteTask) -> None:
        """Put a role's servers back to the seed; those that died are started anew."""
        if not self._started:
            for each in self._replicas:
                each.start()
            self._started = True
        replica = self._of(role)
        try:
            replica.check()
            replica.reset()
        except SiteDown:
            replica.rebuild()
            replica.check()

    def before_commit(self, task: SiteTask, ledger: EffectLedger) -> bool:
        """Return ``False``: exploring has written elsewhere, or not at all, and that is checked.

        Before anything is committed the judged servers must hold what the seed holds.
        """
        tables = self._commit.changed()
        self._contaminated = f"exploring has changed {dict(tables)}" if tables else ""
        return False

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host and port of every server."""
        found = (Addresses.of(each.urls).hosts for each in self._replicas)
        return tuple(dict.fromkeys(host for hosts in found for host in hosts))

    def entry(self, role: str, task: SiteTask) -> Entry:
        """Return how a window comes to a task's sites, its accounts logged in."""
        replica = self._of(role)
        addresses = Addresses.of(replica.urls)
        return Entry(
            addresses=addresses,
            start_urls=tuple(addresses.fill(url) for url in task.start_urls),
            storage_state=replica.storage_state(task.sites),
            check=replica.check,
        )

    def sign_in(self, context: BrowserContext, task: SiteTask) -> Mapping[str, Any]:
        """Return what an entry holds already: the accounts are logged in in the seed."""
        return self._commit.storage_state(task.sites)

    def rules(self, role: str, addresses: Addresses) -> tuple[WindowRules, str]:
        """Return what a window may do: the search writes only where it has servers of its own."""
        reads_only = role == "search" and self.incremental
        requests = reading(addresses) if reads_only else writing(addresses)
        note = "replica, put back" if role == "search" and not self.incremental else ""
        return WindowRules(requests=requests, hosts=addresses.hosts), note

    def judges(self, task: SiteTask) -> Mapping[str, Judge]:
        """Return the judges that a task names."""
        return self._judges.ready(task.judges)

    def ended(self, task: SiteTask, ledger: EffectLedger) -> None:
        """Do nothing: the next episode begins with the seed."""

    def versions(self) -> Mapping[str, str]:
        """Return the name of the seed."""
        return {"localweb.seed": self._commit.seed_hash()[:16]}

    def close(self) -> None:
        """Stop the servers and the judges."""
        self._judges.close()
        for replica in self._replicas:
            replica.close()

    @property
    def _replicas(self) -> tuple[Replica, ...]:
        return (self._commit,) if self.incremental else (self._commit, self._search)

    def _of(self, role: str) -> Replica:
        return self._search if role == "search" else self._commit
