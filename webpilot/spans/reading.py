"""The spans of an episode, read off its journal: episode, searches, steps, model calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webpilot.spans.telling import Settings, of_call, of_episode, of_step, ours

__all__ = ["Span", "SpanEvent", "spans_of"]

CLOSES_SEARCH = ("stop", "subtask", "commit", "result")
"""Events after which nothing belongs to the search before them; the first is its regular end."""

TOLD = {
    "restore": ("node", "tier", "level"),
    "drift": ("node", "excluded"),
    "select": ("path",),
    "accept": ("node", "reward"),
}
"""Events that are told as such, with these fields of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """Something that happened at one moment of a span."""

    name: str
    at: float
    """Seconds since the episode began."""
    attributes: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Span:
    """One activity, from when to when, as part of which other one."""

    name: str
    parent: int | None
    """Position of the parent among the episode's spans, which is before its own."""
    start: float
    """Seconds since the episode began."""
    end: float
    attributes: dict[str, Any] = field(default_factory=dict)
    events: list[SpanEvent] = field(default_factory=list)
    error: str | None = None
    """What went wrong, in a line; ``None`` where nothing did."""
    remote: bool = False
    """It is a call to another program."""


def spans_of(journal: Sequence[Mapping[str, Any]], settings: Settings) -> list[Span]:
    """Return the spans of a finished episode, parents first; none while it is not finished.

    A step lasts from where its rollout was selected, or the step before it ended, to where its node
    is recorded; what happens in between is part of it. Where several steps are under way at once,
    a call is part of the one that is recorded next.

    Args:
        journal: the episode's events, in order.
        settings: what else is told.
    """
    results = [event for event in journal if event["event"] == "result"]
    if not results:
        return []
    reading = _Reading(journal, results[-1], settings)
    for event in journal:
        reading.take(event)
    return reading.spans


class _Reading:
    """Walks through a journal; knows which search and which step are under way."""

    def __init__(
        self, journal: Sequence[Mapping[str, Any]], row: Mapping[str, Any], settings: Settings
    ) -> None:
        self._settings = settings
        self._asked = row["model"]
        self._pages = {e["digest"]: e["text"] for e in journal if e["event"] == "observation"}
        self._search: int | None = None
        self._step: int | None = None
        self._free = 0.0
        """Where the last step of the search under way has ended."""
        self._retries: list[SpanEvent] = []
        """Of the call that will be told next."""
        episode = Span(
            name="invoke_agent webpilot",
            parent=None,
            start=0.0,
            end=max(event["at"] for event in journal),
            attributes=of_episode(journal, row, settings),
        )
        if row["error_kind"] is not None:
            # The agent's errors repeat what a model said, and so what a page says.
            episode.error = row["error"] if settings.content else row["error_kind"]
        self.spans = [episode]

    def take(self, event: Mapping[str, Any]) -> None:
        """Note what one event says."""
        name, at = event["event"], event["at"]
        if name == "model call":
            self._call(event)
        elif name == "model retry":
            told = ours({key: event[key] for key in ("attempt", "error", "wait")})
            self._retries.append(SpanEvent(name="retry", at=at, attributes=told))
        elif name == "node" and event["parent"] is None:
            self._close(at)
            self._search = self._open("search", 0, at)
            self._free = at
        elif name in CLOSES_SEARCH:
            if name == "stop" and self._search is not None:
                told = ours({"stop_reason": event["reason"], "nodes": event["nodes"]})
                self.spans[self._search].attributes |= told
            self._close(at)
        elif self._search is not None and name == "node":
            self._node(event, self._search)
        elif self._search is not None and name in TOLD:
            # An accepted node is recorded already: its step is over.
            begins = at if name == "select" else self._free
            over = name == "accept"
            index = self._search if over else self._under_way(self._search, begins)
            told = ours({key: event.get(key) for key in TOLD[name]})
            self.spans[index].events.append(SpanEvent(name=name, at=at, attributes=told))

    def _node(self, event: Mapping[str, Any], search: int) -> None:
        """End the step that made a node."""
        step = self.spans[self._under_way(search, self._free)]
        step.attributes |= of_step(event, self._pages, self._settings)
        step.name = f"step {step.attributes.get('webpilot.action', '')}".rstrip()
        if event["error"]:
            step.error = event["error"] if self._settings.content else "the action failed"
        step.end = self._free = event["at"]
        self._step = None

    def _call(self, event: Mapping[str, Any]) -> None:
        """Add a model call to what is under way."""
        parent = 0 if self._search is None else self._under_way(self._search, self._free)
        # A journal of before roles had models of their own holds the answer's name of the model.
        older = "answered_by" not in event and "error" not in event
        asked = self._asked or event["model"] if older else event["model"]
        call = Span(
            name=f"chat {asked}",
            parent=parent,
            # Moments are rounded to milliseconds: a call must not begin before its step for that.
            start=max(event["at"] - event["seconds"], self.spans[parent].start),
            end=event["at"],
            attributes=of_call(event, asked, self._settings),
            events=self._retries,
            error=event.get("error"),
            remote=True,
        )
        self._retries = []
        self.spans.append(call)

    def _open(self, name: str, parent: int, at: float) -> int:
        self.spans.append(Span(name=name, parent=parent, start=at, end=at))
        return len(self.spans) - 1

    def _under_way(self, search: int, begins: float) -> int:
        """Return the step under way in a search; where there is none, one that ``begins`` then."""
        if self._step is None:
            self._step = self._open("step", search, begins)
        return self._step

    def _close(self, at: float) -> None:
        """End the search under way, and the step that made no node."""
        for index in (self._step, self._search):
            if index is not None:
                self.spans[index].end = at
        self._step = self._search = None
