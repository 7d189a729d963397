"""The outside of our environment: what it is made with, and what a client may look at."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from browsergym.core.env import BrowserEnv, logger
from playwright.sync_api import Page

from env.gym.mapping import reader_of
from env.gym.options import BACKENDS, clock_of, refuse
from env.gym.stage import Stage
from webpilot.errors import ConfigError

__all__ = ["Shell"]

DELAY = 0.5
"""BrowserGym's ``pre_observation_delay``, in seconds."""
ACTIONS = inspect.signature(BrowserEnv).parameters["action_mapping"].default


# It is one, so that clients which ask for a BrowserEnv are served; nothing of its reset, step and
# observation is used unless backend="browsergym" asks for it.
class Shell(BrowserEnv):  # type: ignore[misc]
    """An environment that has been made, with or without a page."""

    task: Any
    chat: Any
    """Has the ``messages`` and ``add_message`` of BrowserGym's chat, and no window."""
    context: Any
    browser: Any

    def __init__(
        self,
        task_entrypoint: Callable[..., Any],
        task_kwargs: Mapping[str, Any] | None = None,
        viewport: dict[str, int] | None = None,
        slow_mo: int | None = None,
        timeout: int | None = None,
        locale: str | None = None,
        timezone_id: str | None = None,
        tags_to_mark: Literal["all", "standard_html"] = "standard_html",
        headless: bool = True,
        wait_for_user_message: bool = False,
        terminate_on_infeasible: bool = True,
        resizeable_window: bool = False,
        record_video_dir: str | None = None,
        pw_chromium_kwargs: Mapping[str, Any] | None = None,
        pw_context_kwargs: Mapping[str, Any] | None = None,
        action_mapping: Callable[[str], str] | None = ACTIONS,
        use_raw_page_output: bool = False,
        pre_observation_delay: float | None = None,
        *,
        backend: Literal["fast", "browsergym"] = "fast",
        eager: bool = True,
        settle: str = "quiet",
        uploads: Sequence[str | Path] = (),
    ) -> None:
        """Make ready; the browser starts with the first reset.

        BrowserGym's parameters mean what they mean there, with these exceptions. What the warm
        browser cannot honour is refused with one line.

        Args:
            task_entrypoint: makes a task from a seed.
            task_kwargs: further arguments for it.
            viewport: overrides the task's.
            slow_mo: milliseconds of sleep before each action; the task's own is not used.
            timeout: overrides the task's, in milliseconds.
            locale: overrides the task's.
            timezone_id: overrides the task's.
            tags_to_mark: which elements get a bid.
            headless: refused if false.
            wait_for_user_message: refused.
            terminate_on_infeasible: whether the agent's report ends the episode.
            resizeable_window: refused.
            record_video_dir: refused.
            pw_chromium_kwargs: refused if not empty.
            pw_context_kwargs: further options of the browser context.
            action_mapping: a bound ``HighLevelActionSet.to_python_code``; its set tells which
                actions are allowed, and no text is run as code.
            use_raw_page_output: whether observations hold the page itself.
            pre_observation_delay: seconds slept after an action before ``settle`` is asked; by
                default none.
            backend: ``browsergym`` leaves everything to BrowserGym's own class.
            eager: whether screenshot, DOM snapshot and extra properties are made with each
                observation; otherwise they are made when first read, which must be before the
                next step.
            settle: what is waited for after an action; see :mod:`env.clock`.
            uploads: folders whose files an action may upload; by default the working directory,
                from where BrowserGym resolves relative paths.

        Raises:
            ConfigError: something cannot be honoured.
        """
        if backend not in BACKENDS:
            raise ConfigError(f"backend={backend!r} is unknown: use one of {', '.join(BACKENDS)}")
        self._fast = backend == "fast"
        self._stage: Stage | None = None
        self._page: Page | None = None
        self._history: dict[Page, None] = {}
        self._state = 0
        """Counts the observations' pages: a lazy part can be made while its page is shown."""
        if self._fast:
            refuse(
                headless=headless,
                wait_for_user_message=wait_for_user_message,
                resizeable_window=resizeable_window,
                record_video_dir=record_video_dir,
                pw_chromium_kwargs=pw_chromium_kwargs,
            )
            self._reader = reader_of(action_mapping)
            self._clock = clock_of(settle, eager=eager, raw=use_raw_page_output)
        self._eager = eager
        self._uploads = tuple(Path(folder) for folder in uploads) or (Path.cwd(),)
        delay = (0.0 if self._fast else DELAY) if pre_observation_delay is None else None
        super().__init__(
            task_entrypoint=task_entrypoint,
            task_kwargs=dict(task_kwargs or {}),
            viewport=viewport,
            slow_mo=slow_mo,
            timeout=timeout,
            locale=locale,
            timezone_id=timezone_id,
            tags_to_mark=tags_to_mark,
            headless=headless,
            wait_for_user_message=wait_for_user_message,
            terminate_on_infeasible=terminate_on_infeasible,
            resizeable_window=resizeable_window,
            record_video_dir=record_video_dir,
            pw_chromium_kwargs=dict(pw_chromium_kwargs or {}),
            pw_context_kwargs=dict(pw_context_kwargs or {}),
            action_mapping=action_mapping,
            use_raw_page_output=use_raw_page_output,
            pre_observation_delay=pre_observation_delay if delay is None else delay,
        )

    @property
    def page(self) -> Page | None:
        """The real Playwright page in front, or ``None`` before the first reset.

        Raises:
            ConfigError: its clock stands still, and Playwright would wait for it for ever.
        """
        if self._stage is None:
            return self._page
        if self._clock.virtual:
            raise ConfigError(
                f"settle={self._clock.name!r} stops the page's clock, and Playwright would wait "
                'for it for ever: pass settle="quiet" to use env.unwrapped.page'
            )
        return self._stage.page

    @page.setter
    def page(self, page: Page | None) -> None:
        if self._stage is None:
            self._page = page
        elif page is not None:
            self._stage.show(page)

    @property
    def page_history(self) -> dict[Page, None]:
        """The open pages, the one in front last."""
        return self._history if self._stage is None else self._stage.history

    @page_history.setter
    def page_history(self, pages: dict[Page, None]) -> None:
        self._history = pages

    def _chosen(self, name: str) -> Any:
        """Return a browser setting: ours where one was passed, else the task's."""
        ours, theirs = getattr(self, name), getattr(self.task, name)
        if ours is None:
            return theirs
        if theirs is not None:
            logger.warning(
                f"Overriding the task's {name} parameter ({theirs!r} => {ours!r}). "
                "This might change the task's behaviour and difficulty."
            )
        return ours
