"""Whether a task's definition is one that WebArena's evaluators can work with.

They raise in the middle of a run on what they do not know, so it is looked for before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from env.webarena.sites import SITES

__all__ = ["EVALUATORS", "HELPERS", "problems"]

EVALUATORS = ("string_match", "url_match", "program_html")
"""What ``evaluator_router`` of libwebarena knows."""

HELPERS = (
    "gitlab_get_project_memeber_role",
    "reddit_get_post_url",
    "shopping_get_latest_order_url",
    "shopping_get_sku_latest_review_author",
    "shopping_get_sku_latest_review_rating",
)
"""Functions of libwebarena that a target may call (the second word is spelled so there)."""

SHAPE: Mapping[str, type | tuple[type, ...]] = {
    "sites": list,
    "task_id": int,
    "require_login": bool,
    "start_url": str,
    "intent": str,
    "intent_template": str,
    "intent_template_id": int,
    "instantiation_dict": dict,
    "require_reset": bool,
    "eval": dict,
}

JUDGED: Mapping[str, type | tuple[type, ...]] = {
    "eval_types": list,
    "reference_answers": (dict, type(None)),
    "reference_url": (str, type(None)),
    "program_html": (list, type(None)),
}

CALL = re.compile(r"func:(\w+)\(")


def problems(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is wrong with a definition, one short line each; none where nothing is."""
    return tuple(_problems(raw))


def _problems(raw: Mapping[str, Any]) -> Iterator[str]:
    wrong = [*_misshapen(raw, SHAPE)]
    if isinstance(raw.get("eval"), dict):
        wrong += _misshapen(raw["eval"], JUDGED)
    yield from wrong
    if wrong:
        return
    for site in raw["sites"]:
        if site not in SITES:
            yield f"site {site!r} is unknown"
    if not raw["sites"]:
        yield "no site"
    if not raw["start_url"] or not raw["intent"]:
        yield "no start address or no intent"
    judged = raw["eval"]
    kinds = judged["eval_types"]
    if not kinds:
        yield "no evaluation"
    for kind in kinds:
        if kind not in EVALUATORS:
            yield f"evaluation {kind!r} is unknown"
    if "string_match" in kinds:
        yield from _answers(judged)
    if "url_match" in kinds:
        if not judged["reference_url"]:
            yield "url_match without an address"
        if judged.get("url_note", "GOLD in PRED") != "GOLD in PRED":
            yield f"url_note {judged['url_note']!r} is unknown"
    if "program_html" in kinds:
        for target in judged["program_html"] or ["nothing"]:
            yield from _target(target)


def _misshapen(
    node: Mapping[str, Any], shape: Mapping[str, type | tuple[type, ...]]
) -> Iterator[str]:
    for key, kind in shape.items():
        if key not in node:
            yield f"{key} is missing"
        elif not isinstance(node[key], kind):
            yield f"{key} is a {type(node[key]).__name__}"


def _answers(judged: Mapping[str, Any]) -> Iterator[str]:
    answers = judged["reference_answers"]
    if not answers:
        yield "string_match without an answer"
    for way, reference in (answers or {}).items():
        listed = isinstance(reference, list) and all(isinstance(each, str) for each in reference)
        if way == "exact_match":
            fits = isinstance(reference, str)
        elif way == "must_include":
            fits = listed and bool(reference)
        elif way == "fuzzy_match":
            fits = listed or (reference == "N/A" and "string_note" in judged)
        else:
            yield f"answer by {way!r} is unknown"
            continue
        if not fits:
            yield f"{way} has an unusable reference"


def _target(target: Any) -> Iterator[str]:
    if not isinstance(target, dict) or {"url", "locator", "required_contents"} - set(target):
        yield "a target without url, locator or required_contents"
        return
    locator = target["locator"].strip()
    for called in (target["url"], target["locator"]):
        named = CALL.match(called)
        if called.startswith("func") and (named is None or named[1] not in HELPERS):
            yield f"function in {called!r} is unknown"
    if locator and not locator.startswith(("document.", "[...document.", "func:")):
        yield f"locator {locator!r} is unknown"
    if not {"exact_match", "must_include"} & set(target["required_contents"]):
        yield "a target that requires nothing known"
