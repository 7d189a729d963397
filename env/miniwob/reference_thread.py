"""The thread in which BrowserGym's own environment lives within our process."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from env.miniwob.reference import browsers_folder
from env.miniwob.reference_page import ReferencePage
from env.variables import set_for_now

__all__ = ["Worker"]

BROWSERS = "PLAYWRIGHT_BROWSERS_PATH"

T = TypeVar("T")


class Worker:
    """The thread that BrowserGym's Playwright belongs to; one a process is enough."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="webpilot-reference")
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def run(self, page: ReferencePage, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, done in the thread, its time counted as the browser's."""
        return await asyncio.wrap_future(self._pool.submit(self._metered, page, work))

    def _metered(self, page: ReferencePage, work: Callable[[], T]) -> T:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="webpilot-reference-")
            # So that BrowserGym's Playwright finds our browser where it looks for its own.
            with set_for_now({BROWSERS: self._folder.name}):
                browsers_folder()
        with page.meter.working():
            return work()

    def close(self) -> None:
        """End the thread and BrowserGym's Playwright with it."""
        if self._folder is not None:
            self._pool.submit(_stop_playwright).result()
            self._folder.cleanup()
        self._pool.shutdown()


def _stop_playwright() -> None:
    from browsergym.core import _get_global_playwright, _set_global_playwright

    _get_global_playwright().stop()
    _set_global_playwright(None)
