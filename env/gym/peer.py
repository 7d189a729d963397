"""BrowserGym's own environment in a process of its own, to be compared with ours step by step.

``python -m env.gym.peer`` reads one JSON request a line from standard input and answers each with
one line: ``{"reset": {task, seed, base_url, knobs}}``, ``{"step": action}``, ``{"close": null}``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from env.miniwob.catalogue import load, task_classes
from env.miniwob.reference import browsers_folder
from webpilot.closing import Closing
from webpilot.errors import EnvironmentDown

__all__ = ["KNOBS", "SHIPPED", "Peer", "Said", "action_set", "said", "text_of"]

SHIPPED: Mapping[str, Any] = {}
"""BrowserGym as it is."""
KNOBS: Mapping[str, Any] = {"slow_mo": 0, "pre_observation_delay": 0}
"""BrowserGym without its sleeps, as its public parameters allow."""
SUBSETS = ("chat", "infeas", "bid", "coord", "nav", "tab")
"""Every primitive that BrowserGym offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an environment says after a reset or a step."""

    text: str
    """``flatten_axtree_to_str`` of its tree."""
    focused: str
    reward: float
    done: bool
    error: str
    """``last_action_error``, whole."""
    seconds: float
    """What the reset or the step took."""


class Peer(Closing):
    """The other process; used by one thread."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="webpilot-peer-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "env.gym.peer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PLAYWRIGHT_BROWSERS_PATH": self._folder.name},
            cwd=Path(__file__).resolve().parents[2],
        )

    def reset(
        self, task: str, seed: int, *, base_url: str, knobs: Mapping[str, Any] = SHIPPED
    ) -> None:
        """Begin an episode; ``base_url`` is the folder of the task's page."""
        request = {"task": task, "seed": seed, "base_url": base_url, "knobs": dict(knobs)}
        self._ask("reset", request)

    def step(self, action: str) -> None:
        """Begin a step."""
        self._ask("step", action)

    def answer(self) -> Said:
        """Return what the environment said to what was begun last.

        Raises:
            EnvironmentDown: its process ended.
        """
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                return Said(**json.loads(line))
        raise EnvironmentDown("BrowserGym's process ended without an answer")

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def _ask(self, request: str, content: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({request: content}) + "\n")
        self._process.stdin.flush()


def action_set(subsets: tuple[str, ...] = SUBSETS) -> Any:
    """Return BrowserGym's action set of one call at a time."""
    from browsergym.core.action.highlevel import HighLevelActionSet

    return HighLevelActionSet(list(subsets), multiaction=False)


def text_of(observation: Mapping[str, Any]) -> str:
    """Return BrowserGym's own text of an observation's tree."""
    from browsergym.utils.obs import flatten_axtree_to_str

    return str(flatten_axtree_to_str(observation["axtree_object"]))


def said(observation: Mapping[str, Any], reward: float, done: bool, seconds: float) -> Said:
    """Return what a step gave."""
    return Said(
        text=text_of(observation),
        focused=observation["focused_element_bid"],
        reward=float(reward),
        done=bool(done),
        error=observation["last_action_error"],
        seconds=seconds,
    )


def main() -> None:
    """Answer requests until the input ends."""
    from browsergym.core.env import BrowserEnv

    browsers_folder()
    mapping = action_set().to_python_code
    env: Any = None
    key: Any = None
    for line in sys.stdin:
        ((request, content),) = json.loads(line).items()
        started = time.perf_counter()
        if request == "step":
            observation, reward, done, _, _ = env.step(content)
        else:
            wanted = (content["task"], content["base_url"], content["knobs"])
            if wanted != key:
                if env is not None:
                    env.close()
                env, key = (
                    BrowserEnv(
                        task_entrypoint=task_classes()[load(content["task"]).name],
                        task_kwargs={"base_url": content["base_url"]},
                        action_mapping=mapping,
                        **content["knobs"],
                    ),
                    wanted,
                )
                started = time.perf_counter()
            observation, _ = env.reset(seed=content["seed"])
            reward, done = 0.0, False
        answer = said(observation, reward, done, time.perf_counter() - started)
        sys.stdout.write(json.dumps(asdict(answer)) + "\n")
        sys.stdout.flush()
    if env is not None:
        env.close()


if __name__ == "__main__":
    main()
