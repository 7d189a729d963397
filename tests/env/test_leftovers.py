"""Nothing of ours outlives us: no process, no file, however we end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOUND = 40.0

SCRIPT = """
import asyncio, os, sys
from env.site import MiniwobSite
from env.world import open_search

def descendants(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        for child in open(f"/proc/{pid}/task/{task}/children").read().split():
            found += [int(child), *descendants(int(child))]
    return found

async def main(how):
    with MiniwobSite() as site:
        async with open_search(site, "miniwob.click-test", seed=1) as search:
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
