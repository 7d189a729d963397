"""Trajectories as WebArena's authors ask for them: no schema is published, so plain JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from env.sites.secret_texts import without
from webpilot.records.reading import EpisodeRecord, Run
from webpilot.records.trees import AttemptRecord
from webpilot.submission.choosing import choose, row_of
from webpilot.submission.made import Made, Wish, new_folder, write_json

__all__ = ["make"]

MANIFEST = "manifest.json"


def make(run: Run, wish: Wish) -> Made:
    """Return one JSON file an episode and a manifest of their scores.

    Raises:
        ConfigError: something is missing or contaminated.
    """
    choice = choose(run, partial=wish.partial, seed=wish.seed)
    folder = new_folder(wish.output / wish.name)
    once = len({row_of(one).task for one in choice.episodes}) == len(choice.episodes)
    scores = {}
    for episode in choice.episodes:
        told = without(_told(episode), wish.secrets)
        # WebArena plays a task once; with several seeds, the file says which.
        number = str(told["task_id"])
        name = number if once else f"{number}.{told['seed']}"
        write_json(folder / f"{name}.json", told)
        scores[name] = told["score"]
    manifest = write_json(folder / MANIFEST, scores)
    return Made(
        files=(manifest, folder),
        tasks=len(choice.episodes),
        left_out=choice.gaps,
        to_do=(
            "put the folder where it can be read, and send its address to the benchmark's authors; "
            "nothing was sent",
        ),
    )


def _told(episode: EpisodeRecord) -> dict[str, Any]:
    """Return what one file says."""
    row = row_of(episode)
    number = row.task.partition(".")[2]
    return {
        "task_id": int(number) if number.isdecimal() else number,
        "seed": row.seed,
        "actions": list(row.trajectory),
        "urls": list(_urls(episode)),
        "answer": row.answer,
        "stop_reason": row.stop_reason,
        "score": float(bool(row.success)),
    }


def _urls(episode: EpisodeRecord) -> Iterator[str]:
    """Yield the canonical address of the first page, and of the one after every action."""
    pages = episode.pages()
    first = True
    for attempt in _adopted(episode.tree.attempts):
        nodes = {node["id"]: node for node in attempt.nodes}
        for node in (nodes[key] for key in attempt.chosen):
            is_root = node["parent"] is None
            # A later search begins on the page that the one before has ended on.
            if first if is_root else (node.get("move") or {}).get("raw"):
                yield pages.get(node.get("page") or "", {}).get("url", "")
        first = False


def _adopted(attempts: Sequence[AttemptRecord]) -> Iterator[AttemptRecord]:
    """Yield the searches whose chosen path was taken over: no further attempt followed."""
    for attempt, follower in zip_longest(attempts, attempts[1:]):
        if follower is None or follower.attempt <= attempt.attempt:
            yield attempt
