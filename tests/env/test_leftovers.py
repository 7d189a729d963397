"""Nothing of ours outlives us: no process, no file, however we end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from env.link.thread import BrowserThread
from webpilot.errors import BrowserLost, EnvironmentDown

ROOT = Path(__file__).resolve().parents[2]
BOUND = 40.0

SCRIPT = """
import asyncio, os, sys
from env.miniwob.site import MiniwobSite
from env.miniwob.search import open_search

def descendants(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        for child in open(f"/proc/{pid}/task/{task}/children").read().split():
            found += [int(child), *descendants(int(child))]
    return found

async def main(how):
    with MiniwobSite() as site:
        async with open_search(site, "miniwob.click-test", seed=1) as search:
            folder = await site.thread.run(site.thread.folder)
            (folder / "requests.har").write_text("of its user")
            print(*descendants(os.getpid()), flush=True)
            if how == "exit":
                return
            if how == "crash":
                raise ValueError("a bug of ours")
            if how == "quit":
                os._exit(3)
            async with search.worlds.lease() as world:
                while True:
                    await world.observe()

def unclosed():
    site = MiniwobSite()
    site.thread.submit(lambda: site.thread.browser().open_tab({"width": 9, "height": 9})).result()
    print(*descendants(os.getpid()), flush=True)

unclosed() if sys.argv[1] == "unclosed" else asyncio.run(main(sys.argv[1]))
"""


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(settled: Callable[[], bool]) -> bool:
    due = time.monotonic() + BOUND
    while not settled():
        if time.monotonic() > due:
            return False
        time.sleep(0.1)
    return True


def started(how: str, folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, how],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert child.stdout is not None
    pids = [int(word) for word in child.stdout.readline().split()]
    assert len(pids) > 2  # the driver, the browser, its helpers
    return child, pids


@pytest.mark.parametrize(
    ("how", "status"),
    [("exit", {0}), ("crash", {1}), ("quit", {3}), ("unclosed", {0})],
)
def test_no_process_and_no_file_is_left_after(how: str, status: set[int], tmp_path: Path) -> None:
    child, pids = started(how, tmp_path)
    assert child.wait(BOUND) in status
    assert eventually(lambda: not any(alive(pid) for pid in pids))
    assert eventually(lambda: not list(tmp_path.iterdir())), list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_and_no_file_is_left_after_a_signal(
    number: signal.Signals, tmp_path: Path
) -> None:
    child, pids = started("work", tmp_path)
    child.send_signal(number)
    child.wait(BOUND)
    assert eventually(lambda: not any(alive(pid) for pid in pids))
    assert eventually(lambda: not list(tmp_path.iterdir())), list(tmp_path.iterdir())


def of_folder(folder: Path) -> list[int]:
    """Processes that were started with this folder for their files, at whatever moment."""
    mark = f"TMPDIR={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_left_at_whatever_moment_we_are_killed(seed: int, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "work"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    # Somewhere between the import of our packages and the steps of a search.
    time.sleep(random.Random(seed).uniform(0.5, 6.0))
    child.kill()
    child.wait(BOUND)
    assert eventually(lambda: of_folder(tmp_path) == [])
    assert eventually(lambda: not list(tmp_path.iterdir())), list(tmp_path.iterdir())


def descendants(pid: int) -> list[int]:
    """Processes below one of ours, those that wait to be reaped included."""
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def renderers(browser: int) -> list[int]:
    """Processes of a browser that show pages."""
    found = []
    for pid in descendants(browser):
        with suppress(OSError):
            if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def killed_at_random(thread: BrowserThread, victim: str, dice: random.Random) -> None:
    """Step on a page until its renderer or its browser, killed meanwhile, ends it."""
    browser = thread.browser()
    tab = browser.open_tab({"width": 200, "height": 100})
    for step in range(40):
        if step == dice.randrange(1, 6):
            targets = renderers(browser.pid) if victim == "renderer" else [browser.pid]
            for pid in targets:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        tab.session.send("Runtime.evaluate", {"expression": f"{step} + 1"}, timeout=5.0)


def opens_again(thread: BrowserThread) -> bool:
    """Whether a page opens; that its browser was killed may be noticed with the first try only."""

    def opened() -> bool:
        return thread.browser().open_tab({"width": 200, "height": 100}).alive

    with suppress(BrowserLost):
        return thread.submit(opened).result(BOUND)
    return thread.submit(opened).result(BOUND)


@pytest.mark.parametrize("victim", ["renderer", "browser"])
def test_no_process_is_left_or_unreaped_after_kills_at_random_steps(victim: str) -> None:
    before = set(descendants(os.getpid()))
    dice = random.Random(7)
    with BrowserThread() as thread:
        for _ in range(4):
            with suppress(EnvironmentDown):
                thread.submit(killed_at_random, thread, victim, dice).result(BOUND)
        assert opens_again(thread)
    assert eventually(lambda: set(descendants(os.getpid())) <= before)
