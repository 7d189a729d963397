"""Free loopback ports."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack

from webpilot.serving import LOOPBACK

__all__ = ["free_ports"]


def free_ports(names: Iterable[str]) -> Mapping[str, int]:
    """Return a free port for each name.

    They are free when this returns; whoever binds one of them first has it.
    """
    with ExitStack() as held:
        ports = {}
        for name in names:
            bound = held.enter_context(socket.socket())
            bound.bind((LOOPBACK, 0))
            ports[name] = int(bound.getsockname()[1])
        return ports
