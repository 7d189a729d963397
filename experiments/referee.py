"""A random share of the verdicts, checked by BrowserGym's own environment (decision 10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from env.miniwob.reference import Opinion, Replay, judge
from webpilot.errors import EnvironmentDown
from webpilot.records.disk import write_atomically
from webpilot.records.rows import EpisodeRow, latest
from webpilot.records.writing import RunFolder

__all__ = ["drawn", "second_opinion"]


def second_opinion(folder: RunFolder, *, share: float, seed: int) -> tuple[str, ...]:
    """Return one line for each disagreement, after writing ``referee.json``.

    Args:
        folder: the run; its judged rows are drawn from.
        share: share of the episodes in [0, 1] that are judged again.
        seed: seed of the draw.
    """
    rows = [row for row in drawn(latest(folder.rows()), share=share, seed=seed)]
    path = folder.path / "referee.json"
    known = {row.key for row in rows}
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        if {tuple(each) for each in before["judged"]} == known:
            return tuple(before["disagreements"])
    replays = [Replay(task=row.task, seed=row.seed, actions=row.trajectory) for row in rows]
    try:
        opinions = judge(replays)
    except EnvironmentDown as error:
        return (f"no second opinion: {error}",)
    lines = tuple(
        line
        for row, opinion in zip(rows, opinions, strict=True)
        if (line := _differs(row, opinion))
    )
    record = {"schema": 1, "share": share, "judged": sorted(known), "disagreements": lines}
    write_atomically(path, json.dumps(record, indent=1) + "\n")
    return lines


def drawn(rows: Sequence[EpisodeRow], *, share: float, seed: int) -> list[EpisodeRow]:
    """Return the judged rows whose draw falls below ``share``; each row's draw is its own."""
    return [
        row
        for row in rows
        if row.reward is not None and _draw(f"{seed} {row.task} {row.seed}") < share
    ]


def _draw(key: str) -> float:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) / 2**64


def _differs(row: EpisodeRow, opinion: Opinion) -> str:
    if row.reward == opinion.reward and row.reward_raw == opinion.reward_raw:
        return ""
    return (
        f"{row.task} seed {row.seed}: reward {row.reward} (raw {row.reward_raw}) here, "
        f"{opinion.reward} (raw {opinion.reward_raw}) in BrowserGym"
    )
