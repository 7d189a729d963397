"""The conversation with one process that runs WebArena-Verified's evaluator, line by line."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from webpilot.errors import JudgeDown

__all__ = ["EvaluatorProcess"]

STARTING = 120.0
"""Seconds it may take to import the evaluator and to read its tasks (about one where idle)."""
PROGRAM = Path(__file__).with_name("evaluator_program.py")
LEAVING = 5.0
"""Seconds it may take to end when its input ends."""


class EvaluatorProcess:
    """A process that says one line when it is ready and one for each that it is told.

    It ends with :meth:`end` and with our own process, however that ends; by itself it ends only
    where something went wrong. One thread talks to it at a time.
    """

    def __init__(self, python: Path) -> None:
        """Start it, with the interpreter of its own environment; its first line comes by itself."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        self._rest = b""
        """What it has said of the next line."""
        self._ended = False
        self._process = subprocess.Popen(
            [str(python), "-I", "-X", "utf8", "-W", "ignore", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # A Ctrl-C in the terminal is ours to act on.
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Its process id, 0 once it was ended."""
        return 0 if self._ended else self._process.pid

    def wait(self) -> None:
        """Return when it is ready to be asked.

        Raises:
            JudgeDown: it crashed, or was late; it is ended then.
        """
        self._hear(STARTING)

    @property
    def alive(self) -> bool:
        """Whether it runs, and nobody has ended it."""
        return not self._ended and self._process.poll() is None

    def ask(self, line: bytes, seconds: float) -> dict[str, Any]:
        """Return the answer to a line, which ends with a line break.

        Raises:
            JudgeDown: it was not there any more, crashed, or was late; it is ended then.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except OSError:
            raise self._lost("ended before it was asked") from None
        return self._hear(seconds)

    def _hear(self, seconds: float) -> dict[str, Any]:
        """Return the next line that it says within ``seconds``."""
        assert self._process.stdout is not None
        stream = self._process.stdout.fileno()
        due = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = due - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                raise self._lost(f"gave no answer within {seconds:g} s")
            data = os.read(stream, 1 << 16)
            if not data:
                raise self._lost("crashed")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        return said

    def end(self, patience: float = LEAVING) -> None:
        """End it, by force after ``patience`` seconds; ending twice is harmless."""
        if self._ended:
            return
        self._ended = True
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:  # what it was still to be told
                pass
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _lost(self, what: str) -> JudgeDown:
        """End the process and return the error that says so, with its last words."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        words = next((f": {one.strip()}" for one in reversed(lines) if one.strip()), "")
        self.end(patience=0)
        return JudgeDown(f"WebArena-Verified's evaluator {what}{words}")
