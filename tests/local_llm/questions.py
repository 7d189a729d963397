"""How roles are asked here, and what came of each question: valid, repaired, or failed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from prompts.asking import Asker
from webpilot.budget import Budget, Limits
from webpilot.cast import LLMCast
from webpilot.errors import FormatError
from webpilot.llm.chain import chain
from webpilot.llm.local import LocalServer
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.settings import ModelSettings, TapeMode, TapeSettings
from webpilot.llm.store import TapeStore
from webpilot.roles import Roles, Stage
from webpilot.types import Task

LONGEST = 160
"""Tokens of one answer: most of ours are shorter, and a runaway must not take minutes."""
LIMITS = Limits(llm_calls=8, tokens_in=60_000, tokens_out=8 * LONGEST)
SALT = b"a run of the local model"


@dataclass(frozen=True, slots=True)
class Count:
    """Questions by what came of them; a question with its repair is one."""

    valid: int = 0
    repaired: int = 0
    failed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.valid + other.valid, self.repaired + other.repaired, self.failed + other.failed
        )

    def __str__(self) -> str:
        return f"{self.valid} valid, {self.repaired} repaired, {self.failed} failed"


COUNTS: dict[str, Count] = {}
"""Of this process, by where it was asked; the summary of the tests prints it."""


def count(
    calls: list[dict[str, Any]], tape: Path, *, failed: bool, unfinished: bool = False
) -> Count:
    """Return what came of the questions behind ``calls``.

    Args:
        calls: events of the model calls, in order.
        tape: holds them.
        failed: the last question had no usable answer, not even a repaired one.
        unfinished: the budget ended while the last question may have wanted a repair; it does not
            count.
    """
    attempts: list[int] = []
    with TapeStore(tape, readonly=True) as store:
        for call in calls:
            entry = store.entry(call["key"])
            assert entry is not None
            # Only a repair shows the model its own words.
            if any(message.role == "assistant" for message in entry.question.messages):
                attempts[-1] += 1
            else:
                attempts.append(1)
    ended = attempts[:-1] if failed or unfinished else attempts
    return Count(valid=ended.count(1), repaired=ended.count(2), failed=int(failed))


@dataclass(slots=True, kw_only=True)
class Asked:
    """One role, asked once; what it said and what was recorded of it."""

    answer: Any = None
    error: FormatError | None = None
    calls: list[dict[str, Any]] = field(default_factory=list)
    spent: Mapping[str, float] = field(default_factory=dict)

    @property
    def outcome(self) -> tuple[Any, str]:
        """What two runs of the same question must agree in."""
        return self.answer, str(self.error)


def model(base_url: str, name: str, tape: Path, mode: TapeMode) -> ModelSettings:
    return ModelSettings(
        model=name,
        base_url=base_url,
        temperature=0.0,
        max_tokens=LONGEST,
        context=8192,
        timeout_s=120.0,
        retries=0,
        tape=TapeSettings(mode=mode, path=str(tape)),
    )


Question = Callable[[Roles, Asker], Awaitable[Any]]
"""Asks one role; is given all of them, and the way to the model for a role's own methods."""


def ask(
    settings: ModelSettings, task: Task, question: Question, *, style: str = "webpilot"
) -> Asked:
    """Return what came of a question to one role, over the whole way of a run.

    Args:
        settings: of the model and its tape.
        task: of the episode.
        question: to be asked.
        style: of the roles.
    """
    asked, budget = Asked(), Budget(LIMITS)

    def on_event(name: str, data: Mapping[str, object]) -> None:
        if name == "model call":
            asked.calls.append(dict(data))

    async def go() -> None:
        llm = chain(settings, rng=random.Random(0))
        cast = LLMCast(llm=llm, settings=settings, style=style, salt=SALT)
        try:
            roles = cast.roles(Stage(task=task, budget=budget, on_event=on_event))
            metered = MeteredLLM(llm, budget, on_event)
            asker = Asker(
                llm=metered,
                model=settings.model,
                salt=SALT,
                temperature=settings.temperature,
                max_tokens=settings.max_tokens,
                room=settings.room,
            )
            asked.answer = await question(roles, asker)
        except FormatError as error:
            asked.error = error
        finally:
            await cast.aclose()

    asyncio.run(go())
    asked.spent = budget.to_dict()
    return asked


def replayed(settings: ModelSettings) -> ModelSettings:
    """Return the settings of the same run played again from its tape, where no server is."""
    nowhere = "http://127.0.0.1:9/v1"
    return replace(settings, base_url=nowhere, tape=replace(settings.tape, mode="replay"))


def recorded(server: LocalServer, tape: Path) -> ModelSettings:
    return model(server.url, server.name, tape, "record")
