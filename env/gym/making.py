"""Environments by BrowserGym's task names, for its registry and its own experiment loops."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import browsergym.core.registration
import gymnasium
from browsergym.core.task import OpenEndedTask

from env.gym.fast import FastBrowserEnv
from env.server import PageServer, miniwob_folder

__all__ = ["make", "open_ended", "substituted"]

MINIWOB = "miniwob."
URL = "MINIWOB_URL"


def make(task_id: str, **settings: Any) -> gymnasium.Env[Any, Any]:
    """Return the environment of a task by BrowserGym's name, e.g. ``miniwob.click-test``.

    MiniWoB++'s pages are served by this process unless ``MINIWOB_URL`` or
    ``task_kwargs["base_url"]`` says where they are.

    Args:
        task_id: with or without ``browsergym/``; the package of its benchmark must be installed.
        settings: those of :class:`FastBrowserEnv` and of ``gymnasium.make``.
    """
    # Imported here: it pulls in what nothing else needs.
    from browsergym.experiments.loop import _get_env_name

    # The checker reads every part of an observation, also those that wait to be asked for.
    settings.setdefault("disable_env_checker", True)
    name = task_id.removeprefix("browsergym/")
    if name.startswith(MINIWOB) and URL not in os.environ:
        given = dict(settings.get("task_kwargs") or {})
        settings["task_kwargs"] = {"base_url": served(), **given}
    with substituted():
        return gymnasium.make(_get_env_name(name), **settings)


def open_ended(start_url: str, **settings: Any) -> FastBrowserEnv:
    """Return the environment of BrowserGym's task that only opens an address and never ends."""
    told = {"start_url": start_url, "goal": "look around"}
    return FastBrowserEnv(task_entrypoint=OpenEndedTask, task_kwargs=told, **settings)


@contextmanager
def substituted(**settings: Any) -> Iterator[None]:
    """Let every task of BrowserGym's registry be made on the warm browser while the body runs.

    So its own loops run unchanged::

        with env.gym.substituted(eager=True):
            experiment.run()

    Args:
        settings: further ones of :class:`FastBrowserEnv`; what the registry's caller passes wins.
    """
    registry = browsergym.core.registration
    before = registry.BrowserEnv
    registry.BrowserEnv = partial(FastBrowserEnv, **settings) if settings else FastBrowserEnv
    try:
        yield
    finally:
        registry.BrowserEnv = before


@cache
def served() -> str:
    """Return the address of MiniWoB++'s pages, served by this process until it ends."""
    return PageServer(miniwob_folder()).start().url + MINIWOB.replace(".", "/")
