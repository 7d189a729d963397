"""Builder of a whole run on disk, as the real ones look."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path as FilePath

from sample_rows import failed, row, spoiled
from sample_trees import Sketch, checkboxes, drag, hostile, menu

from webpilot.records.journal import EpisodeRecorder
from webpilot.records.rows import EpisodeRow, Measured
from webpilot.records.trees import SearchRecord
from webpilot.records.writing import RunFolder


def picture(shade: int, width: int = 160, height: int = 210) -> bytes:
    """Return a PNG: a plain page with one darker band."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(
        b"\0" + bytes([255 - shade if y // 20 == 3 else 250]) * width for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


EPISODES: tuple[tuple[EpisodeRow, tuple[Sketch, ...]], ...] = (
    (row(task="miniwob.click-checkboxes", seed=3), (checkboxes(),)),
    (row(task="miniwob.navigate-tree", seed=1, rollouts=19), (menu(0), menu(1))),
    (failed(task="miniwob.drag-box", seed=0), (drag(),)),
    (row(task="miniwob.circle-center", strict_success=None, reward_raw=0.62), ()),
    (
        failed(
            task="miniwob.login-user",
            split="test",
            stop_reason="budget",
            success=True,
            reward=1.0,
            reward_raw=0.4,
        ),
        (),
    ),
    (spoiled(task="miniwob.click-test", seed=7), ()),
    (failed(task="miniwob.unicode-test", seed=2, stop_reason="exhausted"), (hostile(),)),
)
"""Rows, each with the searches of its episode."""


def build_run(folder: FilePath) -> FilePath:
    """Write a run of seven finished episodes and one that goes on, and return its folder."""
    about = {
        "command": "python -m experiments.run +experiment=sample",
        "label": "offline policy, no language model",
        "budget": {"rollouts": 40, "explored_steps": 120, "seconds": 60},
        "settle": "virtual:500",
        "versions": {"chromium": "156.0.7431.2", "browsergym-core": "0.14.3", "git": "6ac2b86"},
    }
    with RunFolder(folder, config="searcher: webpilot\n", about=about) as run:
        for item, sketches in EPISODES:
            with run.episode(item.task, item.seed) as recorder:
                finished = _play(recorder, item, sketches)
            run.append(finished)
        run.write_summary(groupings={"part": {"miniwob.drag-box": "tuned on"}})
        with run.episode("miniwob.enter-date", 5) as recorder:
            recorder.event("task", {"goal": "Enter 04/09/2016 as the date.", "label": "offline"})
    return folder


def _play(recorder: EpisodeRecorder, item: EpisodeRow, sketches: Sequence[Sketch]) -> EpisodeRow:
    """Record an episode as the agent and the episode runner would, and return its row."""
    if not sketches:
        return item
    recorder.event("task", {"goal": sketches[0].subtask, "label": "offline policy"})
    recorder.event(
        "plan", {"revision": 0, "supersedes": None, "rationale": "", "subtasks": ["all of it"]}
    )
    for sketch in sketches:
        for name, data in sketch.events:
            recorder.event(name, data)
        recorder.event("stop", {"reason": "done", "best": sketch.best.id})
        recorder.event("subtask", {"done": True, "reason": "the goal's words are on the page"})
        if sketch is not sketches[-1]:
            recorder.event("lesson", {"text": "Open the other branch first."})
            recorder.event("fact", {"question": "the owner", "value": "Ada", "evidence": "by Ada"})
        for node in sketch.tree:
            recorder.observation(node.observation)
    steps = sketches[-1].tree.steps(sketches[-1].best)
    if item.strict_success:
        for number in range(len(steps) + 1):
            recorder.screenshot(number, picture(40 + 40 * number))
    recorder.tree(
        SearchRecord(
            task=item.task, seed=item.seed, attempts=tuple(each.record() for each in sketches)
        )
    )
    explored = sum(len(sketch.tree) - 1 for sketch in sketches)
    return replace(
        item,
        trajectory=tuple(step.action.raw for step in steps),
        committed_steps=len(steps),
        explored_steps=explored,
        rollouts=explored,
        measured=Measured(seconds=1.5 * explored, replayed_steps=explored // 2),
    )
