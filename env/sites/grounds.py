"""What a benchmark's servers offer to whoever plays its tasks on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from env.guard.effects import EffectLedger
from env.guard.rules import WindowRules
from env.judging import Judge
from env.restore.snapshots import Snapshots
from env.sites.addresses import Addresses
from env.sites.definition import SiteTask
from env.sites.entry import Entry

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

__all__ = ["Grounds"]


class Grounds(Protocol):
    """The servers that a benchmark's tasks are played on, for one episode at a time.

    Methods may take seconds; all but :meth:`sign_in` are called outside the browser's thread.
    """

    @property
    def incremental(self) -> bool:
        """Whether each subtask is committed when its path is found, on servers shared with it."""
        ...

    @property
    def contaminated(self) -> str:
        """Why the running episode's result does not stand for clean servers; empty if it does."""
        ...

    @property
    def anew(self) -> bool:
        """Whether the servers hold nothing that an earlier try at the running episode has done."""
        ...

    @property
    def snapshots(self) -> Snapshots | None:
        """Puts the search's servers back; ``None`` where nothing of it need be put back."""
        ...

    def load(self, task_id: str) -> SiteTask:
        """Return a task.

        Raises:
            ConfigError: there is no such task.
        """
        ...

    def ready(self, role: str, task: SiteTask) -> None:
        """Bring the servers of ``search`` or ``commit`` to where an episode begins.

        Raises:
            SiteDown: they cannot be brought there.
        """
        ...

    def before_commit(self, task: SiteTask, ledger: EffectLedger) -> bool:
        """Bring the servers to where the judged path begins, whatever exploring has done to them.

        Returns whether that has logged everybody out.

        Raises:
            SiteDown: they cannot be brought there.
        """
        ...

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host and port of every server; known once something is ready."""
        ...

    def entry(self, role: str, task: SiteTask) -> Entry:
        """Return how a window of ``search`` or ``commit`` comes to a task's sites."""
        ...

    def sign_in(self, context: BrowserContext, task: SiteTask) -> Mapping[str, Any]:
        """Return the storage state of a task's accounts; in the browser's thread.

        Asked where an entry brings none.

        Raises:
            SiteDown: an account is not let in.
        """
        ...

    def rules(self, role: str, addresses: Addresses) -> tuple[WindowRules, str]:
        """Return what a window of ``search`` or ``commit`` may do, and what becomes of it."""
        ...

    def judges(self, task: SiteTask) -> Mapping[str, Judge]:
        """Return the judges that a task names.

        Raises:
            ConfigError: what one of them needs is not installed.
        """
        ...

    def ended(self, task: SiteTask, ledger: EffectLedger) -> None:
        """Take note of what an episode has done to the servers."""
        ...

    def versions(self) -> Mapping[str, str]:
        """Return what of the servers a result depends on."""
        ...

    def close(self) -> None:
        """Stop and let go of everything; closing twice is harmless."""
        ...
