"""WebPilot: plans globally, searches locally over live browser pages, commits one path.

This is the only package users import. Names are loaded when first used, so that
``import webpilot as wp`` starts no browser and reads no key.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webpilot.budget import Budget, Limits
    from webpilot.errors import (
        ActionError,
        BudgetExhausted,
        ConfigError,
        EnvironmentDown,
        LLMError,
        WebPilotError,
    )
    from webpilot.llm.loopback import ModelServer
    from webpilot.llm.oracle import NoisyOracleLLM
    from webpilot.llm.scripted import ScriptedLLM
    from webpilot.llm.settings import ModelSettings
    from webpilot.llm.tape import TapeLLM
    from webpilot.observation import Element, Observation
    from webpilot.plan import Fact, Plan, Subtask
    from webpilot.records.reading import Run, load_run
    from webpilot.records.trees import SearchRecord
    from webpilot.solving import Result, solve, solve_sync
    from webpilot.types import (
        Action,
        Answer,
        Appraisal,
        Candidate,
        Completion,
        Done,
        Effect,
        Infeasible,
        Path,
        Reflection,
        Task,
    )
    from webpilot.verdict import Verdict

__all__ = [
    "Action",
    "ActionError",
    "Answer",
    "Appraisal",
    "Budget",
    "BudgetExhausted",
    "Candidate",
    "Completion",
    "ConfigError",
    "Done",
    "Effect",
    "Element",
    "EnvironmentDown",
    "Fact",
    "Infeasible",
    "LLMError",
    "Limits",
    "ModelServer",
    "ModelSettings",
    "NoisyOracleLLM",
    "Observation",
    "Path",
    "Plan",
    "Reflection",
    "Result",
    "Run",
    "ScriptedLLM",
    "SearchRecord",
    "Subtask",
    "TapeLLM",
    "Task",
    "Verdict",
    "WebPilotError",
    "load_run",
    "solve",
    "solve_sync",
]

_HOMES = {
    "webpilot.budget": ("Budget", "Limits"),
    "webpilot.errors": (
        "ActionError",
        "BudgetExhausted",
        "ConfigError",
        "EnvironmentDown",
        "LLMError",
        "WebPilotError",
    ),
    "webpilot.llm.loopback": ("ModelServer",),
    "webpilot.llm.oracle": ("NoisyOracleLLM",),
    "webpilot.llm.scripted": ("ScriptedLLM",),
    "webpilot.llm.settings": ("ModelSettings",),
    "webpilot.llm.tape": ("TapeLLM",),
    "webpilot.observation": ("Element", "Observation"),
    "webpilot.plan": ("Fact", "Plan", "Subtask"),
    "webpilot.records.reading": ("Run", "load_run"),
    "webpilot.records.trees": ("SearchRecord",),
    # Not named `solve`: importing a module binds its name here and would hide the function.
    "webpilot.solving": ("Result", "solve", "solve_sync"),
    "webpilot.types": (
        "Action",
        "Answer",
        "Appraisal",
        "Candidate",
        "Completion",
        "Done",
        "Effect",
        "Infeasible",
        "Path",
        "Reflection",
        "Task",
    ),
    "webpilot.verdict": ("Verdict",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return a public name, importing its module on first use."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'webpilot' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, for completion."""
    return __all__
