"""Pages for every test here, and no browser left behind: Playwright would keep its loop running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from env.gym import FastBrowserEnv, close_browser
from env.server import PageServer
from tests.gym.gym_rig import make, server


@pytest.fixture(scope="module")
def served() -> Iterator[PageServer]:
    with server() as pages:
        yield pages


@pytest.fixture(scope="module", autouse=True)
def _no_browser_left() -> Iterator[None]:
    yield
    close_browser()


@pytest.fixture
def opened(served: PageServer) -> Iterator[Callable[..., FastBrowserEnv]]:
    """Makes environments that are closed after the test."""
    made: list[FastBrowserEnv] = []

    def one(name: str = "form", **settings: Any) -> FastBrowserEnv:
        made.append(make(served, name, **settings))
        return made[-1]

    yield one
    for each in made:
        each.close()
