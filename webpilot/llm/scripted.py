"""A model that says what it is told to: for tests, for teaching, behind a loopback endpoint."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from webpilot.errors import LLMError
from webpilot.llm.counting import prompt, settled
from webpilot.llm.protocol import ModelReply, ModelRequest

__all__ = ["Answer", "ScriptedLLM", "as_reply"]

Answer = Mapping[str, Any] | str | ModelReply | Exception
"""A mapping is sent as JSON, a text as it is; a reply is given as it is, an exception raised."""


def as_reply(answer: Answer, request: ModelRequest) -> ModelReply:
    """Return the reply that ``answer`` stands for; tokens are a quarter of the bytes, rounded up.

    Raises:
        Exception: the answer is one.
    """
    if isinstance(answer, Exception):
        raise answer
    if isinstance(answer, ModelReply):
        return answer
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    return ModelReply(
        text=text,
        tokens_in=settled(prompt(request), 0),
        tokens_out=settled(text, 0),
        model=request.model,
    )


class ScriptedLLM:
    """Gives prepared answers.

    Args:
        answers: for a request's purpose the one answer to all such requests, or a sequence with
            one answer each; or a function of the request.
    """

    def __init__(
        self,
        answers: Mapping[str, Answer | Sequence[Answer]] | Callable[[ModelRequest], Answer],
    ) -> None:
        self.requests: list[ModelRequest] = []
        """Every request it was asked, in order."""
        self._say = answers if callable(answers) else partial(self._next, answers)
        self._calls: Counter[str] = Counter()

    def answer(self, request: ModelRequest) -> ModelReply:
        """Return the next answer for the request.

        Raises:
            LLMError: no answer is prepared, or none is left.
            Exception: the prepared answer is one.
        """
        self.requests.append(request)
        return as_reply(self._say(request), request)

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the next answer for the request; see :meth:`answer`."""
        return self.answer(request)

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""

    def _next(
        self, prepared: Mapping[str, Answer | Sequence[Answer]], request: ModelRequest
    ) -> Answer:
        purpose = request.purpose
        if purpose not in prepared:
            known = ", ".join(prepared) or "none"
            raise LLMError(f"no answer is scripted for {purpose!r}; there are {known}")
        answers = prepared[purpose]
        if isinstance(answers, Mapping | str | ModelReply | Exception):
            return answers
        call = self._calls[purpose]
        self._calls[purpose] += 1
        if call >= len(answers):
            raise LLMError(f"all {len(answers)} answers scripted for {purpose!r} are used up")
        return answers[call]
