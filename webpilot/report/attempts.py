"""What a report says of one search of an episode, from its tree and its part of the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from webpilot.records.drawing import thumbnail
from webpilot.records.reading import EpisodeRecord, first_event
from webpilot.records.trees import AttemptRecord
from webpilot.report.figure import Figure, figure
from webpilot.report.nodes import Node, read_nodes

__all__ = ["AttemptView", "view_attempts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One search of an episode."""

    index: int
    """Position among the episode's searches, from 0."""
    subtask: str
    number: int
    """1 for the first attempt at the subtask."""
    adopted: bool
    """The chosen path was taken over; otherwise another attempt followed."""
    scale: str
    stop_reason: str
    told: str
    """The lesson of the attempt before, which its roles were given, or the empty string."""
    judgement: str
    """What the controller said of it, or the empty string."""
    nodes: tuple[Node, ...]
    figure: Figure
    small: Markup
    """A small picture of the tree."""

    @property
    def tried(self) -> tuple[Node, ...]:
        """Nodes beside the chosen path, in the order they were made."""
        return tuple(node for node in self.nodes if not node.on_path)

    @property
    def chosen(self) -> tuple[Node, ...]:
        """Nodes of the chosen path after the start."""
        return tuple(node for node in self.nodes if node.on_path and node.parent is not None)

    def outline(self) -> Iterator[Node]:
        """Yield all nodes, each followed by what lies below it."""
        children: dict[int | None, list[Node]] = {}
        for node in self.nodes:
            children.setdefault(node.parent, []).append(node)
        waiting = children.get(None, [])[::-1]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(children.get(node.id, [])))


def view_attempts(
    record: EpisodeRecord, journal: Sequence[Mapping[str, Any]]
) -> tuple[AttemptView, ...]:
    """Return the searches of an episode, in the order they were made."""
    recorded = record.tree.attempts
    pages = {event["digest"]: event for event in journal if event["event"] == "observation"}
    searches = _searches(journal, len(recorded))
    views = []
    for index, (attempt, events) in enumerate(zip(recorded, searches, strict=True)):
        following = recorded[index + 1] if index + 1 < len(recorded) else None
        nodes = read_nodes(
            attempt, pages=pages, restores=_restores(events), untried=_untried(journal, index)
        )
        views.append(
            AttemptView(
                index=index,
                subtask=attempt.subtask,
                number=attempt.attempt + 1,
                adopted=following is None or following.attempt <= attempt.attempt,
                scale=str(attempt.about.get("scale", "")),
                stop_reason=first_event(events, "stop").get("reason", ""),
                told=first_event(events, "lesson").get("text", ""),
                judgement=first_event(events, "subtask").get("reason", "").rstrip("."),
                nodes=nodes,
                figure=figure(nodes),
                small=_small(attempt),
            )
        )
    return tuple(views)


def _small(attempt: AttemptRecord) -> Markup:
    # The drawing escapes every text it holds, so it is safe to embed.
    return Markup(thumbnail(attempt.nodes, attempt.chosen))  # noqa: S704


def _searches(journal: Sequence[Mapping[str, Any]], count: int) -> list[list[Mapping[str, Any]]]:
    """Return the journal's events by search: each one up to its ``subtask`` event."""
    searches: list[list[Mapping[str, Any]]] = [[] for _ in range(count)]
    index = 0
    for event in journal:
        if index < count:
            searches[index].append(event)
        if event["event"] == "subtask":
            index += 1
    return searches


def _restores(events: Sequence[Mapping[str, Any]]) -> dict[int, list[str]]:
    found: dict[int, Counter[str]] = {}
    for event in events:
        if event["event"] == "restore":
            counts = found.setdefault(event["node"], Counter())
            counts[f"{event['tier']}, {event['level']}"] += 1
    return {
        node: [f"{count} × {how}" if count > 1 else how for how, count in counts.items()]
        for node, counts in found.items()
    }


def _untried(
    journal: Sequence[Mapping[str, Any]], index: int
) -> dict[int, Sequence[Mapping[str, Any]]]:
    return {
        event["node"]: event["candidates"]
        for event in journal
        if event["event"] == "untried" and event["attempt"] == index
    }
