"""What a report says of one episode, put together from its row, its trees and its journal."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from webpilot.records.reading import EpisodeRecord, first_event, load_run
from webpilot.records.rows import EpisodeRow
from webpilot.report.attempts import AttemptView, view_attempts
from webpilot.report.nodes import Node
from webpilot.report.words import policy_label, verdict_of, why_failed

__all__ = ["EpisodeView", "Step", "view_episode"]


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
    told = first_event(journal, "task")
    attempts = view_attempts(record, journal)
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
    result = first_event(journal, "result")
    if not result:
        return None
    head = ("seq", "at", "event")
    row = EpisodeRow.from_dict({key: value for key, value in result.items() if key not in head})
    if not (run / "results.jsonl").is_file():
        return row
    return next((each for each in load_run(run).rows if each.key == row.key), row)


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
