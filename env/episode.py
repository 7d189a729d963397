"""The judged episode: a fresh page, the committed actions, the benchmark's verdict, once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from env.act.reidentify import find
from env.link.page_session import DEADLINE
from env.link.thread import BrowserThread
from env.measure import Measured
from env.miniwob import ACTION_LIMIT, load
from env.miniwob_page import MiniwobPage
from env.site import DEFAULT_SETTLE, MiniwobSite
from webpilot.types import Action, Observation, Outcome
from webpilot.verdict import Verdict

__all__ = ["MiniwobEpisode", "open_episode"]

WHOLE = 1.0 - 1e-9
"""A raw reward of 1 may be a sum of thirds."""


class MiniwobEpisode:
    """One judged run of one instance; implements :class:`webpilot.verdict.Episode`.

    The page is loaded fresh with the first use, never restarted, and never shared with a search.
    """

    def __init__(self, thread: BrowserThread, page: MiniwobPage, *, action_limit: int) -> None:
        self._thread = thread
        self._page = page
        self._limit = action_limit
        self._now: Observation | None = None
        self._drift: int | None = None
        self._judged = False
        self.committed: tuple[Action, ...] = ()
        """Actions executed so far, as they were found on this page."""

    @property
    def commit_drift_step(self) -> int | None:
        """Index of the committed action whose element could not be found, else ``None``."""
        return self._drift

    @property
    def limited(self) -> bool:
        """Whether the action limit is reached."""
        return len(self.committed) >= self._limit

    async def commit(self, actions: Sequence[Action]) -> Observation:
        """Replay ``actions`` in order and return the page that follows.

        It stops for good at an element that cannot be found (decision 3), at the action limit
        (decision 4), and when the page ends its episode.
        """
        if self._judged:
            raise RuntimeError("the episode is judged; nothing can be committed any more")
        return await self._thread.run(self._page.metered, lambda: self._commit(actions))

    async def judge(self, outcome: Outcome) -> Verdict:
        """Return the verdict of BrowserGym's own task on the page as it stands; only once.

        On MiniWoB++ the page alone is judged, whatever the agent says (decision 5).
        """
        if self._judged:
            raise RuntimeError("an episode is judged once")
        self._judged = True
        return await self._thread.run(self._page.metered, self._judge)

    def measured(self) -> Measured:
        """Return what the judged run has cost so far."""
        return self._page.meter.read()

    def _open(self) -> Observation:
        if self._now is None:
            self._page.load()
            self._now = self._page.observe()
        return self._now

    def _commit(self, actions: Sequence[Action]) -> Observation:
        now = self._open()
        for action in actions:
            if self.limited or self._drift is not None or self._page.ended():
                break
            found = find(action, now)
            if found is None:
                self._drift = len(self.committed)
                break
            error = self._page.act(found)
            self.committed = (*self.committed, found)
            self._now = now = self._page.observe(last_error=error)
        return now

    def _judge(self) -> Verdict:
        self._open()
        task, page = self._page.instance, self._page.tab.page
        reward, _, _, info = self._page.guarded(lambda: task.validate(page, []))
        # Away from the task's page BrowserGym gives nothing, and reports no raw reward.
        raw = float(info.get("RAW_REWARD_GLOBAL", 0.0) or 0.0)
        return Verdict(
            success=reward > 0,
            reward=float(reward),
            reward_raw=raw,
            strict_success=None if self._page.task.graded else raw >= WHOLE,
        )


@asynccontextmanager
async def open_episode(
    site: MiniwobSite,
    task_id: str,
    *,
    seed: int,
    settle: str = DEFAULT_SETTLE,
    action_limit: int = ACTION_LIMIT,
    deadline: float = DEADLINE,
) -> AsyncIterator[MiniwobEpisode]:
    """Yield the judged episode of one instance; its page is discarded afterwards.

    Args:
        site: the served pages and the browser.
        task_id: BrowserGym's id of the task.
        seed: the benchmark's seed of the instance.
        settle: as for the search (see :func:`env.world.open_search`).
        action_limit: committed actions at most.
        deadline: seconds one message to the page may take.
    """
    page = site.page(load(task_id), seed=seed, settle=settle, deadline=deadline)
    try:
        yield MiniwobEpisode(site.thread, page, action_limit=action_limit)
    finally:
        await site.thread.finish(page.close)
