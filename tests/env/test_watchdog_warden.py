"""A process outside ours ends what we cannot: browsers that are late, and those we leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from env.link.thread import BrowserThread
from env.link.warden import Warden
from env.link.warden_program import started
from env.link.watchdog import Watchdog
from webpilot.errors import BrowserLost, StepTimeout

ROOT = Path(__file__).resolve().parents[2]
WAIT = 60.0
VIEWPORT = {"width": 400, "height": 300}


@contextmanager
def sleeping() -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, as a browser is."""
    child = subprocess.Popen(["sleep", "300"], start_new_session=True)
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        child.wait(WAIT)


@pytest.fixture
def warden() -> Iterator[Warden]:
    made = Warden()
    made.start()
    yield made
    made.stop()


def gone(pid: int) -> bool:
    """Whether a process ends; one that waits to be reaped has."""
    due = time.monotonic() + WAIT
    while started(pid) is not None:
        if time.monotonic() > due:
            return False
        time.sleep(0.05)
    return True


def test_a_browser_is_killed_when_its_deadline_passes_unmet(warden: Warden) -> None:
    with sleeping() as browser:
        warden.add_browser(browser.pid)
        warden.arm(time.monotonic() + 0.1)
        assert browser.wait(WAIT) == -signal.SIGKILL


def test_a_second_deadline_counts_as_the_first_did(warden: Warden) -> None:
    for _ in range(2):
        with sleeping() as browser:
            warden.add_browser(browser.pid)
            warden.arm(time.monotonic() + 0.1)
            assert browser.wait(WAIT) == -signal.SIGKILL
            warden.drop(browser.pid)


def test_a_deadline_that_is_lifted_or_met_kills_nobody(warden: Warden) -> None:
    with sleeping() as browser, sleeping() as late:
        warden.add_browser(browser.pid)
        for _ in range(100):
            warden.arm(time.monotonic() + WAIT)
        warden.disarm()
        # One that is really due shows that the warden has looked meanwhile.
        other = Warden()
        other.start()
        other.add_browser(late.pid)
        other.arm(time.monotonic())
        late.wait(WAIT)
        other.stop()
        assert browser.poll() is None


def test_a_number_that_was_given_to_another_process_is_left_alone(warden: Warden) -> None:
    with sleeping() as stranger, sleeping() as browser:
        warden._add(f"browser {stranger.pid} 1")
        warden.add_browser(browser.pid)
        warden.arm(time.monotonic())
        assert browser.wait(WAIT) == -signal.SIGKILL
        assert stranger.poll() is None


def test_what_was_dropped_is_left_alone(warden: Warden, tmp_path: Path) -> None:
    kept, dropped = tmp_path / "kept", tmp_path / "dropped"
    for folder in (kept, dropped):
        folder.mkdir()
        warden.add_folder(folder)
    warden.drop(dropped)
    warden.stop()
    assert (kept.exists(), dropped.exists()) == (False, True)


def test_a_warden_that_is_killed_is_replaced_and_told_everything_again(warden: Warden) -> None:
    with sleeping() as browser:
        warden.add_browser(browser.pid)
        first = warden.pid
        os.kill(first, signal.SIGKILL)
        assert gone(first)
        warden.start()
        assert warden.pid != first
        warden.arm(time.monotonic())
        assert browser.wait(WAIT) == -signal.SIGKILL


def test_guards_set_and_lift_its_deadline(warden: Warden) -> None:
    watchdog = Watchdog(lambda: None, warden=warden)
    due = lambda: memoryview(warden._clock).cast("d")[0]  # noqa: E731
    with watchdog.guard(WAIT) as outer:
        assert due() == outer.due
        with watchdog.guard(1.0) as inner:
            assert due() == inner.due
        assert due() == outer.due
    assert due() == 0.0
    watchdog.stop()


OWNER = """
import ctypes, os, sys, time
from env.link.thread import BrowserThread
thread = BrowserThread()

def work():
    browser = thread.browser()
    tab = browser.open_tab({"width": 200, "height": 100})
    keeper = thread._keeper
    print(browser.pid, keeper.driver.pid, keeper.warden.pid, browser.profile, flush=True)
    how = sys.argv[1]
    if how == "wait":
        time.sleep(300)
    with thread.guard(1.0):
        tab.session.post("Runtime.evaluate", {"expression": "for (;;) {}"})
        # A call that keeps the interpreter's lock: no thread of this process runs any more.
        ctypes.PyDLL(None).sleep(300)

thread.submit(work).result()
"""


@contextmanager
def owner(how: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[int], Path]]:
    """A process that owns a browser; its pids (browser, driver, warden) and the profile."""
    child = subprocess.Popen(
        [sys.executable, "-c", OWNER, how],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    try:
        assert child.stdout is not None
        *numbers, profile = child.stdout.readline().split()
        yield child, [int(one) for one in numbers], Path(profile)
    finally:
        child.kill()
        child.wait(WAIT)


def test_a_spinning_page_ends_though_no_thread_of_ours_can_run(tmp_path: Path) -> None:
    with owner("stuck", tmp_path) as (child, (browser, _, _), _):
        assert gone(browser)
        assert child.poll() is None  # it still hangs: somebody else has ended the browser


@pytest.mark.parametrize("stopped", ["browser", "driver", "both"])
def test_what_cannot_end_by_itself_is_ended_when_we_are_killed(
    stopped: str, tmp_path: Path
) -> None:
    with owner("wait", tmp_path) as (child, (browser, driver, warden), profile):
        if stopped in ("browser", "both"):
            os.killpg(browser, signal.SIGSTOP)
        if stopped in ("driver", "both"):
            os.kill(driver, signal.SIGSTOP)
        child.kill()
        assert all(gone(pid) for pid in (browser, driver, warden))
        assert not profile.exists()


def test_a_signal_to_our_whole_group_does_not_reach_the_warden(tmp_path: Path) -> None:
    with owner("wait", tmp_path) as (child, (browser, driver, warden), _):
        assert os.getpgid(warden) != os.getpgid(child.pid)
        os.kill(warden, signal.SIGTERM)
        assert started(warden) is not None
        child.kill()
        assert all(gone(pid) for pid in (browser, driver, warden))


def crash(thread: BrowserThread) -> None:
    tab = thread.browser().open_tab(VIEWPORT)
    with thread.guard(1.5):
        with suppress(Exception):  # the address is aborted, before or after the crash is known
            tab.page.goto("chrome://crash")
        tab.page.evaluate("1")


def hang(thread: BrowserThread) -> None:
    browser = thread.browser()
    tab = browser.open_tab(VIEWPORT)
    for pid in renderers(browser.pid):
        os.kill(pid, signal.SIGSTOP)
    with thread.guard(1.5):
        tab.page.evaluate("1")


def renderers(browser: int) -> list[int]:
    """Renderer processes in a browser's group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                if b"--type=renderer" in command and os.getpgid(int(entry.name)) == browser:
                    found.append(int(entry.name))
    return found


@pytest.mark.parametrize("work", [crash, hang])
def test_a_page_that_crashed_or_hangs_ends_typed_and_the_next_one_works(work) -> None:
    with BrowserThread() as thread:
        with pytest.raises((StepTimeout, BrowserLost)):
            thread.submit(work, thread).result(WAIT)
        assert thread.submit(lambda: thread.browser().open_tab(VIEWPORT).alive).result(WAIT)
