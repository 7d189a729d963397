"""The judged episode on sites: a window of its own, the committed actions, each judge once."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from env.commits import Commits
from env.judging import Ending, Judge
from env.link.thread import BrowserThread
from env.sites.addresses import Addresses
from env.sites.definition import SiteTask
from env.sites.entry import Standing
from env.sites.har import cut
from env.sites.page import SitePage
from webpilot.observation import Observation
from webpilot.responses import TypedResponse
from webpilot.types import Action, Answer, Infeasible, Outcome
from webpilot.verdict import Opinion, Verdict

__all__ = ["RESPONSE", "REQUESTS", "SiteEpisode"]

RESPONSE = "agent_response.json"
REQUESTS = "network.har"
NOT_POSSIBLE = "N/A"
"""WebArena's answer where a task cannot be done."""
BY_REQUESTS = frozenset({"verified"})
"""Judges that read the requests, which are all written only when the window has closed."""


class SiteEpisode(Commits[SitePage]):
    """One judged run of one task; implements :class:`webpilot.verdict.Episode`."""

    def __init__(
        self,
        thread: BrowserThread,
        page: SitePage,
        task: SiteTask,
        judges: Mapping[str, Judge],
        *,
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Prepare to commit.

        Args:
            thread: owner of the browser.
            page: not yet loaded.
            task: what is judged.
            judges: by name; those that the task names are asked.
            prepare: brings the servers to where the episode begins; awaited once, before its page
                is loaded.
        """
        super().__init__(thread, page, action_limit=task.action_limit)
        self._task = task
        self._judges = judges
        self._prepare = prepare

    async def commit(self, actions: Sequence[Action]) -> Observation:
        """Replay ``actions`` in order and return the page that follows; see :class:`Commits`."""
        await self._prepared()
        return await super().commit(actions)

    async def arrive(self, url: str) -> Observation:
        """Go to an address, as written in observations, where an earlier process has led.

        It is no action of the agent's, and is not counted as one.
        """
        await self._prepared()
        return await self._thread.run(self._page.metered, lambda: self._arrived(url))

    def _arrived(self, url: str) -> Observation:
        self._open()
        error = self._page.act(Action(kind="goto", args=(url,)))
        self._now = self._page.observe(last_error=error)
        return self._now

    async def _prepared(self) -> None:
        prepare, self._prepare = self._prepare, None
        if prepare is not None:
            await prepare()

    @property
    def addresses(self) -> Addresses:
        """Where its sites are."""
        return self._page.entry.addresses

    def standing(self) -> Standing:
        """Return where the episode's window stands; in the browser's thread."""
        self._open()
        return self._page.standing()

    async def judge(self, outcome: Outcome) -> Verdict:
        """Return the verdict of all the judges that the task names; only once."""
        self._close_books()
        await self._prepared()
        return await self._thread.run(self._page.metered, lambda: self._judge(outcome))

    def _judge(self, outcome: Outcome) -> Verdict:
        self._open()
        entry = self._page.entry
        # Playwright takes in where its page has gone to only with a call of its own.
        self._page.window.context.cookies()
        definition = json.loads(entry.addresses.fill(json.dumps(dict(self._task.raw))))
        response = TypedResponse.of(outcome, acted=self._page.sent().wrote)
        ended = datetime.now(UTC)
        ending = Ending(
            page=self._page.tab.page,
            answer=said(outcome),
            response=response,
            har=None,
            sites=entry.addresses.real,
        )
        opinions = self._asked(definition, ending, by_requests=False)
        self._page.close()
        evidence = {RESPONSE: json.dumps(response.to_dict(), indent=1).encode()}
        if entry.har is not None:
            ending = replace(ending, har=cut(entry.har, until=ended))
            evidence[REQUESTS] = entry.har.read_bytes()
        opinions += self._asked(definition, ending, by_requests=True)
        return Verdict.of(tuple(opinions), evidence=evidence)

    def _asked(
        self, definition: Mapping[str, Any], ending: Ending, *, by_requests: bool
    ) -> list[Opinion]:
        return [
            self._judges[name](definition, ending)
            for name in self._task.judges
            if (name in BY_REQUESTS) is by_requests
        ]


def said(outcome: Outcome) -> str:
    """Return what an agent said when it stopped, as WebArena's evaluators read it."""
    if isinstance(outcome, Infeasible):
        return NOT_POSSIBLE
    return outcome.text if isinstance(outcome, Answer) else ""
