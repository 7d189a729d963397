"""The way of a call from the budget to the endpoint, put together as the settings say.

    budget (an episode's)  ->  tape  ->  the role's  ->  further attempts  ->  turn  ->  endpoint

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
from webpilot.llm.role_settings import ROLES
from webpilot.llm.routing import RoutedLLM
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
    llm = _routed(settings, rng, environment, samples)
    return llm if tape.mode == "off" else TapeLLM(llm, tape.path, tape.mode)


def _routed(
    settings: ModelSettings, rng: random.Random, environment: Mapping[str, str], samples: int
) -> LLM:
    """Return the way behind the tape: one, or one for each model of a role.

    Models at one address share the bound on calls under way at once; each finds out by itself how
    it takes schemas, because what answers behind one address need not be one server.
    """
    limiters: dict[str, Limiter] = {}

    def way(of: ModelSettings) -> LLM:
        url = of.url(environment)
        limiter = limiters.setdefault(
            url, Limiter(settings.concurrency, SCHEDULERS[settings.scheduler]())
        )
        endpoint = OpenAILLM(of, environment)
        llm = endpoint if samples == 1 else BatchingLLM(endpoint)
        return RetryingLLM(llm, retries=settings.retries, limiter=limiter, rng=rng)

    if not settings.roles:
        return way(settings)
    # Who has no entry shares one way; where all have one, the model of all needs not be there.
    shared = way(settings) if any(role not in settings.roles for role in ROLES) else None
    by_role = {role: way(own) for role, own in settings.roles.items()}
    if shared is not None:
        by_role = {role: shared for role in ROLES} | by_role
    return RoutedLLM(by_role)
