"""A model that knows the right answers, and is wrong as often as it is told to.

A research instrument: how good does a model have to be, in which role, for a search to pay? The
errors are drawn from the seed and the question's key alone, so they do not depend on the order of
the questions, on how often each is asked or on who else asks.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

from webpilot.errors import ConfigError, LLMError
from webpilot.llm.protocol import ModelReply, ModelRequest
from webpilot.llm.role_settings import ROLES
from webpilot.llm.scripted import as_reply

__all__ = ["NoisyOracleLLM", "Solution"]


class Solution(Protocol):
    """What there is to know of a task; reads what is asked off the question, as a model does."""

    def right(self, request: ModelRequest) -> Mapping[str, Any]:
        """Return the right answer, in the form of the request's schema.

        Raises:
            LLMError: it knows no answer to such a question.
        """
        ...

    def wrong(self, request: ModelRequest, rng: random.Random) -> Mapping[str, Any]:
        """Return a wrong answer that somebody might give, in the form of the request's schema.

        Args:
            request: the question.
            rng: draws among the wrong answers; its state depends on the question alone.
        """
        ...


class NoisyOracleLLM:
    """Answers from a solution, and wrongly at set rates; a :class:`~webpilot.llm.protocol.LLM`.

    Asked the same question again as another sample, it draws again. Whether a question is answered
    wrongly at one rate, it is at every higher one of the same seed.

    Args:
        solution: knows the answers.
        rates: share of answers in [0, 1] that are wrong: one for all roles, or by role
            (:attr:`ModelRequest.role <webpilot.llm.protocol.ModelRequest.role>`), 0 for the others.
        seed: another one draws other errors.

    Raises:
        ConfigError: a rate is none, or there is no such role.
    """

    def __init__(
        self, solution: Solution, *, rates: float | Mapping[str, float] = 0.0, seed: int = 0
    ) -> None:
        by_role = rates if isinstance(rates, Mapping) else dict.fromkeys((*ROLES, ""), rates)
        for role, rate in by_role.items():
            if role not in (*ROLES, ""):
                raise ConfigError(f"rates has no role {role!r}; it has {', '.join(ROLES)}")
            if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
                raise ConfigError(f"rates: {rate!r} must be a share from 0 to 1")
        self.answered: Counter[str] = Counter()
        """Questions answered, by role."""
        self.erred: Counter[str] = Counter()
        """Those of them that were answered wrongly."""
        self._solution = solution
        self._rates = by_role
        self._named = isinstance(rates, Mapping)
        self._seed = seed

    def answer(self, request: ModelRequest) -> ModelReply:
        """Return the right answer, or a wrong one.

        Raises:
            LLMError: there is no known answer; or rates go by role, and the request names none,
                as none does that came over HTTP.
        """
        if self._named and not request.role:
            raise LLMError("the question names no role: give the oracle one rate for all")
        rng = random.Random(f"{self._seed} {request.key}")
        wrong = rng.random() < self._rates.get(request.role, 0.0)
        self.answered[request.role] += 1
        self.erred[request.role] += wrong
        told = self._solution.wrong(request, rng) if wrong else self._solution.right(request)
        return as_reply(told, request)

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the right answer, or a wrong one; see :meth:`answer`."""
        return self.answer(request)

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""
