"""What every episode of a process shares: the served pages and the browser to see them with."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from env.clock import parse_clock
from env.guard.network import NetworkPolicy
from env.link.thread import BrowserThread
from env.miniwob.catalogue import MiniwobTask
from env.miniwob.page import MiniwobPage
from env.restore.restarts import Restarts
from env.server import PageServer, miniwob_folder
from webpilot.closing import Closing

__all__ = ["DEFAULT_SETTLE", "MiniwobSite"]

DEFAULT_SETTLE = "virtual:500"


class MiniwobSite(Closing):
    """The MiniWoB++ pages on a loopback port, and one warm browser.

    One per process is enough; episodes of any number of event loops may use it one after another
    or side by side. The browser starts with the first page.
    """

    def __init__(self, *, server: PageServer | None = None, browser: Path | None = None) -> None:
        """Serve pages.

        Args:
            server: serves the pages; by default those of the installed ``miniwob`` package.
            browser: the browser to start; by default the one chosen at set-up.
        """
        self.server = (PageServer(miniwob_folder()) if server is None else server).start()
        # A task's page needs its own server, and nothing else in the world.
        own = NetworkPolicy(hosts=(urlsplit(self.server.url).netloc,))
        self.thread = BrowserThread(path=browser, network=own)
        self.restarts = Restarts()
        """Which pages take an in-page restart, as far as seen; shared by all episodes."""

    def page(
        self,
        task: MiniwobTask,
        *,
        seed: int,
        settle: str = DEFAULT_SETTLE,
        deadline: float,
    ) -> MiniwobPage:
        """Return a page for one instance of a task; nothing is loaded yet.

        Args:
            task: what to load.
            seed: the benchmark's seed of the instance.
            settle: the clock policy; pages that run on timers take theirs in real time.
            deadline: seconds one message to the page may take.
        """
        return MiniwobPage(
            self.thread,
            task,
            seed=seed,
            base_url=self.server.url,
            clock=parse_clock(task.settle(settle)),
            deadline=deadline,
        )

    def close(self) -> None:
        """Close the browser and stop serving. Safe to call twice."""
        self.thread.close()
        self.server.close()
