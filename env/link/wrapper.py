"""The program Playwright starts in the browser's place, and becomes the browser.

It hands the two pipes Playwright gave it to our process, takes two others, and executes the
browser with the arguments it was given: the process id stays the same, so does its group. It runs
as ``python -I -S wrapper.py SOCKET BROWSER ARGUMENTS...`` and imports the standard library alone.
"""

from __future__ import annotations

import array
import os
import socket
import sys
from collections.abc import Sequence

__all__ = ["FROM_CLIENT", "TO_CLIENT", "main"]

FROM_CLIENT = 3
"""Descriptor a browser reads DevTools messages from (``--remote-debugging-pipe``)."""
TO_CLIENT = 4
"""Descriptor a browser writes DevTools messages to."""
PROFILE = "--user-data-dir="


def main(arguments: Sequence[str]) -> None:
    """Swap the pipes, then execute the browser; returns only by raising."""
    address, browser, *rest = arguments
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(address)
        ours = array.array("i", (FROM_CLIENT, TO_CLIENT))
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, ours)]
        profile = next((one for one in rest if one.startswith(PROFILE)), PROFILE)
        introduction = f"{os.getpid()} {profile.removeprefix(PROFILE)}"
        link.sendmsg([os.fsencode(introduction)], ancillary)
        _, received, _, _ = socket.recv_fds(link, 1, 2)
    if len(received) != 2:
        raise SystemExit("no pipes received")
    # Either number may be taken by what was received: move both out of the way first.
    reading, writing = (os.dup(descriptor) for descriptor in received)
    os.dup2(reading, FROM_CLIENT)
    os.dup2(writing, TO_CLIENT)
    for descriptor in (*received, reading, writing):
        if descriptor not in (FROM_CLIENT, TO_CLIENT):
            os.close(descriptor)
    os.execv(browser, [browser, *rest])


if __name__ == "__main__":
    main(sys.argv[1:])
