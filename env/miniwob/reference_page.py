"""A page of BrowserGym's own environment, read by our extraction.

It is acted on through BrowserGym's :class:`BrowserEnv` and waits as that waits. The reward that a
step returns goes no further.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import CDPSession
from playwright.sync_api import Error as PlaywrightError

from env.link.calls import ProtocolError
from env.link.session import Call, Reply
from env.measure import Meter
from env.miniwob.catalogue import MiniwobTask, task_classes
from env.miniwob.page import CANONICAL, FOLDER
from env.page.observe import Canonical, observe
from webpilot.errors import BrowserLost
from webpilot.observation import Observation
from webpilot.types import Action

if TYPE_CHECKING:
    from browsergym.core.env import BrowserEnv

__all__ = ["ReferencePage"]


@dataclass(frozen=True, slots=True)
class PlaywrightSession:
    """A DevTools session through Playwright; implements :class:`env.link.session.Session`."""

    session: CDPSession

    def send(
        self, method: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> Reply:
        """Return the result of one call; Playwright has no timeout for it."""
        del timeout
        try:
            return dict(self.session.send(method, dict(params or {})))
        except PlaywrightError as error:
            raise ProtocolError(method, 0, str(error).splitlines()[0]) from error

    def send_all(self, calls: Sequence[Call], *, timeout: float | None = None) -> list[Reply]:
        """Return the results of several calls, one after the other."""
        return [self.send(method, params, timeout=timeout) for method, params in calls]


class ReferencePage:
    """One instance of a task in BrowserGym's environment; all of it in one thread."""

    def __init__(self, task: MiniwobTask, *, seed: int, base_url: str) -> None:
        self.task = task
        self.meter = Meter()
        self.mask: frozenset[str] = frozenset()
        self.quiet = True
        self.goal = ""
        self._seed = seed
        self._base_url = base_url
        self._env: BrowserEnv | None = None
        self._canonical = Canonical.of({base_url: CANONICAL})

    @property
    def session(self) -> PlaywrightSession:
        """The session to read the page by.

        Raises:
            BrowserLost: nothing was loaded yet.
        """
        if self._env is None:
            raise BrowserLost("no page was loaded")
        return self._session

    def load(self) -> None:
        """Reset the environment: BrowserGym closes its browsers and starts two new ones."""
        if self._env is None:
            self._env = _environment(self.task, self._base_url)
        shown, _ = self._env.reset(seed=self._seed)
        self.goal = str(shown["goal"])
        page = self._env.page
        self._session = PlaywrightSession(page.context.new_cdp_session(page))

    def settle(self) -> None:
        """Wait as BrowserGym does before it looks."""
        assert self._env is not None
        time.sleep(self._env.pre_observation_delay)

    def observe(self, *, last_error: str = "") -> Observation:
        """Return the current page."""
        scale = float(getattr(self._env and self._env.page, "_bgym_scale_factor", 1.0))
        return observe(
            self.session,
            canonical=self._canonical,
            last_error=last_error,
            scale=scale,
            mask=self.mask,
        )

    def act(self, action: Action) -> str:
        """Take one step of BrowserGym's; return the first line of its error, or ''."""
        assert self._env is not None
        shown, *_ = self._env.step(action.raw)
        return str(shown["last_action_error"]).split("\n", 1)[0]

    def ended(self) -> bool:
        """Return whether the page takes no more actions; why is not read."""
        call = {"expression": "!!window.WOB_DONE_GLOBAL", "returnByValue": True}
        return bool(self.session.send("Runtime.evaluate", call)["result"].get("value"))

    def close(self) -> None:
        """Close the environment."""
        if self._env is not None:
            with suppress(PlaywrightError):
                self._env.close()
            self._env = None


def _environment(task: MiniwobTask, base_url: str) -> BrowserEnv:
    from browsergym.core.action.highlevel import HighLevelActionSet
    from browsergym.core.env import BrowserEnv

    actions = HighLevelActionSet("miniwob_all", multiaction=False, strict=True)
    return BrowserEnv(
        task_entrypoint=task_classes()[task.name],
        task_kwargs={"base_url": base_url + FOLDER},
        action_mapping=actions.to_python_code,
    )
