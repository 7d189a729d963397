"""Nobody on this machine can talk to a browser of ours: no process of it listens."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tests.guard.rig import Guarded, guarded


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= {int(child), *descendants(int(child))}
    return found


def listening() -> dict[str, str]:
    """Sockets of this machine that wait for connections: address by number in the kernel."""
    found = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A":
                found[parts[9]] = parts[1]
    return found


def held(pid: int) -> set[str]:
    """Numbers of a process's sockets."""
    names = set()
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                names.add(str(descriptor.readlink()))
    return {name[len("socket:[") : -1] for name in names if name.startswith("socket:[")}


def command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def test_no_process_of_the_browser_listens() -> None:
    with guarded() as browser:
        tab = browser.open("/guard_channels.html")
        pid = browser.do(lambda: tab.window.browser.pid)
        tree = descendants(os.getpid())
        assert pid in tree
        assert len(descendants(pid)) > 1  # its helpers
        waiting = listening()
        assert {one: command(one) for one in tree if held(one) & waiting.keys()} == {}
        # The scan sees what there is to see: our own server and proxy do listen, here.
        assert len(held(os.getpid()) & waiting.keys()) >= 2


def test_no_process_is_told_to_open_a_debugging_port() -> None:
    with guarded() as browser:
        browser.open("")
        lines = [command(one) for one in descendants(os.getpid())]
        assert any("--remote-debugging-pipe" in line for line in lines)
        assert not [line for line in lines if "--remote-debugging-port" in line]


def test_the_proxy_answers_on_the_loopback_address_alone() -> None:
    with guarded() as browser:
        browser.open("")
        assert proxy_address(browser).startswith("0100007F:")


def proxy_address(browser: Guarded) -> str:
    """Local address of the proxy as the kernel writes it."""
    flag = next(one for one in browser.thread.gate.arguments() if "--proxy-server" in one)
    port = int(flag.rpartition(":")[2])
    return next(one for one in listening().values() if int(one.rpartition(":")[2], 16) == port)
