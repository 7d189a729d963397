"""A WebArena instance as the grounds of official tasks: one set of sites for search and commit.

Untested against a live instance: none can be reached without docker. Everything here is tried
against :class:`env.webarena.fake.FakeInstance`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from env.guard.effects import EffectLedger
from env.guard.requests import RequestRules
from env.guard.rules import WindowRules
from env.guard.sites import OFFICIAL, site_requests
from env.judging import Judge
from env.sites.addresses import Addresses
from env.sites.definition import SiteTask
from env.sites.documents import SERVER_ERROR
from env.sites.entry import Entry
from env.sites.exploring import COMMIT_ONCE, READONLY, UNSAFE
from env.webarena.cleanliness import Admission, Cleanliness, admit
from env.webarena.fetching import Fetcher
from env.webarena.instance import Instance
from env.webarena.logging_in import keeper, log_in, verifier
from env.webarena.readiness import SITE_TIMEOUT, TASKS, checks, refuse
from env.webarena.resetting import reset
from env.webarena.sites import HOMEPAGE
from webpilot.closing import Closing
from webpilot.errors import ConfigError, SiteDown

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from env.webarena.catalogue import WebArenaTask

__all__ = ["EXPLORING", "SKIPPED", "WebArenaGrounds"]

EXPLORING = (READONLY, COMMIT_ONCE, UNSAFE)
"""What makes sense on sites that are one of a kind."""
START_ANEW = "start it again, then run the same command with run.retry_errors=true"
SKIPPED = "skipped: no WebArena instance (export WA_SHOPPING=http://HOST:PORT and the others)"


class WebArenaGrounds(Closing):
    """One instance; see :class:`env.sites.grounds.Grounds`."""

    def __init__(
        self,
        instance: Instance,
        *,
        load: Callable[[str], SiteTask],
        judges: Callable[[], Mapping[str, Judge]],
        explore: str = READONLY,
        accept_dirty: bool = False,
        run: str = "",
        resetting: Callable[[Instance], object] = reset,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """Hold an instance; one run at a time does.

        Args:
            instance: where the sites are.
            load: returns a task by its id.
            judges: makes the judges by name.
            explore: one of :data:`EXPLORING`.
            accept_dirty: whether episodes may begin on an instance that is not as its last reset
                left it; their results are marked contaminated.
            run: name of the run, for the instance's log.
            resetting: puts the instance back.
            close: called at the end, for what the judges hold.

        Raises:
            ConfigError: there is no instance, or another run holds it; or no such mode.
        """
        if not instance.named:
            raise ConfigError(SKIPPED)
        if explore not in EXPLORING:
            raise ConfigError(
                f"benchmark.explore={explore!r} is not for a WebArena instance: use one of "
                f"{', '.join(EXPLORING)}"
            )
        self.load = load
        self._instance = instance
        self._make_judges = judges
        self._judges: Mapping[str, Judge] = {}
        self._explore = explore
        self._accept_dirty = accept_dirty
        self._run = run or f"process {os.getpid()}"
        self._resetting = resetting
        self._close = close
        self._log = Cleanliness(instance)
        self._contaminated = ""
        self._anew = True
        self._addresses = Addresses.of(instance.places)

    def check(self, tasks: Sequence[WebArenaTask], *, evaluators: bool = True) -> None:
        """Return if these tasks may be run on the instance; asks every site once.

        Args:
            tasks: what is to be run.
            evaluators: whether WebArena's own judge.

        Raises:
            ConfigError: something is missing, all of it in one line, each with its mend.
        """
        found = checks(self._instance, tasks)
        refuse([each for each in found if evaluators or each.name != TASKS])

    @property
    def incremental(self) -> bool:
        """Whether each subtask is committed when its path is found."""
        return self._explore != UNSAFE

    @property
    def snapshots(self) -> None:
        """``None``: an instance is reset as a whole, in minutes."""
        return

    @property
    def contaminated(self) -> str:
        """Why the running episode does not stand for a clean instance; empty where it does."""
        return self._contaminated

    @property
    def anew(self) -> bool:
        """Whether the running episode is the first of its name since the last reset."""
        return self._anew

    def ready(self, role: str, task: SiteTask) -> None:
        """See to it that an episode begins on a clean instance, as far as one can.

        Where each step is sent once, an episode that was cut off goes on with what it has left.

        Raises:
            ConfigError: it is not clean, cannot be reset, and that was not accepted.
            SiteDown: resetting fails.
        """
        if role != "search":
            return
        terms = self._terms(task)
        if terms.reset_first:
            self._reset()
        self._anew = not self._log.begun(self._run, task.id)
        self._contaminated = terms.contaminated
        self._log.begin(self._run, task.id)

    def before_commit(self, task: SiteTask, ledger: EffectLedger) -> bool:
        """Return whether the instance was put back, because exploring has written to it.

        Where that is not possible, the result says so.
        """
        sent = ledger.sent
        if self._explore != UNSAFE or not sent:
            return False
        if not self._instance.reset_url:
            self._contaminated = f"exploring sent {sent} unsafe requests, and nothing was reset"
            return False
        self._reset()
        self._log.begin(self._run, task.id)
        return True

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host and port of every site."""
        return self._addresses.hosts

    def entry(self, role: str, task: SiteTask) -> Entry:
        """Return how a window comes to a task's sites; it must be logged in first."""
        return Entry(
            addresses=self._addresses,
            start_urls=tuple(self._addresses.fill(url) for url in task.start_urls),
            headers=self._instance.headers(),
            check=partial(self._answering, task),
            verify=verifier(self._instance.places),
            kept=keeper(self._instance.places, headers=self._instance.headers()),
        )

    def sign_in(self, context: BrowserContext, task: SiteTask) -> Mapping[str, Any]:
        """Return the storage state of a task's accounts; in the browser's thread."""
        return log_in(context, task.sites, self._instance.sites)

    def rules(self, role: str, addresses: Addresses) -> tuple[WindowRules, str]:
        """Return what a window may do."""
        sites = site_requests(
            {site: url for site, url in addresses.real.items() if site != HOMEPAGE}, OFFICIAL
        )
        reads_only = role == "search" and self.incremental
        requests = (
            RequestRules(sites=sites) if reads_only else RequestRules(methods=None, sites=sites)
        )
        return WindowRules(requests=requests, hosts=addresses.hosts), ""

    def judges(self, task: SiteTask) -> Mapping[str, Judge]:
        """Return the judges that a task names."""
        self._judges = self._judges or self._make_judges()
        return {name: self._judges[name] for name in task.judges}

    def ended(self, task: SiteTask, ledger: EffectLedger) -> None:
        """Note in the instance's log what the episode has sent."""
        unsafe = [
            each.line(counted=False)
            for each in ledger.effects()
            if not each.refused
            for _ in range(each.count)
        ]
        self._log.end(self._run, task.id, unsafe)

    def versions(self) -> Mapping[str, str]:
        """Return whether a reset is known."""
        return {"webarena.reset": self._log.standing.reset_at or "none known"}

    def close(self) -> None:
        """Let another run have the instance."""
        self._close()
        self._log.close()

    def _terms(self, task: SiteTask) -> Admission:
        if self._explore == COMMIT_ONCE and self._log.cut_off(self._run, task.id):
            return Admission(reset_first=False)
        return admit(
            self._log.standing,
            resettable=bool(self._instance.reset_url),
            accept_dirty=self._accept_dirty,
        )

    def _answering(self, task: SiteTask) -> None:
        """Return where the task's sites still answer; asked when a page did not come.

        Raises:
            SiteDown: one does not; the message names it.
        """
        fetcher = Fetcher(headers=self._instance.headers())
        for site in task.sites:
            address = self._instance.places[site]
            try:
                status = fetcher.get(address, timeout=SITE_TIMEOUT).status
            except SiteDown as error:
                raise SiteDown(f"{site} is gone: {error}; {START_ANEW}") from error
            if status >= SERVER_ERROR:
                raise SiteDown(f"{site} is broken: {address} has status {status}; {START_ANEW}")

    def _reset(self) -> None:
        self._resetting(self._instance)
        self._log.was_reset(by="server")
