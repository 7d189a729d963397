"""WebArena-Verified's own evaluator, asked through a process in its own environment."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from env.verified import installing
from env.verified.opinion import VerifiedOpinion, opinion_of
from env.verified.process import EvaluatorProcess
from webpilot.closing import Closing
from webpilot.errors import ConfigError, JudgeDown
from webpilot.responses import TypedResponse

__all__ = ["VerifiedEvaluator"]

ANSWERING = 60.0
"""Seconds one evaluation may take (some milliseconds for a trace of some hundred requests)."""


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
        self._process: EvaluatorProcess | None = None

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
        return opinion_of(said)

    def define(self, *tasks: Mapping[str, Any] | int) -> None:
        """Check that tasks are what the evaluator calls a task.

        Raises:
            JudgeDown: one is not; the message names what is wrong with it.
        """
        self._ask({"define": [one if isinstance(one, int) else dict(one) for one in tasks]})

    def close(self) -> None:
        """End the process; closing twice is harmless."""
        with self._lock:
            if self._process is not None:
                self._process.end()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        line = json.dumps({**request, "seconds": math.ceil(self._seconds) + 1}).encode() + b"\n"
        with self._lock:
            said = self._running().ask(line, self._seconds)
        if "refused" in said:
            raise JudgeDown(f"WebArena-Verified's evaluator cannot judge this: {said['refused']}")
        return said

    def _running(self) -> EvaluatorProcess:
        """Return a process that is ready."""
        if self._process is None or not self._process.alive:
            python = installing.python()
            if self._process is not None:
                self._process.end()
            self._process = EvaluatorProcess(python)
            self._process.wait()
        return self._process


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
