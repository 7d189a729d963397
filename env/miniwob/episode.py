"""The judged episode: a fresh page, the committed actions, the benchmark's verdict, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from env.commits import Commits
from env.link.page_session import DEADLINE
from env.miniwob.catalogue import ACTION_LIMIT, load
from env.miniwob.page import MiniwobPage
from env.miniwob.site import DEFAULT_SETTLE, MiniwobSite
from webpilot.types import Outcome
from webpilot.verdict import Verdict

__all__ = ["MiniwobEpisode", "open_episode"]

WHOLE = 1.0 - 1e-9
"""A raw reward of 1 may be a sum of thirds."""


class MiniwobEpisode(Commits[MiniwobPage]):
    """One judged run of one instance; implements :class:`webpilot.verdict.Episode`."""

    async def judge(self, outcome: Outcome) -> Verdict:
        """Return the verdict of BrowserGym's own task on the page as it stands; only once.

        On MiniWoB++ the page alone is judged, whatever the agent says (decision 5).
        """
        self._close_books()
        return await self._thread.run(self._page.metered, self._judge)

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
        settle: as for the search (see :func:`env.miniwob.search.open_search`).
        action_limit: committed actions at most.
        deadline: seconds one message to the page may take.
    """
    page = site.page(load(task_id), seed=seed, settle=settle, deadline=deadline)
    try:
        yield MiniwobEpisode(site.thread, page, action_limit=action_limit)
    finally:
        await site.thread.finish(page.close)
