"""Trajectories as WebArena's authors ask for them: no schema is published, so plain JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from env.verified.scrubbing import without
from webpilot.records.reading import EpisodeRecord, Run
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
    attempts = episode.tree.attempts
    for position, attempt in enumerate(attempts):
        follower = attempts[position + 1] if position + 1 < len(attempts) else None
        if follower is not None and follower.attempt > attempt.attempt:
            continue  # not taken over: another attempt followed
        nodes = {node["id"]: node for node in attempt.nodes}
        for key in attempt.chosen:
            node = nodes[key]
            if node["parent"] is None and position:
                continue  # the page that the search before has ended on
            if (node.get("move") or {}).get("raw") or node["parent"] is None:
                yield pages.get(node.get("page") or "", {}).get("url", "")
