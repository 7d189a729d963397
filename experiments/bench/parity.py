"""Whether FastBrowserEnv says what BrowserGym says, over random action scripts.

Both environments load the same served pages with the same seeds; each script is drawn from what
our page offers, and BrowserGym repeats it in a process of its own. An episode is compared until its
first difference, because later ones would only follow from it.

    python -m experiments.bench.parity --json parity.json          # a small fixed sample
    python -m experiments.bench.parity --full                      # 125 tasks, 3 seeds each
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import env.gym
from env.gym.peer import Peer, Said, action_set, said
from env.miniwob.catalogue import load, task_classes, tasks
from env.miniwob.page import FOLDER
from env.server import PageServer, miniwob_folder
from experiments.bench.drawing import draw, shown
from experiments.bench.tables import save, table

__all__ = ["Compared", "compare", "main", "summary"]

SAMPLE = (
    *("click-checkboxes", "enter-text", "book-flight", "choose-list", "use-slider", "drag-items"),
    *("email-inbox", "click-menu", "use-autocomplete", "click-shape", "login-user", "tic-tac-toe"),
)
STEPS = 5
FULL_SEEDS = (0, 1, 2)
KNOBS = {"slow_mo": 0}
"""BrowserGym's own sleep between Playwright's calls tells nothing; its half second stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One observation of both environments."""

    task: str
    seed: int
    step: int
    """0 after the reset."""
    action: str
    """What led there; empty after the reset."""
    differs: tuple[str, ...]
    """Which of text, focus, reward, done and error differ."""
    ours: Said
    theirs: Said

    def equal(self, *fields: str) -> bool:
        """Whether none of these differs."""
        return not set(fields) & set(self.differs)


def compare(task: str, seed: int, *, steps: int, peer: Peer, base_url: str) -> Iterator[Compared]:
    """Yield one episode's observations on both sides, the first that differs last."""
    rng = random.Random(f"{task} {seed}")
    actions = action_set()
    fast = env.gym.FastBrowserEnv(
        task_entrypoint=task_classes()[load(task).name],
        task_kwargs={"base_url": base_url},
        action_mapping=actions.to_python_code,
    )
    action, done = "", False
    try:
        for step in range(steps + 1):
            if step == 0:
                peer.reset(task, seed, base_url=base_url, knobs=KNOBS)
                observation, _ = fast.reset(seed=seed)
                ours = said(observation, 0.0, False, 0.0)
            else:
                action = draw(rng, shown(observation), tuple(actions.action_set))
                peer.step(action)
                observation, reward, done, _, _ = fast.step(action)
                ours = said(observation, reward, done, 0.0)
            theirs = peer.answer()
            yield (
                compared := Compared(
                    task=task,
                    seed=seed,
                    step=step,
                    action=action,
                    differs=differing(ours, theirs),
                    ours=ours,
                    theirs=theirs,
                )
            )
            if compared.differs or done:
                return
    finally:
        fast.close()


def differing(ours: Said, theirs: Said) -> tuple[str, ...]:
    """Return what differs; of an error only the first line counts."""
    pairs = {
        "text": (ours.text, theirs.text),
        "focus": (ours.focused, theirs.focused),
        "reward": (ours.reward, theirs.reward),
        "done": (ours.done, theirs.done),
        "error": (first_line(ours.error), first_line(theirs.error)),
    }
    return tuple(name for name, (one, other) in pairs.items() if one != other)


def first_line(error: str) -> str:
    """Return class and first line of an error."""
    return error.split("\n", 1)[0]


def summary(rows: Sequence[Compared]) -> dict[str, int]:
    """Return how many episodes and observations there were, and how many of these were equal.

    A reward is equal where the reward and the end of the episode are.
    """
    return {
        "episodes": sum(row.step == 0 for row in rows),
        "observations": len(rows),
        "equal_text": sum(row.equal("text") for row in rows),
        "equal_reward": sum(row.equal("reward", "done") for row in rows),
        "equal_error": sum(row.equal("error") for row in rows),
    }


def told(row: Compared) -> str:
    """Return the lines that tell what differs, ours first."""
    lines = [f"{row.task} seed {row.seed} step {row.step}: {row.action or 'reset'}"]
    for name in row.differs:
        if name == "text":
            lines += [f"  {line}" for line in text_difference(row.ours.text, row.theirs.text)]
            continue
        field = {"focus": "focused"}.get(name, name)
        ours, theirs = getattr(row.ours, field), getattr(row.theirs, field)
        lines.append(f"  {name}: ours {ours!r}, BrowserGym {theirs!r}")
    return "\n".join(lines)


def text_difference(ours: str, theirs: str, most: int = 6) -> list[str]:
    """Return the first lines that only one of two texts has."""
    left, right = ours.splitlines(), theirs.splitlines()
    only_ours, only_theirs = Counter(left) - Counter(right), Counter(right) - Counter(left)
    lines = [f"only ours: {line.strip()}" for line in left if line in only_ours][:most]
    lines += [f"only BrowserGym: {line.strip()}" for line in right if line in only_theirs][:most]
    return lines or ["the same lines in another order"]


def chosen(arguments: argparse.Namespace) -> tuple[list[str], list[int]]:
    """Return the tasks and seeds that were asked for."""
    seeds = arguments.seeds or (list(FULL_SEEDS) if arguments.full else [0])
    if arguments.tasks:
        return [load(name).name for name in arguments.tasks], seeds
    every = [task.name for task in tasks()]
    if arguments.full:
        return every, seeds
    if arguments.sample:
        return random.Random(0).sample(every, min(arguments.sample, len(every))), seeds
    return list(SAMPLE), seeds


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Return the command's arguments."""
    parser = argparse.ArgumentParser(prog="experiments.bench.parity", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--tasks", nargs="+", help="names of tasks; by default a fixed sample")
    parser.add_argument("--seeds", nargs="+", type=int, help="seeds of the instances")
    parser.add_argument("--steps", type=int, default=STEPS, help="actions an episode at most")
    parser.add_argument("--sample", type=int, help="how many tasks to draw")
    parser.add_argument("--full", action="store_true", help="every task, three seeds each")
    parser.add_argument("--json", type=Path, help="where to write summary and rows")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Compare, print and write; return the exit status."""
    arguments = parsed(sys.argv[1:] if argv is None else argv)
    names, seeds = chosen(arguments)
    rows: list[Compared] = []
    began = time.monotonic()
    try:
        with PageServer(miniwob_folder()) as server, Peer() as peer:
            base_url = server.url + FOLDER
            for task in names:
                for seed in seeds:
                    episode = compare(
                        task, seed, steps=arguments.steps, peer=peer, base_url=base_url
                    )
                    for row in episode:
                        rows.append(row)
                        if row.differs:
                            print(told(row), flush=True)
    finally:
        env.gym.close_browser()
    print(report(rows, time.monotonic() - began))
    save(arguments.json, summary(rows), [plain(row) for row in rows])
    return 0


def report(rows: Sequence[Compared], seconds: float) -> str:
    """Return the table of the whole run."""
    found = summary(rows)
    shares = [
        (name, found[f"equal_{name}"], found["observations"])
        for name in ("text", "reward", "error")
    ]
    return (
        f"\n{found['episodes']} episodes, {found['observations']} observations, {seconds:.0f} s\n"
        + table(("equal", "n", "of"), shares)
    )


def plain(row: Compared) -> dict[str, Any]:
    """Return a row as JSON; texts only where they differ."""
    fields = asdict(row)
    if row.equal("text"):
        fields["ours"].pop("text")
        fields["theirs"].pop("text")
    return fields


if __name__ == "__main__":
    raise SystemExit(main())
