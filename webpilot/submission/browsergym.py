"""The entry of a run on the BrowserGym leaderboard: a README and a list of one result."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from webpilot.errors import ConfigError
from webpilot.records.reading import EpisodeRecord, Run
from webpilot.records.rows import EpisodeRow
from webpilot.submission.choosing import Choice, choose, row_of
from webpilot.submission.made import Made, Wish, new_folder, write_json

__all__ = ["BENCHMARKS", "make"]

BENCHMARKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "miniwob": ("miniwob", "MiniWoB"),
        "webarena": ("webarena", "WebArena"),
        "webarena_verified": ("webarena_verified", "WebArena-Verified"),
    }
)
"""File name and spelling of a benchmark on the leaderboard, by our name of it."""
UNKNOWN = "?"
"""What only the user can say."""


def make(run: Run, wish: Wish) -> Made:
    """Return the files ``README.md`` and ``BENCHMARK.json`` of one agent.

    Raises:
        ConfigError: something is missing or contaminated, or the benchmark has no leaderboard.
    """
    choice = choose(run, partial=wish.partial, seed=wish.seed)
    if choice.benchmark not in BENCHMARKS:
        known = ", ".join(BENCHMARKS)
        raise ConfigError(
            f"{run.path} is a run of {choice.benchmark}, which the BrowserGym leaderboard does not "
            f"list: it takes {known}"
        )
    file, _ = BENCHMARKS[choice.benchmark]
    entry = _entry(run, choice)
    folder = new_folder(wish.output / wish.name)
    readme = folder / "README.md"
    readme.write_text(_readme(run, choice, entry), encoding="utf-8")
    open_fields = [name for name, value in entry.items() if value == UNKNOWN]
    return Made(
        files=(write_json(folder / f"{file}.json", [entry]), readme),
        tasks=len({row_of(one).task for one in choice.episodes}),
        left_out=choice.gaps,
        to_do=(
            f"fill in what stands as {UNKNOWN!r}: {', '.join(open_fields)}",
            f"open a pull request that adds results/{entry['agent_name']}/ to the leaderboard's "
            "Space; nothing was sent",
        ),
    )


def _entry(run: Run, choice: Choice) -> dict[str, Any]:
    rows = [row_of(one) for one in choice.episodes]
    share = sum(bool(row.success) for row in rows) / len(rows)
    followed, why = _protocol(rows, choice)
    return {
        "agent_name": _agent_name(rows),
        "study_id": str(uuid.uuid5(uuid.NAMESPACE_OID, _identity(run, rows))),
        "date_time": f"{_began(choice.episodes):%Y-%m-%d %H:%M:%S}",
        "benchmark": BENCHMARKS[choice.benchmark][1],
        "score": round(100 * share, 2),
        "std_err": round(100 * math.sqrt(share * (1 - share) / len(rows)), 2),
        "benchmark_specific": "Yes" if {row.policy for row in rows} == {"offline"} else UNKNOWN,
        "benchmark_tuned": UNKNOWN,
        "followed_evaluation_protocol": followed,
        "reproducible": UNKNOWN,
        "comments": why,
        "original_or_reproduced": "Original",
    }


def _protocol(rows: Sequence[EpisodeRow], choice: Choice) -> tuple[str, str]:
    """Return whether each task was played as published agents play it, and what was not."""
    explored = sum(row.explored_steps for row in rows)
    remarks = []
    if explored:
        remarks.append(
            f"{explored} steps of exploration before {sum(row.committed_steps for row in rows)} "
            "committed ones: search tries actions out before the judged episode, and published "
            "agents have that episode alone"
        )
    remarks += [f"left out: {line}" for line in choice.gaps]
    counted = f"{len(rows)} episodes of {len({row.task for row in rows})} tasks"
    return ("No" if remarks else "Yes"), "; ".join([counted, *remarks])


def _agent_name(rows: Sequence[EpisodeRow]) -> str:
    parts = sorted({f"{row.preset}-{row.model or row.policy}" for row in rows})
    return "WebPilot-" + "-".join(part.replace("/", "-").replace(" ", "-") for part in parts)


def _identity(run: Run, rows: Sequence[EpisodeRow]) -> str:
    return run.config + "\n".join(row.to_json() for row in rows)


def _began(episodes: Sequence[EpisodeRecord]) -> datetime:
    """Return when the first episode began; when the run was written to last, where none says."""
    moments = [line["began"] for one in episodes for line in one.journal()[:1] if line.get("began")]
    if not moments:
        moments = [one.folder.parent.parent.stat().st_mtime for one in episodes[:1]]
    return datetime.fromtimestamp(min(moments), UTC)


def _readme(run: Run, choice: Choice, entry: Mapping[str, Any]) -> str:
    about = run.summary.get("run", {})
    label = about.get("label", "not recorded")
    versions = json.dumps(about.get("versions", {}), ensure_ascii=False)
    budget = json.dumps(about.get("budget", {}), ensure_ascii=False)
    return f"""# {entry["agent_name"]}

- **Model**: {label}
- **Architecture**: WebPilot: a global plan of subtasks; for each, a tree search on live pages whose
  best path is committed to the judged episode.
- **Input and output**: BrowserGym's accessibility tree as text; one BrowserGym action at a time.
- **Training**: {UNKNOWN}
- **Budget of an episode**: {budget}
- **Versions**: {versions}

{entry["score"]} % of {len(choice.episodes)} episodes on {entry["benchmark"]}. {entry["comments"]}.
"""
