"""The thread in which BrowserGym's own environment lives within our process."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from env.miniwob.reference import browsers_folder
from env.miniwob.reference_page import ReferencePage

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
            self._start(Path(self._folder.name))
        with page.meter.working():
            return work()

    @staticmethod
    def _start(folder: Path) -> None:
        """Start BrowserGym's Playwright so that it finds our browser where it looks for its own."""
        before = os.environ.get(BROWSERS)
        os.environ[BROWSERS] = str(folder)
        try:
            browsers_folder()
        finally:
            if before is None:
                del os.environ[BROWSERS]
            else:
                os.environ[BROWSERS] = before

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
