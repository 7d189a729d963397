"""What a report says of one episode, put together from its row, its trees and its journal."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from webpilot.records.drawing import thumbnail
from webpilot.records.reading import EpisodeRecord, load_run
from webpilot.records.rows import EpisodeRow
from webpilot.records.trees import AttemptRecord
from webpilot.report.figure import Figure, figure
from webpilot.report.nodes import Node, read_nodes
from webpilot.report.words import policy_label, verdict_of, why_failed

__all__ = ["AttemptView", "EpisodeView", "Step", "view_episode"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One committed action."""

    number: int
    """1 for the first."""
    action: str
    node: Node | None
    """The node that took it in the search, where it is known."""
    anchor: str
    """Where the node stands on the episode's page, or the empty string."""
    picture: str
    """The page after it as a data URI, or the empty string."""
    drifted: bool
    """The element was not found again on the judged page; the commit stopped here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeView:
    """One episode, everything in words and pictures."""

    name: str
    """Name of the episode's folder."""
    task: str
    seed: int
    row: EpisodeRow | None
    """``None`` while the episode is not finished."""
    goal: str
    label: str
    """What the policy is called."""
    verdict: str
    """``solved, partly, failed, spoiled`` or ``running``."""
    why: str
    """One line on why it is not solved."""
    plans: tuple[Mapping[str, Any], ...]
    """Every revision of the plan, first one first."""
    facts: tuple[Mapping[str, Any], ...]
    """What was read off pages: ``question``, ``value``, ``evidence``."""
    attempts: tuple[AttemptView, ...]
    steps: tuple[Step, ...]
    first_picture: str
    """The fresh page as a data URI, or the empty string."""
    notes: tuple[str, ...]

    @property
    def href(self) -> str:
        """Where the episode's page stands, seen from the report."""
        return f"episodes/{quote(self.name)}/tree.html"

    @property
    def small(self) -> tuple[Markup, ...]:
        """Small pictures of the searches, the last three of those that tried anything."""
        grown = [attempt.small for attempt in self.attempts if len(attempt.nodes) > 1]
        return tuple(grown[-3:])

    @property
    def planned(self) -> tuple[Mapping[str, Any], ...]:
        """Revisions of the plan, none where there never was more than one subtask."""
        told = [plan for plan in self.plans if plan["subtasks"] or plan.get("infeasible")]
        many = len(told) > 1 or any(len(plan["subtasks"]) != 1 for plan in told)
        return tuple(told) if many else ()

    @property
    def tried_count(self) -> int:
        """Nodes that were tried and are on no chosen path."""
        return sum(len(attempt.tried) for attempt in self.attempts)


def view_episode(record: EpisodeRecord) -> EpisodeView:
    """Return what there is to say of an episode, finished or not."""
    journal = record.journal()
    row = record.row or _row_in(record.folder.parent.parent, journal)
    told = _first(journal, "task")
    attempts = _attempts(record, journal)
    label = told.get("label") or (policy_label(row.policy) if row else "")
    return EpisodeView(
        name=record.folder.name,
        task=record.tree.task,
        seed=record.tree.seed,
        row=row,
        goal=told.get("goal", ""),
        label=label,
        verdict="running" if row is None else verdict_of(row),
        why="" if row is None else why_failed(row),
        plans=tuple(event for event in journal if event["event"] == "plan"),
        facts=tuple(event for event in journal if event["event"] == "fact"),
        attempts=attempts,
        steps=_steps(row, attempts, record.folder),
        first_picture=_picture(record.folder, 0),
        notes=tuple(
            f"no screenshots: {event['error']}"
            for event in journal
            if event["event"] == "no screenshots"
        ),
    )


def _row_in(run: Path, journal: Sequence[Mapping[str, Any]]) -> EpisodeRow | None:
    """Return the episode's row, from its own journal where the run does not hold it yet."""
    result = _first(journal, "result")
    if not result:
        return None
    head = ("seq", "at", "event")
    row = EpisodeRow.from_dict({key: value for key, value in result.items() if key not in head})
    if not (run / "results.jsonl").is_file():
        return row
    return next((each for each in load_run(run).rows if each.key == row.key), row)


def _first(journal: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next((event for event in journal if event["event"] == name), {})


def _attempts(
    record: EpisodeRecord, journal: Sequence[Mapping[str, Any]]
) -> tuple[AttemptView, ...]:
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
                stop_reason=_first(events, "stop").get("reason", ""),
                told=_first(events, "lesson").get("text", ""),
                judgement=_first(events, "subtask").get("reason", "").rstrip("."),
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


def _steps(
    row: EpisodeRow | None, attempts: Sequence[AttemptView], folder: Path
) -> tuple[Step, ...]:
    known = [
        (attempt.index, node)
        for attempt in attempts
        if attempt.adopted
        for node in attempt.chosen
        if not node.is_stop
    ]
    actions = [node.action for _, node in known] if row is None else list(row.trajectory)
    steps = []
    for position, action in enumerate(actions):
        index, node = known[position] if position < len(known) else (0, None)
        same = node is not None and node.action == action
        steps.append(
            Step(
                number=position + 1,
                action=action,
                node=node if same else None,
                anchor=f"n{index}-{node.id}" if node is not None and same else "",
                picture=_picture(folder, position + 1),
                drifted=row is not None and row.commit_drift_step == position,
            )
        )
    return tuple(steps)


def _picture(folder: Path, step: int) -> str:
    file = folder / f"step-{step:02d}.png"
    if not file.is_file():
        return ""
    return f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
