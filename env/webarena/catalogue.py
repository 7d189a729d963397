"""The 812 tasks of WebArena, read from libwebarena's file without importing libwebarena.

Importing it needs seven environment variables; importing BrowserGym's task set needs the network.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from env.sites.definition import SiteTask
from env.webarena.sites import SITES
from webpilot.errors import ConfigError

__all__ = [
    "INSTALL",
    "KINDS",
    "SUBSETS",
    "WebArenaTask",
    "choose",
    "digest",
    "load",
    "read",
    "tasks",
    "tasks_file",
]

PREFIX = "webarena."
INSTALL = "make webarena"
"""The command that installs the extra."""

SUBSETS = ("all", "no_judge_model", "needs_judge_model")

KINDS = ("exact_match", "must_include", "fuzzy_match", "fuzzy_na", "url_match", "program_html")
"""Kinds of evaluation: the four ways of a string match, then the other two evaluators."""

AND = " |AND| "
"""Between the addresses of a task that starts with several tabs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebArenaTask:
    """One task of the benchmark, as the benchmark defines it."""

    id: str
    """As BrowserGym names it, e.g. ``webarena.27``."""
    number: int
    """``task_id``."""
    sites: tuple[str, ...]
    """In the task's order: one site, or the several that it needs."""
    template: int
    """``intent_template_id``: tasks that differ in a few words share it."""
    start_urls: tuple[str, ...]
    """One for each tab, last one in front; with placeholders such as ``__REDDIT__``."""
    intent: str
    """The instruction, verbatim."""
    kinds: tuple[str, ...]
    """How it is judged, in the order of :data:`KINDS`."""
    tokenized: bool
    """Whether a reference of one character is looked for among the words of the answer."""
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    """The whole definition, evaluation included: for judges, never for an agent."""

    @property
    def needs_model(self) -> bool:
        """Whether judging may ask GPT-4, always for answers other than a plain N/A."""
        return "fuzzy_match" in self.kinds or "fuzzy_na" in self.kinds

    @property
    def on_sites(self) -> SiteTask:
        """The task as the worlds of sites play it; nothing of the evaluation is told by it."""
        return SiteTask(
            id=self.id,
            benchmark="webarena",
            number=self.number,
            sites=self.sites,
            template=self.template,
            split="needs_judge_model" if self.needs_model else "no_judge_model",
            kind="+".join(self.raw["eval"]["eval_types"]),
            start_urls=self.start_urls,
            intent=self.intent,
            judges=("libwebarena",),
            raw=self.raw,
        )


def read(raw: Mapping[str, Any]) -> WebArenaTask:
    """Return the task that a definition in WebArena's schema describes."""
    judged = raw["eval"]
    kinds = _kinds(judged)
    references = (judged["reference_answers"] or {}).get("must_include", ())
    return WebArenaTask(
        id=f"{PREFIX}{raw['task_id']}",
        number=raw["task_id"],
        sites=tuple(raw["sites"]),
        template=raw["intent_template_id"],
        start_urls=tuple(raw["start_url"].split(AND)),
        intent=raw["intent"],
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        tokenized=len(references) == 1 and len(_bare(references[0])) == 1,
        raw=raw,
    )


def _kinds(judged: Mapping[str, Any]) -> set[str]:
    kinds = {kind for kind in judged["eval_types"] if kind != "string_match"}
    if "string_match" in judged["eval_types"]:
        for way, reference in (judged["reference_answers"] or {}).items():
            kinds.add("fuzzy_na" if (way, reference) == ("fuzzy_match", "N/A") else way)
    return kinds


def _bare(reference: str) -> str:
    """Return a reference without the white space and the quotes that libwebarena takes off."""
    text = reference.strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text


def tasks_file() -> Path:
    """Return libwebarena's file of all tasks.

    Raises:
        ConfigError: libwebarena is not installed.
    """
    # Located, not imported: importing it reads variables that may not be set yet.
    spec = importlib.util.find_spec("webarena")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        file = Path(folder) / "test.raw.json"
        if file.is_file():
            return file
    raise ConfigError(f"WebArena's tasks (package libwebarena) are missing: run `{INSTALL}`")


@cache
def tasks() -> tuple[WebArenaTask, ...]:
    """Return all tasks by their number.

    Raises:
        ConfigError: libwebarena is not installed.
    """
    entries = json.loads(tasks_file().read_text(encoding="utf-8"))
    return tuple(sorted(map(read, entries), key=lambda task: task.number))


def load(task_id: str) -> WebArenaTask:
    """Return the task with this id; the prefix ``webarena.`` may be left out.

    Raises:
        ConfigError: there is no such task, or libwebarena is not installed.
    """
    known = {task.id: task for task in tasks()}
    name = PREFIX + task_id.removeprefix(PREFIX)
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.8)
    hint = f"did you mean {', '.join(close)}?" if close else "they are webarena.0 to webarena.811"
    raise ConfigError(f"no task {task_id!r}: {hint}")


def choose(
    among: Sequence[WebArenaTask],
    *,
    subset: str = "all",
    sites: Collection[str] = (),
    templates: Collection[int] = (),
    ids: Collection[str] = (),
) -> tuple[WebArenaTask, ...]:
    """Return the tasks that meet every condition, in the order given.

    Args:
        among: tasks to choose from.
        subset: ``all``; ``no_judge_model``, which are judged without a language model whatever
            the answer; or ``needs_judge_model``, the others.
        sites: a task is chosen that needs one of them; none given is no condition.
        templates: likewise, by template.
        ids: likewise, by id; the prefix may be left out.

    Raises:
        ConfigError: a name is unknown, or nothing is left.
    """
    if subset not in SUBSETS:
        raise ConfigError(f"subset={subset!r} is unknown: use one of {', '.join(SUBSETS)}")
    wanted = {PREFIX + each.removeprefix(PREFIX) for each in ids}
    _known("site", sites, SITES)
    _known("template", templates, {task.template for task in among})
    _known("task", wanted, {task.id for task in among})
    found = tuple(
        task
        for task in among
        if subset == "all" or task.needs_model == (subset == "needs_judge_model")
        if not sites or set(sites) & set(task.sites)
        if not templates or task.template in templates
        if not wanted or task.id in wanted
    )
    if not found:
        raise ConfigError("no task meets all these conditions: leave one out")
    return found


def _known(what: str, wanted: Collection[Any], known: Collection[Any]) -> None:
    unknown = sorted(str(each) for each in wanted if each not in known)
    if unknown:
        raise ConfigError(f"there is no {what} {', '.join(unknown)} in WebArena")


def digest(chosen: Sequence[WebArenaTask]) -> str:
    """Return the SHA-256 of the tasks' definitions, in this order: the identity of a task set."""
    text = json.dumps([task.raw for task in chosen], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
