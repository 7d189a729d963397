"""Nodes as plain data and back: what ``tree.json`` holds (decision 17).

No time, cost, host, path or restoration tier; floats are rounded to six places; a page stands as
its fingerprint. Appraisals are on their own 0-10 scale, rewards and values on the tree's.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from mcts.node import Node, Simulation, Status
from webpilot.errors import ActionError
from webpilot.observation import Fingerprint, Observation
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Argument,
    Candidate,
    Completion,
    Done,
    Effect,
    Infeasible,
    Outcome,
    Reflection,
    ReflectionScope,
)

__all__ = ["move_from_dict", "move_to_dict", "node_from_dict", "node_to_dict"]

Data = dict[str, Any]


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(float(number), 6)


def move_to_dict(move: Action | Outcome) -> Data:
    """Return a move as plain data: the raw action string, or the fields of a stop."""
    match move:
        case Action():
            return {"kind": move.kind, "raw": move.raw, "intent": move.intent}
        case Answer():
            fields: Data = {"kind": "answer", "text": move.text}
            for name in ("task_type", "status", "error_details"):
                fields[name] = getattr(move, name)
            data = move.retrieved_data
            fields["retrieved_data"] = None if data is None else list(data)
            return fields
        case Infeasible():
            return {"kind": "infeasible", "reason": move.reason}
        case Done():
            return {"kind": "done", "reason": move.reason}


def _argument(node: ast.expr) -> Argument:
    value = ast.literal_eval(node)
    return tuple(value) if isinstance(value, list) else value


def move_from_dict(data: Mapping[str, Any]) -> Action | Outcome:
    """Return the move that :func:`move_to_dict` wrote.

    Raises:
        ActionError: the raw string is no call with literal arguments.
    """
    if "raw" not in data:
        kind, fields = data["kind"], {key: value for key, value in data.items() if key != "kind"}
        if kind == "answer":
            rows = fields.pop("retrieved_data")
            return Answer(**fields, retrieved_data=None if rows is None else tuple(rows))
        return Infeasible(**fields) if kind == "infeasible" else Done(**fields)
    try:
        call = ast.parse(data["raw"], mode="eval").body
        if not isinstance(call, ast.Call):
            raise ValueError("not a call")
        args = tuple(_argument(argument) for argument in call.args)
    except (SyntaxError, ValueError) as error:
        raise ActionError(f"recorded action {data['raw']!r} is not readable: {error}") from error
    return Action(kind=data["kind"], args=args, intent=data["intent"])


def _appraisal_to_dict(appraisal: Appraisal | None) -> Data | None:
    if appraisal is None:
        return None
    return {
        "effectiveness": _rounded(appraisal.effectiveness),
        "future_promise": _rounded(appraisal.future_promise),
        "reason": appraisal.reason,
    }


def _effect_to_dict(effect: Effect | None) -> Data | None:
    if effect is None:
        return None
    return {
        "description": effect.description,
        "changes": effect.changes,
        "fulfilment": effect.fulfilment,
    }


def _reflection_to_dict(reflection: Reflection | None) -> Data | None:
    if reflection is None:
        return None
    return {
        "scope": reflection.scope.value,
        "text": reflection.text,
        "about": reflection.about,
        "avoid": list(reflection.avoid),
    }


def _reflection_from_dict(data: Mapping[str, Any] | None) -> Reflection | None:
    if data is None:
        return None
    fields = {**data, "scope": ReflectionScope(data["scope"]), "avoid": tuple(data["avoid"])}
    return Reflection(**fields)


def _observation(digest: str, error: str = "") -> Observation:
    fingerprint = Fingerprint(exact=digest, interactive="")
    return Observation(text="", fingerprint=fingerprint, last_error=error)


def _simulation_to_dict(simulation: Simulation | None) -> Data | None:
    if simulation is None:
        return None
    return {
        "action": move_to_dict(simulation.action),
        "page": simulation.observation.fingerprint.exact,
        "effect": _effect_to_dict(simulation.effect),
        "appraisal": _appraisal_to_dict(simulation.appraisal),
        "reward": _rounded(simulation.reward),
        "reflection": _reflection_to_dict(simulation.reflection),
    }


def _simulation_from_dict(data: Mapping[str, Any] | None) -> Simulation | None:
    if data is None:
        return None
    action = move_from_dict(data["action"])
    if not isinstance(action, Action):
        raise ActionError("a recorded simulation holds no action")
    return Simulation(
        action=action,
        observation=_observation(data["page"]),
        effect=Effect(**data["effect"]) if data["effect"] else None,
        appraisal=Appraisal(**data["appraisal"]) if data["appraisal"] else None,
        reward=data["reward"],
        reflection=_reflection_from_dict(data["reflection"]),
    )


def node_to_dict(node: Node) -> Data:
    """Return one node as plain data."""
    candidate, completion = node.candidate, node.completion
    return {
        "id": node.id,
        "parent": node.parent,
        "depth": node.depth,
        "move": None if candidate is None else move_to_dict(candidate.move),
        "prior": _rounded(candidate.prior) if candidate else None,
        "why": candidate.reason if candidate else "",
        "page": node.observation.fingerprint.exact,
        "error": node.observation.last_error,
        "status": node.status.value,
        "accepted": node.accepted,
        "ended": node.ended,
        "visits": node.visits,
        "scored": node.scored,
        "reward": _rounded(node.reward),
        "value": _rounded(node.value),
        "mean": _rounded(node.mean),
        "effect": _effect_to_dict(node.effect),
        "appraisal": _appraisal_to_dict(node.appraisal),
        "completion": None
        if completion is None
        else {
            "done": completion.done,
            "reason": completion.reason,
            "outcome": move_to_dict(completion.outcome) if completion.outcome else None,
        },
        "child_reflection": _reflection_to_dict(node.child_reflection),
        "sibling_reflection": _reflection_to_dict(node.sibling_reflection),
        "simulation": _simulation_to_dict(node.simulation),
    }


def _completion_from_dict(data: Mapping[str, Any] | None) -> Completion | None:
    if data is None:
        return None
    outcome = move_from_dict(data["outcome"]) if data["outcome"] else None
    if isinstance(outcome, Action):
        raise ActionError("a recorded completion holds an action")
    return Completion(done=data["done"], reason=data["reason"], outcome=outcome)


def node_from_dict(data: Mapping[str, Any]) -> Node:
    """Return the node that :func:`node_to_dict` wrote; its page is a fingerprint only."""
    move, appraisal = data["move"], data["appraisal"]
    same = ("id", "parent", "depth", "accepted", "ended", "visits", "scored")
    return Node(
        **{key: data[key] for key in (*same, "reward", "value", "mean")},
        candidate=None
        if move is None
        else Candidate(move=move_from_dict(move), prior=data["prior"], reason=data["why"]),
        observation=_observation(data["page"], data["error"]),
        status=Status(data["status"]),
        effect=Effect(**data["effect"]) if data["effect"] else None,
        appraisal=None if appraisal is None else Appraisal(**appraisal),
        completion=_completion_from_dict(data["completion"]),
        child_reflection=_reflection_from_dict(data["child_reflection"]),
        sibling_reflection=_reflection_from_dict(data["sibling_reflection"]),
        simulation=_simulation_from_dict(data["simulation"]),
    )
