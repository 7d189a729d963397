"""Becomes a program under libfaketime, and leaves nothing of it behind in shared memory.

``python launching.py PORT LIBRARY PROGRAM ARGUMENT...``: the process becomes the program, which
listens on the port. libfaketime gives each process a named semaphore and a named piece of shared
memory, and takes them away only where the process ends by itself; a server is killed. So another
process takes their names away as soon as the server has opened them. Standard library only.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

LOOPBACK = "127.0.0.1"
SECONDS = 60.0
"""What the server may take until it listens."""
STEP = 0.02


def main(arguments: Sequence[str]) -> None:
    """Become the program."""
    port, library, *words = arguments
    server = os.getpid()
    # A grandchild is nobody's to wait for: the server knows nothing of it.
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os.setsid()
            wait(server, int(port))
            forget(server)
        os._exit(0)
    os.waitpid(child, 0)
    os.environ["LD_PRELOAD"] = library
    os.execvp(words[0], words)


def wait(server: int, port: int) -> None:
    """Return when the server listens, or is gone."""
    due = time.monotonic() + SECONDS
    while time.monotonic() < due:
        try:
            os.kill(server, 0)
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except ProcessLookupError:
            return
        except OSError:
            time.sleep(STEP)
        else:
            return


def forget(server: int) -> None:
    """Take the names away; who has opened them keeps what they stand for."""
    # What multiprocessing calls for the same purpose; it would own what it opens.
    with suppress(OSError):
        import_module("_posixshmem").shm_unlink(f"/faketime_shm_{server}")
    with suppress(OSError):
        import_module("_multiprocessing").sem_unlink(f"/faketime_sem_{server}")


if __name__ == "__main__":
    main(sys.argv[1:])
