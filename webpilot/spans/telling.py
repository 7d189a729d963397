"""What spans tell: attributes of episodes, steps and model calls, made of the journal's events.

Names are those of OpenTelemetry's semantic conventions for generative AI where there are any, else
they begin with ``webpilot.``. What pages, goals, prompts and answers say is told on demand only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from webpilot.llm.store import TapeStore

__all__ = ["Settings", "of_call", "of_episode", "of_step", "ours"]

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What spans tell beyond the journal, and whether they tell what pages and prompts say."""

    model: Mapping[str, Any] = field(default_factory=dict)
    """The group ``llm`` of the run's configuration."""
    content: bool = False
    """Tell goals, actions, pages and the agent's errors too, which repeat what pages say."""
    tape: TapeStore | None = None
    """Tell questions and answers too, as this tape holds them."""


def of_episode(journal: Sequence[Event], row: Event, settings: Settings) -> dict[str, Any]:
    """Return what is told of an episode that ended with ``row``."""
    head = journal[0]
    ended = ("preset", "searcher", "policy", "stop_reason", "success", "committed_steps")
    spent = ("llm_calls", "tokens_in", "tokens_out", "usd", "rollouts", "explored_steps")
    told = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "webpilot",
        "gen_ai.request.model": row["model"],
        "error.type": row["error_kind"],
        **ours({key: head[key] for key in ("task", "seed")}),
        **ours({key: row[key] for key in (*ended, *spent)}),
    }
    if settings.content:
        goals = (event["goal"] for event in journal if event["event"] == "task")
        told["webpilot.goal"] = next(goals, None)
    return _known(told)


def of_step(event: Event, pages: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """Return what is told of the step that made the node of ``event``."""
    move = event.get("move") or {}
    told = {
        **{f"node.{key}": event[key] for key in ("id", "parent", "depth", "status", "value")},
        "action": move.get("kind"),
    }
    if settings.content:
        told |= {"action.text": move.get("raw"), "page.text": pages.get(event["page"])}
    return ours(told)


def of_call(event: Event, asked: str, settings: Settings) -> dict[str, Any]:
    """Return what is told of a model call.

    Args:
        event: the call's, in the journal.
        asked: the model's name in the question.
        settings: what else is told.
    """
    model = _of_role(settings.model, event.get("role", ""))
    told = {
        "gen_ai.operation.name": "chat",
        # Of the protocol; who serves a model under it is told by the address.
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": asked,
        "gen_ai.request.temperature": model.get("temperature"),
        "gen_ai.request.max_tokens": model.get("max_tokens"),
        "gen_ai.prompt.name": event["purpose"],
        **_place(model.get("base_url")),
        **ours({key: event[key] for key in ("attempts", "taped", "key", "usd", "usd_paid")}),
        **ours({"charged_in": event["tokens_in"], "charged_out": event["tokens_out"]}),
    }
    if "error" in event:
        return _known(told | {"error.type": "llm"})
    told |= {
        "gen_ai.response.model": event.get("answered_by", event["model"]),
        "gen_ai.response.finish_reasons": [event["finish_reason"]],
        # 0 is what an endpoint is taken to have said that reports nothing.
        "gen_ai.usage.input_tokens": event["reported_in"] or None,
        "gen_ai.usage.output_tokens": event["reported_out"] or None,
    }
    return _known(told | _said(event["key"], settings.tape))


def ours(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes that no convention names, under the name of this project."""
    return _known({f"webpilot.{key}": value for key, value in told.items()})


def _known(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if value is not None}


def _of_role(model: Mapping[str, Any], role: str) -> Mapping[str, Any]:
    """Return the group ``llm`` as it stands for a role, with what its entry says otherwise."""
    entry = (model.get("roles") or {}).get(role) or {}
    told = {} if isinstance(entry, str) else entry
    return {**model, **{key: value for key, value in told.items() if value is not None}}


def _place(base_url: str | None) -> dict[str, Any]:
    """Return where a model is served, without user and path that an address may hold."""
    parts = urlsplit(base_url or "")
    return {"server.address": parts.hostname, "server.port": parts.port}


def _said(key: str, tape: TapeStore | None) -> dict[str, Any]:
    """Return question and answer of a call, in the form of the convention."""
    entry = None if tape is None else tape.entry(key)
    if entry is None:
        return {}

    def written(*said: tuple[str, str]) -> str:
        told = [{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in said]
        return json.dumps(told, ensure_ascii=False)

    asked = [(message.role, message.content) for message in entry.question.messages]
    return {
        "gen_ai.input.messages": written(*asked),
        "gen_ai.output.messages": written(("assistant", entry.reply.text or entry.reply.refusal)),
    }
