"""The program that runs WebArena-Verified's evaluator, unmodified, in that package's environment.

It runs as ``python -I evaluator_program.py`` and imports nothing of ours. Every line of standard
input is a request, every line of standard output its answer, both JSON; it ends with its input.
A request that takes longer than its ``seconds`` ends the process by the kernel's own alarm, which
needs neither the interpreter's lock nor a living owner.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from webarena_verified.api import WebArenaVerified
from webarena_verified.api.internal.data_reader import WebArenaVerifiedDataReader
from webarena_verified.api.internal.evaluator import WebArenaVerifiedEvaluator
from webarena_verified.types.config import WebArenaVerifiedConfig
from webarena_verified.types.eval import TaskEvalContext
from webarena_verified.types.task import WebArenaVerifiedTask
from webarena_verified.types.tracing import NetworkTrace

__all__ = ["answer"]

NOWHERE = Path("none")
"""What an empty trace gives as its file."""


def answer(request: Mapping[str, Any], reader: WebArenaVerifiedDataReader) -> dict[str, Any]:
    """Return what one request is answered.

    Raises:
        ValueError, KeyError, TypeError: the request makes no sense.
        OSError: its HAR file cannot be read.
    """
    if "define" in request:
        return {"defined": [_task(one, reader).task_id for one in request["define"]]}
    config = WebArenaVerifiedConfig.model_validate(
        {"environments": {name: {"urls": [url]} for name, url in request["sites"].items()}}
    )
    task = _task(request["task"], reader)
    if lacking := [site.value for site in task.sites if site not in (config.environments or {})]:
        # The evaluator would guess addresses from the trace.
        raise ValueError(f"no address is given of {', '.join(lacking)}")
    evaluator = WebArenaVerifiedEvaluator(config=config, reader=reader)
    context = TaskEvalContext(
        task=task,
        agent_response_raw=request["response"],
        network_trace=_trace(request["har"]),
        config=config,
    )
    result: dict[str, Any] = evaluator.evaluate_task(context=context).model_dump(mode="json")
    return result


def _task(task: Any, reader: WebArenaVerifiedDataReader) -> WebArenaVerifiedTask:
    if isinstance(task, int):
        return reader.get_task_by_id(task)
    return WebArenaVerifiedTask.model_validate(task)


def _trace(har: str | None) -> NetworkTrace:
    if har is None:
        return NetworkTrace.model_construct(is_playwright=False, src_file=NOWHERE, events=())
    return NetworkTrace.from_har(Path(har))


def say(stream: TextIO, data: Mapping[str, Any]) -> None:
    """Write one line."""
    stream.write(json.dumps(data) + "\n")
    stream.flush()


def main() -> None:
    """Answer until the input ends."""
    logging.disable(logging.CRITICAL)
    # What a library prints must not stand among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    reader = WebArenaVerified(config=WebArenaVerifiedConfig())._reader
    say(answers, {"ready": len(reader.tasks)})
    for line in sys.stdin:
        request = json.loads(line)
        signal.alarm(request["seconds"])
        try:
            said = answer(request, reader)
        except (OSError, TypeError, ValueError, KeyError) as error:
            said = {"refused": f"{type(error).__name__}: {error}"}
        signal.alarm(0)
        say(answers, said)


if __name__ == "__main__":
    main()
