"""A run on an instance that kills itself, as ``kill -9`` does, at one of its durable writes.

Run as ``python -m tests.apps.dying_run POSITION FILE OVERRIDES...``: before the first line that is
to be on the disk before anything else happens is position 1, after it is 2, and so on; 0 never
dies. How many positions were passed is written to FILE.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any, cast

from experiments.run import main
from tests.webarena.noting import NotingCast
from webpilot.policies import POLICIES
from webpilot.records.disk import LineLog


def mortal(position: int, file: Path) -> None:
    """Make every durable line two points at which this process may die."""
    append = LineLog.append
    passed = 0

    def point() -> None:
        nonlocal passed
        passed += 1
        if passed == position:
            os.kill(os.getpid(), signal.SIGKILL)
        file.write_text(str(passed), encoding="utf-8")

    def dying(self: LineLog, line: str) -> None:
        if not self._durable:
            append(self, line)
            return
        point()
        append(self, line)
        point()

    LineLog.append = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    at, counted = int(sys.argv[1]), Path(sys.argv[2])
    sys.argv[1:] = sys.argv[3:]
    # The run's own policy by its name, and nobody else's.
    cast("dict[str, Any]", POLICIES)["offline"] = lambda settings, salt, llm: NotingCast()
    mortal(at, counted)
    main()
