"""The way of a call from the budget to the endpoint, put together as the settings say.

    budget (an episode's)  ->  tape  ->  further attempts  ->  turn  ->  endpoint

The budget comes first, because what a tape answers is charged too, and because what waits for its
turn must be paid for already; the tape before further attempts, because what is on it has had its
attempts, and before the turn, because what is on it need not wait for one. Each attempt waits for a
turn of its own, and holds none while it waits to be made.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping

from webpilot.llm.batching import BatchingLLM
from webpilot.llm.limiter import Limiter
from webpilot.llm.openai_client import OpenAILLM
from webpilot.llm.protocol import LLM
from webpilot.llm.retrying import RetryingLLM
from webpilot.llm.scheduling import SCHEDULERS
from webpilot.llm.settings import ModelSettings
from webpilot.llm.tape import TapeLLM

__all__ = ["chain"]


def chain(
    settings: ModelSettings,
    *,
    rng: random.Random,
    samples: int = 1,
    environment: Mapping[str, str] = os.environ,
) -> LLM:
    """Return all of the way behind the budget, shared by the episodes of a run.

    Args:
        settings: of the model.
        rng: draws the waits between attempts.
        samples: answers that are wanted to one question at once; several are one request then.
        environment: holds the key, which a tape that is only replayed does without.

    Raises:
        ConfigError: the key is missing or is none, the address is none, or the tape cannot be used.
    """
    tape = settings.tape
    if tape.mode == "replay":
        return TapeLLM(None, tape.path, tape.mode)
    endpoint = OpenAILLM(settings, environment)
    llm = RetryingLLM(
        endpoint if samples == 1 else BatchingLLM(endpoint),
        retries=settings.retries,
        limiter=Limiter(settings.concurrency, SCHEDULERS[settings.scheduler]()),
        rng=rng,
    )
    return llm if tape.mode == "off" else TapeLLM(llm, tape.path, tape.mode)
