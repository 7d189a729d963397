"""A run that is interrupted and robbed of its browser again and again, and must survive it.

    python -m experiments.endurance --episodes 100 --folder runs/endurance

Starts the same run over and over. At a random moment each start is either interrupted (SIGINT to
the run) or loses its browser (SIGKILL). After each, no process of the run may be left and every
file must be whole. Bounded: it ends when the episodes are played or the starts are used up.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from webpilot.records.disk import UNFINISHED
from webpilot.records.rows import EpisodeRow

__all__ = ["MARKER", "Findings", "endure", "outliving", "torn_files"]

MARKER = "WEBPILOT_ENDURANCE"
GONE_SECONDS = 15.0
"""Time a killed browser's processes have to end."""
EXPECTED = {0, 1, 130, -signal.SIGINT}
"""Exit codes of a run: done, spoiled by the world, interrupted; the last before it has begun."""
MOST_PATIENT = 8.0
"""How many times longer than asked for a run that gets nowhere may be let alone."""
TASKS = (
    "miniwob.enter-date",
    "miniwob.click-collapsible-2",
    "miniwob.login-user",
    "miniwob.navigate-tree",
    "miniwob.click-checkboxes",
)


@dataclass(slots=True, kw_only=True)
class Findings:
    """What an endurance run saw."""

    starts: int = 0
    interrupted: int = 0
    robbed: int = 0
    """Browsers killed."""
    played: int = 0
    """Episodes with a row."""
    spoiled: int = 0
    """Rows that blame the browser: each must be the work of a kill."""
    exit_codes: set[int] = field(default_factory=set)
    left_over: list[str] = field(default_factory=list)
    """Processes that outlived their run."""
    torn: list[str] = field(default_factory=list)
    """Files that were not whole."""

    @property
    def sound(self) -> bool:
        """Whether nothing was left over, nothing torn, and no fault came from elsewhere."""
        expected = self.exit_codes <= EXPECTED
        return not self.left_over and not self.torn and self.spoiled <= self.robbed and expected


def endure(folder: Path, *, episodes: int, seed: int = 0, pause: tuple[float, float]) -> Findings:
    """Return what happened until ``episodes`` episodes have a row.

    Args:
        folder: the run's folder; must not exist.
        episodes: a multiple of the number of :data:`TASKS`.
        seed: seed of the moments and the kinds of violence.
        pause: shortest and longest time in seconds before each act of violence; longer where a
            start is struck before it has finished an episode, as on a slow or busy machine.
    """
    chance = random.Random(seed)
    patience = 1.0
    findings = Findings()
    rows: list[EpisodeRow] = []
    while len(rows) < episodes and findings.starts < 4 * episodes:
        marker = uuid.uuid4().hex
        run = _start(folder, seeds=episodes // len(TASKS), marker=marker)
        findings.starts += 1
        _harm(run, marker, chance, findings, patience * chance.uniform(*pause))
        code = run.wait(timeout=240)
        findings.exit_codes.add(code)
        findings.left_over += outliving(marker)
        findings.torn += torn_files(folder)
        before, rows = rows, _rows(folder)
        if len(rows) == len(before):
            patience = min(2 * patience, MOST_PATIENT)
        if code not in EXPECTED:
            break  # the run itself is refused, and would be again
    findings.played = len(rows)
    findings.spoiled = sum(row.is_infrastructure for row in rows)
    return findings


def torn_files(folder: Path) -> list[str]:
    """Return the names of all files of a run that are not whole, with why."""
    torn = [f"{path}: half-written" for path in folder.rglob(f"*{UNFINISHED}")]
    for path in [*folder.rglob("*.json"), *folder.rglob("*.jsonl")]:
        text = path.read_text(encoding="utf-8")
        parts = text.splitlines() if path.suffix == ".jsonl" else [text]
        try:
            for part in parts:
                json.loads(part)
        except ValueError as error:
            torn.append(f"{path}: {error}")
    return torn


def processes(marker: str) -> Iterator[tuple[int, str]]:
    """Yield pid and command of every living process that a start with this marker has made."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"{MARKER}={marker}".encode() in environment and state != "Z":
            yield int(entry.name), command.strip()


def _start(folder: Path, *, seeds: int, marker: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "experiments.run",
        f"task=[{','.join(TASKS)}]",
        f"seeds={seeds}",
        f"run.root={folder.parent}",
        f"run.name={folder.name}",
        "env.screenshots=false",
        "env.referee=0",
    ]
    return subprocess.Popen(
        command,
        env={**os.environ, MARKER: marker},
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _harm(
    run: subprocess.Popen[bytes],
    marker: str,
    chance: random.Random,
    findings: Findings,
    seconds: float,
) -> None:
    """Interrupt the run or kill its browser after a while, or once more before it goes on."""
    try:
        run.wait(timeout=seconds)
        return
    except subprocess.TimeoutExpired:
        pass
    if chance.random() < 0.5:
        findings.interrupted += 1
        run.send_signal(signal.SIGINT)
        return
    roots = [pid for pid, command in processes(marker) if "--remote-debugging-pipe" in command]
    if roots:
        findings.robbed += 1
        os.kill(min(roots), signal.SIGKILL)
    try:
        run.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        findings.interrupted += 1
        run.send_signal(signal.SIGINT)


def outliving(marker: str) -> list[str]:
    """Return the processes with this marker that are still there after a while."""
    deadline = time.monotonic() + GONE_SECONDS
    while (left := list(processes(marker))) and time.monotonic() < deadline:
        time.sleep(0.1)
    return [f"{pid} {command[:120]}" for pid, command in left]


def _rows(folder: Path) -> list[EpisodeRow]:
    file = folder / "results.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [EpisodeRow.from_json(line) for line in lines]


def main() -> None:
    """Print what was found; exit 1 where something was left over or torn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path("runs/endurance"))
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    # Started in the background of a script we would ignore interrupts, and so would every run.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if chosen.folder.exists():
        sys.exit(f"error: {chosen.folder} exists; remove it or choose another --folder")
    findings = endure(
        chosen.folder.resolve(), episodes=chosen.episodes, seed=chosen.seed, pause=(2.0, 12.0)
    )
    print(
        f"{findings.played} episodes in {findings.starts} starts: {findings.interrupted} "
        f"interrupted, {findings.robbed} browsers killed, {findings.spoiled} episodes spoiled; "
        f"left over: {len(findings.left_over)}, torn: {len(findings.torn)}, "
        f"exit codes: {sorted(findings.exit_codes)}"
    )
    for line in [*findings.left_over, *findings.torn]:
        print(line)
    sys.exit(0 if findings.sound else 1)


if __name__ == "__main__":
    main()
