"""One warm Chromium: launched by Playwright, shared with our own connection."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Dialog, Playwright
from playwright.sync_api import Error as PlaywrightError

from env.guard.effects import Witness
from env.guard.gate import Gate
from env.guard.rules import WindowRules
from env.link.cdp import Connection
from env.link.handover import handover
from env.link.mux import Mux
from env.link.warden import Warden, remove
from env.link.window import Tab, Window
from webpilot.errors import BrowserLost

__all__ = ["Browser"]

ARGUMENTS = (
    "--disable-features=OverlayScrollbars,ExtendedOverlayScrollbars",
    "--disable-smooth-scrolling",
)
"""As BrowserGym, scroll bars take part in the layout. Keys scroll at once: a smooth scroll would
need frames of real time while the page's clock stands still; where it ends is the same."""
IGNORED = ("--hide-scrollbars",)
LOCALE = "en-US"
TIMEZONE = "UTC"
LAUNCH_TIMEOUT = 60.0
CLOSING_TIMEOUT = 5.0


class Browser:
    """A running browser; every method but :meth:`kill` belongs to the thread that made it."""

    def __init__(
        self,
        playwright: Playwright,
        path: Path,
        *,
        gate: Gate | None = None,
        warden: Warden | None = None,
    ) -> None:
        """Start it.

        Args:
            playwright: whose driver starts it.
            path: the program.
            gate: what guards it; by default no network policy does.
            warden: has it in charge while it lives.

        Raises:
            BrowserLost: it does not start.
        """
        self.gate = Gate() if gate is None else gate
        self._warden = warden
        self._killed = False
        with handover(path) as waiting:
            if warden is not None:
                warden.add_folder(waiting.folder)
            try:
                self._browser = playwright.chromium.launch(
                    executable_path=waiting.executable,
                    headless=True,
                    args=[*ARGUMENTS, *self.gate.arguments()],
                    ignore_default_args=list(IGNORED),
                    # Ctrl-C is ours: the driver must not close the browser underneath a search.
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                    timeout=LAUNCH_TIMEOUT * 1000,
                )
            except PlaywrightError as error:
                line = str(error).strip().splitlines()[0]
                raise BrowserLost(f"{path} does not start ({line})") from error
            self._mux: Mux = waiting.mux()
            self.profile = waiting.profile
            """Folder of the browser's own files; Playwright's driver removes it."""
            if warden is not None:
                warden.add_browser(self.pid)
                if self.profile is not None:
                    warden.add_folder(self.profile)
        if warden is not None:
            warden.drop(waiting.folder)
        self.connection = Connection(self._mux)
        self.version: str = self._browser.version

    @property
    def pid(self) -> int:
        """Process id, and process group, of the browser."""
        return self._mux.pid

    @property
    def alive(self) -> bool:
        """Whether the browser's pipe is open, and nobody here has killed it."""
        # Whoever a kill interrupts may come back before the pump has seen the pipe's end.
        return not self._killed and not self._mux.closed

    def open_window(
        self,
        viewport: Mapping[str, int],
        *,
        rules: WindowRules | None = None,
        witness: Witness | None = None,
        direct: bool = False,
        **options: Any,
    ) -> Window:
        """Return a new context with one tab.

        Args:
            viewport: width and height in pixels.
            rules: what its tabs may do; by default a generous use of everything.
            witness: takes down their side effects, where the rules name what reads.
            direct: whether its pages are handed out as :class:`env.link.direct.DirectPage`.
            options: further options of Playwright's ``new_context``; locale and time zone are fixed
                and downloads are refused unless they are among them.
        """
        before = self.connection.contexts()
        guard = self.gate.window(WindowRules() if rules is None else rules, witness)
        try:
            context = self._browser.new_context(
                viewport={"width": viewport["width"], "height": viewport["height"]},
                **{
                    "locale": LOCALE,
                    "timezone_id": TIMEZONE,
                    **self.gate.context_options(guard),
                    **options,
                },
            )
            context.on("dialog", leave_dialog)
            # Contexts are made in this thread alone, so the one that is new is this one.
            (identity,) = self.connection.contexts() - before
            return Window(self, context, self.connection, guard, identity=identity, direct=direct)
        except BaseException:
            guard.close()
            raise

    def open_tab(self, viewport: Mapping[str, int], **options: Any) -> Tab:
        """Return the one tab of a new window; see :meth:`open_window`."""
        return self.open_window(viewport, **options).active

    def kill(self) -> None:
        """End the browser's whole process group at once; may be called from any thread."""
        if not self._mux.closed:
            self._killed = True
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Close the browser, wait until it is gone, and leave no file of it."""
        with suppress(PlaywrightError):
            self._browser.close()
        if not self._mux.wait_closed(CLOSING_TIMEOUT):
            self.kill()
            self._mux.wait_closed(CLOSING_TIMEOUT)
        self._remove_profile()

    def abandon(self) -> None:
        """Kill the browser and remove its files: what is left to do without a driver."""
        self.kill()
        self._mux.wait_closed(CLOSING_TIMEOUT)
        self._remove_profile()

    def _remove_profile(self) -> None:
        """Remove the profile where Playwright's driver does not, or not before it is stopped."""
        if self.profile is not None:
            remove(self.profile)
        if self._warden is not None:
            self._warden.drop(self.pid, self.profile)


def leave_dialog(dialog: Dialog) -> None:
    """Do nothing: our own connection answers; without a listener Playwright would race with it."""
