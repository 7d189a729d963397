"""BrowserGym's own environment, unmodified, in a process of its own: a second opinion.

BrowserGym keeps one global Playwright per process and starts two browsers per reset, so it never
shares a process with our world. :func:`judge` starts ``python -m env.miniwob.reference``, which
reads the episodes as JSON from standard input and writes one line of JSON for each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from env.chromium import browser_path
from env.miniwob.catalogue import load, task_classes
from env.server import PageServer, miniwob_folder
from webpilot.errors import EnvironmentDown

__all__ = ["Opinion", "Replay", "browsers_folder", "judge"]

SECONDS_PER_EPISODE = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A committed path to be judged again."""

    task: str
    seed: int
    actions: tuple[str, ...]
    """BrowserGym's action strings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What BrowserGym's environment says of a replay."""

    task: str
    seed: int
    reward: float
    reward_raw: float
    errors: tuple[str, ...]
    """Its ``last_action_error`` after each action, first line."""


def judge(replays: Sequence[Replay]) -> list[Opinion]:
    """Return BrowserGym's verdict on each replay, in order.

    Raises:
        EnvironmentDown: its process failed or hung.
    """
    if not replays:
        return []
    with tempfile.TemporaryDirectory(prefix="webpilot-reference-") as folder:
        environment = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": folder}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "env.miniwob.reference"],
                input=json.dumps([asdict(replay) for replay in replays]),
                capture_output=True,
                text=True,
                env=environment,
                cwd=Path(__file__).resolve().parents[2],
                timeout=SECONDS_PER_EPISODE * len(replays),
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            raise EnvironmentDown("BrowserGym's environment did not answer in time") from error
        except subprocess.CalledProcessError as error:
            last = (error.stderr or "").strip().splitlines()[-1:] or ["no message"]
            raise EnvironmentDown(f"BrowserGym's environment failed: {last[0]}") from error
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [Opinion(**{**line, "errors": tuple(line["errors"])}) for line in lines]


def browsers_folder() -> None:
    """Return ``None`` once Playwright finds our browser where it looks for its own.

    ``executable_path`` alone is not enough for BrowserGym: its chat window starts a second
    browser without it. ``PLAYWRIGHT_BROWSERS_PATH`` must already name a folder of ours.
    """
    from browsergym.core.env import _get_global_playwright

    expected = Path(_get_global_playwright().chromium.executable_path)
    expected.parent.mkdir(parents=True, exist_ok=True)
    expected.symlink_to(browser_path())


def replayed(replays: Sequence[dict[str, Any]], base_url: str) -> Iterator[Opinion]:
    """Yield BrowserGym's verdict on each replay; runs in the process of its own."""
    from browsergym.core.action.highlevel import HighLevelActionSet
    from browsergym.core.env import BrowserEnv

    actions = HighLevelActionSet("miniwob_all", multiaction=False, strict=True)
    for replay in replays:
        env = BrowserEnv(
            task_entrypoint=task_classes()[load(replay["task"]).name],
            task_kwargs={"base_url": base_url},
            action_mapping=actions.to_python_code,
        )
        try:
            _, info = env.reset(seed=replay["seed"])
            reward, raw = 0.0, float(info["task_info"]["RAW_REWARD_GLOBAL"])
            errors = []
            for action in replay["actions"]:
                observation, reward, done, _, info = env.step(action)
                raw = float(info["task_info"].get("RAW_REWARD_GLOBAL", raw))
                errors.append(str(observation["last_action_error"]).split("\n", 1)[0])
                if done:
                    break
        finally:
            env.close()
        yield Opinion(
            task=replay["task"],
            seed=replay["seed"],
            reward=float(reward),
            reward_raw=raw,
            errors=tuple(errors),
        )


def main() -> None:
    """Read replays from standard input, write opinions to standard output."""
    browsers_folder()
    with PageServer(miniwob_folder()) as server:
        for opinion in replayed(json.load(sys.stdin), server.url + "miniwob/"):
            sys.stdout.write(json.dumps(asdict(opinion)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
