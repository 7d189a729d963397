"""WebArena-Verified's own evaluator, asked through a process in its own environment."""

from __future__ import annotations

import json
import math
import os
import select
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from env.verified import installing
from webpilot.closing import Closing
from webpilot.errors import ConfigError, JudgeDown
from webpilot.responses import TypedResponse

__all__ = ["EvaluatorOpinion", "VerifiedEvaluator", "VerifiedOpinion"]

PROGRAM = Path(__file__).with_name("evaluator_program.py")
STARTING = 120.0
"""Seconds it may take to import the evaluator and to read its tasks (about one where idle)."""
ANSWERING = 60.0
"""Seconds one evaluation may take (some milliseconds for a trace of some hundred requests)."""
LEAVING = 5.0
"""Seconds it may take to end when its input ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatorOpinion:
    """What one of a task's evaluators found."""

    evaluator: str
    """``AgentResponseEvaluator`` or ``NetworkEventEvaluator``."""
    status: str
    """``success``, ``failure`` or ``error``."""
    score: float
    findings: tuple[str, ...] = ()
    """Its assertions that failed, one line each; an error's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedOpinion:
    """The evaluator's result for one task, with what it takes to have it again."""

    score: float
    """1 or 0."""
    status: str
    """``success``, ``failure``, or ``error`` where an evaluator stumbled over what the agent did:
    the benchmark counts that as 0."""
    results: tuple[EvaluatorOpinion, ...]
    """One for each evaluator of the task, in the order of the task."""
    error: str = ""
    version: str
    """Of the package ``webarena-verified``."""
    evaluator_checksum: str
    """SHA-256 over the package's code."""
    data_checksum: str
    """SHA-256 of the package's tasks."""

    @property
    def reason(self) -> str:
        """One line on what was found wanting; empty where nothing was."""
        found = [f"{one.evaluator}: {line}" for one in self.results for line in one.findings]
        return " ".join("; ".join([*found, self.error]).strip("; ").split())


class VerifiedEvaluator(Closing):
    """The evaluator of WebArena-Verified, one process for many evaluations.

    The process starts with the first evaluation, and anew after one that it did not survive. It
    ends with :meth:`close` and with our own process, however that ends.

    What it reads of a HAR file:

    - of every request its URL, method, headers (``referer``, ``cookie``, and those that tell a
      navigation: ``accept``, ``sec-fetch-*``) and the body's ``postData.text``;
    - of every response its status, ``redirectURL`` and ``cookies``, and ``content.text`` where that
      is JSON: 15 of the 812 official tasks ask for it, no task of ours does.

    So a context must be recorded with ``record_har_mode="full"`` and
    ``record_har_content="embed"``. With ``"omit"`` Playwright leaves out the bodies of requests
    too, and every POST that a task expects counts as missing; with ``"minimal"`` the cookies are
    gone. :func:`env.sites.scrubbing.scrubbed` takes the weight off afterwards: it drops every
    body that is not read.

    Args:
        seconds: that one evaluation may take.
    """

    def __init__(self, *, seconds: float = ANSWERING) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._rest = b""

    @property
    def pid(self) -> int:
        """Process id of the evaluator, 0 while there is none."""
        return 0 if self._process is None else self._process.pid

    def evaluate(
        self,
        task: Mapping[str, Any] | int,
        response: TypedResponse | Mapping[str, Any],
        har: Path | None,
        sites: Mapping[str, str],
    ) -> VerifiedOpinion:
        """Return what the evaluator says of one task.

        Args:
            task: in WebArena-Verified's own form, or the id of an official one.
            response: the agent's; anything that is no typed response fails.
            har: what was requested; ``None`` where nothing was recorded.
            sites: addresses by WebArena's names, without a slash at the end.

        Raises:
            ConfigError: the environment is not installed, or an address stands in another one.
            JudgeDown: the evaluator crashed, was late, or cannot read the task or the HAR file.
        """
        plain = response.to_dict() if isinstance(response, TypedResponse) else dict(response)
        _check(sites)
        said = self._ask(
            {
                "task": task if isinstance(task, int) else dict(task),
                "response": plain,
                "har": None if har is None else str(har.resolve()),
                "sites": dict(sites),
            }
        )
        return _opinion(said)

    def define(self, *tasks: Mapping[str, Any] | int) -> None:
        """Check that tasks are what the evaluator calls a task.

        Raises:
            JudgeDown: one is not; the message names what is wrong with it.
        """
        self._ask({"define": [one if isinstance(one, int) else dict(one) for one in tasks]})

    def close(self) -> None:
        """End the process; closing twice is harmless."""
        with self._lock:
            self._leave()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        line = json.dumps({**request, "seconds": math.ceil(self._seconds) + 1}).encode() + b"\n"
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            assert self._process is not None
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(line)
                self._process.stdin.flush()
            except OSError:
                raise self._lost("ended before it was asked") from None
            said = self._hear(self._seconds)
        if "refused" in said:
            raise JudgeDown(f"WebArena-Verified's evaluator cannot judge this: {said['refused']}")
        return said

    def _start(self) -> None:
        python = installing.python()
        self._leave()
        self._rest = b""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        self._process = subprocess.Popen(
            [str(python), "-I", "-X", "utf8", "-W", "ignore", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # A Ctrl-C in the terminal is ours to act on.
            start_new_session=True,
        )
        self._hear(STARTING)

    def _hear(self, seconds: float) -> dict[str, Any]:
        """Return the next line that the process says."""
        assert self._process is not None
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

    def _lost(self, what: str) -> JudgeDown:
        """End the process and return the error that says so, with its last words."""
        words = ""
        if self._errors is not None:
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").split("\n")
            words = next((f": {one.strip()}" for one in reversed(lines) if one.strip()), "")
        self._leave(patience=0)
        return JudgeDown(f"WebArena-Verified's evaluator {what}{words}")

    def _leave(self, patience: float = LEAVING) -> None:
        process, self._process = self._process, None
        errors, self._errors = self._errors, None
        if process is not None:
            for stream in (process.stdin, process.stdout):
                try:
                    if stream is not None:
                        stream.close()
                except OSError:  # what it was still to be told
                    pass
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if errors is not None:
            errors.close()


def _check(sites: Mapping[str, str]) -> None:
    """Refuse addresses that the evaluator would take one for the other: it looks for substrings."""
    for name, url in sites.items():
        for other, longer in sites.items():
            rest = longer.removeprefix(url)
            if rest != longer and rest and rest[0] not in "/?#":
                raise ConfigError(
                    f"the address of {name} ({url}) is the beginning of that of {other} "
                    f"({longer}), and WebArena-Verified cannot tell them apart: use another port"
                )


def _opinion(said: Mapping[str, Any]) -> VerifiedOpinion:
    return VerifiedOpinion(
        score=said["score"],
        status=said["status"],
        results=tuple(
            EvaluatorOpinion(
                evaluator=one["evaluator_name"],
                status=one["status"],
                score=one["score"],
                findings=tuple(_findings(one)),
            )
            for one in said["evaluators_results"]
        ),
        error=said["error_msg"] or "",
        version=said["webarena_verified_version"],
        evaluator_checksum=said["webarena_verified_evaluator_checksum"],
        data_checksum=said["webarena_verified_data_checksum"],
    )


def _findings(result: Mapping[str, Any]) -> list[str]:
    lines = [
        ": ".join([one["assertion_name"], *(one["assertion_msgs"] or ())])
        for one in result["assertions"] or ()
        if one["status"] != "success"
    ]
    return [*lines, *([result["error_msg"]] if result["error_msg"] else [])]
