"""BrowserGym's environment on a warm browser: the same interface, without its waiting."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import gymnasium

from env.act.chat import Chat
from env.gym.goals import goal_messages, greet
from env.gym.mapping import Unreadable
from env.gym.observing import lazily, observation, raw_observation, told
from env.gym.original import provide_browser
from env.gym.shell import Shell
from env.gym.stage import Settings, Stage
from env.gym.warm import warm_browser
from env.miniwob.catalogue import is_miniwob
from webpilot.errors import ConfigError

__all__ = ["FastBrowserEnv"]

STEP_SECONDS = 150.0
"""Longest time an action or an observation may take; the longest ``noop`` takes 60."""
TASK_SECONDS = 600.0
"""Longest time a task's own code may take."""
TIMED_OUT = re.compile("TimeoutError: Timeout ([0-9]+)ms exceeded.")

T = TypeVar("T")
Observation = dict[str, Any]
Step = tuple[Observation, float, bool, bool, dict[str, Any]]


class FastBrowserEnv(Shell):
    """A Gymnasium environment with the interface of ``browsergym.core.env.BrowserEnv``.

    Every environment of a process is a window of one warm browser, which belongs to the thread
    that uses it first (see :mod:`env.gym.warm`).
    """

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Return the first observation of a new task in a new window, and its information.

        Raises:
            ConfigError: there is no browser, or it cannot be used in this thread.
            EnvironmentDown: the browser failed.
        """
        if not self._fast:
            provide_browser()
            first: tuple[Observation, dict[str, Any]] = super().reset(seed=seed, options=options)
            return first
        gymnasium.Env.reset(self, seed=seed, options=options)
        self.np_random = None  # all randomness is the task's
        warm = warm_browser()
        warm.browser()
        with warm.guard(TASK_SECONDS):
            before = self._left()
            self.task = self.task_entrypoint(seed=seed, **self.task_kwargs)
            self._stage = stage = self._opened(before)
            self.chat = Chat()
            goal, task_info = self.task.setup(page=stage.page)
            self.goal_object = goal_messages(goal)
            greet(self.chat, self.goal_object)
        with warm.guard(STEP_SECONDS):
            stage.settle()
            self.start_time = time.time()
            self.last_action = self.last_action_error = ""
            self.infeasible_message_received = False
            return self._get_obs(), {"task_info": task_info}

    def step(self, action: str) -> Step:
        """Return observation, reward, terminated, truncated and information after an action.

        Raises:
            EnvironmentDown: the browser failed; a reset brings another.
        """
        if not self._fast:
            after: Step = super().step(action)
            return after
        stage = self._on_stage()
        self.last_action = action
        info, _, _ = self.pre_step()
        with warm_browser().guard(STEP_SECONDS):
            self.last_action_error = self._execute(stage, action)
        timeout = TIMED_OUT.match(self.last_action_error)
        if timeout:
            info["action_exec_timeout"] = float(timeout[1]) / 1000
        return self.post_step(info)

    def post_step(self, info: dict[str, Any], validate: bool = True) -> Step:
        """Return what :meth:`step` returns, after an action that was executed by other means."""
        if not self._fast:
            after: Step = super().post_step(info, validate)
            return after
        stage, warm = self._on_stage(), warm_browser()
        self._state += 1
        info["action_exec_stop"] = info["wait_for_page_loading_start"] = time.time()
        with warm.guard(STEP_SECONDS):
            time.sleep(self.pre_observation_delay)
            stage.settle()
            stage.pump()
        info["wait_for_page_loading_stop"] = info["validation_start"] = time.time()
        reward, done, message, info["task_info"] = 0.0, False, None, {}
        if validate:
            with warm.guard(TASK_SECONDS):
                reward, done, message, info["task_info"] = stage.judged(
                    lambda page: self.task.validate(page, self.chat.messages)
                )
        info["validation_stop"] = info["get_observation_start"] = time.time()
        if message:
            self.chat.add_message("user", message)
        with warm.guard(STEP_SECONDS):
            observation = self._get_obs()
        info["get_observation_stop"] = time.time()
        given_up = self.terminate_on_infeasible and self.infeasible_message_received
        return observation, reward, done or given_up, False, info

    def close(self) -> None:
        """End the task and discard its window; the browser stays for the next environment."""
        if not self._fast:
            super().close()
        elif self._stage is not None or self.task is not None:
            with warm_browser().guard(TASK_SECONDS):
                self._leave()

    def _leave(self) -> None:
        stage = self._left()
        if stage is not None:
            stage.close()

    def _left(self) -> Stage | None:
        """Return the window of the task that was left, if there is one."""
        self._state += 1
        task, stage = self.task, self._stage
        self.task = self._stage = None
        self.chat = self.context = self.browser = None
        try:
            if task is not None:
                task.teardown()
        except BaseException:
            if stage is not None:
                stage.close()
            raise
        return stage

    def _opened(self, before: Stage | None) -> Stage:
        """Return the window for a new task: that of the one ``before`` if nothing tells them apart.

        That is known of MiniWoB++ only: all its pages come from one server that keeps nothing.
        """
        settings = self._settings()
        if (
            before is not None
            and settings.direct
            and settings == before.settings
            and before.untouched
        ):
            stage = before
            stage.renew()
        else:
            if before is not None:
                before.close()
            warm = warm_browser()
            stage = Stage(warm.browser(), warm.camera, settings)
        self.context = stage.window.context
        self.browser = self.context.browser
        return stage

    def _settings(self) -> Settings:
        return Settings(
            viewport=self._chosen("viewport"),
            clock=self._clock,
            eager=self._eager and not self.use_raw_page_output,
            all_tags=self.tags_to_mark == "all",
            timeout=self._chosen("timeout"),
            uploads=self._uploads,
            direct=is_miniwob(self.task),
            options={
                "locale": self._chosen("locale"),
                "timezone_id": self._chosen("timezone_id"),
                "accept_downloads": True,
                **self.pw_context_kwargs,
            },
        )

    def _on_stage(self) -> Stage:
        if self._stage is None:
            raise ConfigError("there is no page yet: call reset() first")
        return self._stage

    def _execute(self, stage: Stage, text: str) -> str:
        try:
            actions = self._reader.read(text)
        except Unreadable as unreadable:
            return str(unreadable)
        for action in actions:
            time.sleep((self.slow_mo or 0) / 1000)
            error = stage.act(action, self.chat, forces=self._reader.forces)
            self.infeasible_message_received |= self.chat.infeasible
            if error:
                return error
        return ""

    def _get_obs(self) -> Observation:
        if not self._fast:
            theirs: Observation = super()._get_obs()
            return theirs
        stage, state = self._on_stage(), self._state
        known = told(
            messages=self.chat.messages,
            goal=self.goal_object,
            action=self.last_action,
            error=self.last_action_error,
            elapsed=time.time() - self.start_time,
        )
        if self.use_raw_page_output:
            return raw_observation(stage, known)
        seen = observation(stage, known)
        return seen if self._eager else lazily(seen, stage, partial(self._while_shown, state))

    def _while_shown(self, state: int, work: Callable[[], T]) -> T:
        if self._state != state:
            raise ConfigError(
                "this part of the observation was not read while its page was shown: read it "
                "before the next step, or pass eager=True"
            )
        with warm_browser().guard(STEP_SECONDS):
            return work()
