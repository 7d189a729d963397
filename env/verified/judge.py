"""WebArena-Verified's evaluator as a judge of tasks in WebArena's schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from env.judging import Ending, Opinion
from env.verified.evaluator import VerifiedEvaluator
from webpilot.errors import ConfigError

__all__ = ["VerifiedJudge", "verified_task"]

NAME = "verified"
BETWEEN = " |AND| "
"""What stands between the addresses of WebArena's ``start_url``."""


class VerifiedJudge:
    """A :data:`env.judging.Judge` that asks WebArena-Verified's evaluator.

    Tasks that carry the key ``verified`` are judged by it; others, official ones among them, by
    their ``task_id``.

    Known limit of the evaluator: amounts of money count as equal up to 0.1 of the currency's unit.
    """

    def __init__(self, evaluator: VerifiedEvaluator) -> None:
        self._evaluator = evaluator

    def __call__(self, task: Mapping[str, Any], ending: Ending) -> Opinion:
        """Return the evaluator's verdict on an ending.

        Raises:
            ConfigError: the task has no form that this evaluator knows.
            JudgeDown: it crashed, was late, or cannot read the HAR file.
        """
        definition = verified_task(task, ending.sites) if NAME in task else task["task_id"]
        found = self._evaluator.evaluate(definition, ending.response, ending.har, ending.sites)
        return Opinion(judge=NAME, score=found.score, reason=found.reason)


def verified_task(
    task: Mapping[str, Any], sites: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a task of WebArena's schema as WebArena-Verified defines one.

    Args:
        task: with the list ``verified``: what WebArena-Verified calls ``eval``.
        sites: addresses that were filled in, to be taken out again: the evaluator fills them in by
            itself and compares placeholders.

    Raises:
        ConfigError: a key is missing.
    """
    try:
        whole = {
            "sites": list(task["sites"]),
            "task_id": task["task_id"],
            "intent_template_id": task["intent_template_id"],
            "start_urls": str(task["start_url"]).split(BETWEEN),
            "intent": task["intent"],
            "intent_template": task["intent_template"],
            "instantiation_dict": dict(task["instantiation_dict"]),
            "eval": task[NAME],
            "revision": task.get("revision", 1),
        }
    except KeyError as error:
        raise ConfigError(f"task {task.get('task_id')} has no {error} to be judged by") from None
    # The longer address first: one site may lie below another.
    addresses = sorted((sites or {}).items(), key=lambda item: -len(item[1]))
    return {name: _abstract(value, addresses) for name, value in whole.items()}


def _abstract(value: Any, addresses: list[tuple[str, str]]) -> Any:
    """Return plain data with addresses replaced by the placeholders of their sites."""
    if isinstance(value, str):
        for name, url in addresses:
            value = value.replace(url, f"__{name.upper()}__")
        return value
    if isinstance(value, Mapping):
        return {_abstract(key, addresses): _abstract(one, addresses) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_abstract(one, addresses) for one in value]
    return value
