"""What a report says of one node of a search tree, made from the plain data of ``tree.json``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webpilot.records.trees import AttemptRecord
from webpilot.report.choices import move_told, why_lost

__all__ = ["Lesson", "Node", "Page", "read_nodes"]

Page = Mapping[str, Any]
"""One recorded page: ``url``, ``title``, ``text``."""

_SCALES = {"paper": 10.0}
"""Best value of a scale, by its name in ``tree.json``; of any other scale it is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One reflection."""

    reader: str
    """Whom it is for."""
    text: str
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node, with everything a reader may ask of it already in words."""

    id: int
    parent: int | None
    depth: int
    action: str
    """What was done to get here: the action string, ``start``, or ``stop: done``."""
    is_stop: bool
    target: str
    """The element acted on as its page showed it, e.g. ``button 'Submit'``."""
    intent: str
    why: str
    """Why it was proposed."""
    prior: float | None
    """Probability in [0, 1] among the proposals of one call."""
    visits: int
    reward: float | None
    """The node's own score in the searcher's scale."""
    value: float | None
    """In the searcher's scale."""
    mean: float | None
    share: float | None
    """``value`` as a share of the best value of the scale, in [0, 1]."""
    effect: str
    """What the action did, in the describing role's words, or the empty string."""
    effectiveness: float | None
    """In [0, 10]."""
    promise: float | None
    """In [0, 10]."""
    reason: str
    """Why it was scored so."""
    done: bool
    """The search judged the subtask done here."""
    completion: str
    """Why it was judged done or not done."""
    lessons: tuple[Lesson, ...]
    simulation: Mapping[str, Any] | None
    status: str
    ended: bool
    """The page takes no more actions."""
    step: int | None
    """Number of the action on the chosen path (0 is the start), or ``None`` beside it."""
    lost: str
    """Why this node is not on the chosen path, or the empty string where it is."""
    restored: tuple[str, ...]
    """Each time the search went back here: tier and level."""
    untried: tuple[Mapping[str, Any], ...]
    """Proposals that were never tried: ``move``, ``prior``, ``reason``."""
    page: Page | None
    same_page: bool
    """The page is the same as the parent's."""

    @property
    def on_path(self) -> bool:
        """Whether the chosen path runs through here."""
        return self.step is not None

    @property
    def level(self) -> int | None:
        """Step of the colour ramp for the value, 0 to 4; ``None`` where there is no value."""
        return None if self.share is None else max(0, min(4, int(self.share * 5)))

    @property
    def excluded(self) -> bool:
        """Whether the node may not be chosen: its action failed, or its page drifted."""
        return self.status in ("dead", "drifted")


def read_nodes(
    attempt: AttemptRecord,
    *,
    pages: Mapping[str, Page],
    restores: Mapping[int, Sequence[str]] | None = None,
    untried: Mapping[int, Sequence[Mapping[str, Any]]] | None = None,
) -> tuple[Node, ...]:
    """Return the nodes of one attempt in the order they were made.

    Args:
        attempt: the recorded tree.
        pages: recorded pages by digest.
        restores: per node, each return to it in words.
        untried: per node, the proposals that were never tried.
    """
    best = _SCALES.get(str(attempt.about.get("scale")), 1.0)
    by_id = {data["id"]: data for data in attempt.nodes}
    steps = _steps(attempt, by_id)
    nodes = []
    for data in attempt.nodes:
        parent = by_id.get(data["parent"])
        action, is_stop = move_told(data)
        appraisal = data["appraisal"] or {}
        completion = data["completion"] or {}
        nodes.append(
            Node(
                id=data["id"],
                parent=data["parent"],
                depth=data["depth"],
                action=action,
                is_stop=is_stop,
                target=_target(action, pages.get(parent["page"])) if parent else "",
                intent=(data["move"] or {}).get("intent", ""),
                why=data["why"],
                prior=data["prior"],
                visits=data["visits"],
                reward=data["reward"],
                value=data["value"],
                mean=data["mean"],
                share=None if data["value"] is None else data["value"] / best,
                effect=_effect(data),
                effectiveness=appraisal.get("effectiveness"),
                promise=appraisal.get("future_promise"),
                reason=appraisal.get("reason", ""),
                done=bool(completion.get("done")),
                completion=completion.get("reason", ""),
                lessons=_lessons(data),
                simulation=_simulation(data),
                status=data["status"],
                ended=data["ended"],
                step=steps.get(data["id"]),
                lost="" if data["id"] in steps else why_lost(data, attempt, by_id),
                restored=tuple((restores or {}).get(data["id"], ())),
                untried=tuple((untried or {}).get(data["id"], ())),
                page=pages.get(data["page"]),
                same_page=parent is not None and parent["page"] == data["page"],
            )
        )
    return tuple(nodes)


def _steps(attempt: AttemptRecord, by_id: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    """Return the number of actions before each chosen node and its own."""
    return {key: by_id[key]["depth"] for key in attempt.chosen}


def _target(action: str, page: Page | None) -> str:
    """Return role and name of the element that an action names first, as its page had it."""
    named = re.match(r"\w+\('([^']+)'", action)
    if named is None or page is None:
        return ""
    line = re.search(
        rf"^\s*\[{re.escape(named[1])}\] (\S+(?: (?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))?)",
        page["text"],
        re.MULTILINE,
    )
    return line[1].rstrip(",").removesuffix(" ''") if line else ""


def _lessons(data: Mapping[str, Any]) -> tuple[Lesson, ...]:
    simulation = data["simulation"] or {}
    found = (
        ("for its children", data["child_reflection"]),
        ("for its later siblings", data["sibling_reflection"]),
        ("from the look ahead", simulation.get("reflection")),
    )
    return tuple(
        Lesson(reader=reader, text=lesson["text"], avoid=tuple(lesson["avoid"]))
        for reader, lesson in found
        if lesson is not None
    )


def _effect(data: Mapping[str, Any]) -> str:
    effect = data["effect"] or {}
    said = (effect.get(part, "") for part in ("description", "changes", "fulfilment"))
    return " · ".join(part for part in said if part)


def _simulation(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    simulation = data["simulation"]
    if simulation is None:
        return None
    appraisal = simulation["appraisal"] or {}
    return {
        "action": simulation["action"]["raw"],
        "reward": simulation["reward"],
        "effect": _effect(simulation),
        "reason": appraisal.get("reason", ""),
    }
