"""Ask a model one question and get a typed answer: render, send, check, repair once, or fail.

Every call of every role passes here, so a malformed answer is the same thing everywhere: one
bounded repair, then a :class:`~webpilot.errors.FormatError`, which counts as the agent's failure.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from prompts.answers import Answer, Unusable, parse_answer, shortened
from prompts.rendering import Rendered, render
from webpilot.errors import FormatError, LLMError
from webpilot.llm.counting import size
from webpilot.llm.protocol import LLM, TOO_LONG, Message, ModelReply, ModelRequest
from webpilot.overlap import overlapped

__all__ = ["Asker"]

BYTES_A_TOKEN = 3
"""For guessing whether a question fits a model: accessibility trees have three to four. Where the
guess is wrong the endpoint says so, and the page is halved once."""
LEAST_PAGE = 1_000
"""Bytes of a page that are shown whatever else a question holds."""

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """How the roles of one episode ask: which model, with which settings, behind which fences."""

    llm: LLM
    model: str
    salt: bytes
    """Of the run; makes the fences' nonces."""
    temperature: float = 0.3
    max_tokens: int = 4096
    room: int = 120_000
    """Tokens that a question may have."""
    page_tokens: int = 32_000
    """Tokens that a page in it may have."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """Site hints by role; empty unless the user switched them on."""
    role: str = ""
    """Who asks."""
    own: Mapping[str, Asker] = field(default_factory=dict, repr=False)
    """Askers of the roles that ask another model, or are charged another price."""
    samples: int = 1
    """Independent answers that a judgement of scores is the middle of."""
    stream: int = 0
    """Sample of the episode's first question. Episodes of their own draw answers of their own."""
    asked: Counter[str] = field(default_factory=Counter, repr=False)
    """How often each question was asked: the next equal one is another sample."""

    def of(self, role: str) -> Asker:
        """Return how ``role`` asks: as is set for it, else as all do."""
        return self.own.get(role) or replace(self, role=role)

    async def ask(
        self,
        template: str,
        kind: type[A],
        *,
        check: Callable[[A], None] | None = None,
        speculative: bool = False,
        **variables: Any,
    ) -> A:
        """Return the model's answer to ``template`` as ``kind``.

        Asked again, an equal question may be answered otherwise: it is another sample.

        Args:
            template: its path under ``prompts/`` without the ending.
            kind: the answer's model; its JSON schema goes with the request.
            check: raises :class:`Unusable` for what the schema cannot tell.
            speculative: nothing waits for the answer yet, so it may be sent after others.
            variables: what the template shows.

        Raises:
            FormatError: the answer could not be used, nor could the repaired one.
            LLMError: the model could not be asked, or the question is too long for it, even with
                pages half as long.
            BudgetExhausted: the call would pass a limit.
        """
        schema = kind.model_json_schema()
        shown = self._fitted(template, variables, size(json.dumps(schema)))
        question = ModelRequest(
            purpose=template.rpartition("/")[2],
            model=self.model,
            messages=shown.messages,
            schema=schema,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            sample=self.stream,
            nonces=shown.nonces,
            role=self.role,
            speculative=speculative,
        )
        key = question.key
        question = replace(question, sample=self.stream + self.asked[key])
        self.asked[key] += 1
        reply = await self._answer(question)
        half = max(shown.pages, default=0) // 2
        if reply.finish_reason == TOO_LONG and half >= LEAST_PAGE:
            shown = render(template, self.salt, variables, page_bytes=half)
            question = replace(question, messages=shown.messages, nonces=shown.nonces)
            reply = await self._answer(question)
        try:
            return _checked(reply, kind, check)
        except Unusable as fault:
            again = await self._answer(_repair(question, reply, fault))
        try:
            return _checked(again, kind, check)
        except Unusable as fault:
            raise FormatError(f"{template}: unusable answer after one repair: {fault}") from None

    async def ask_samples(self, template: str, kind: type[A], **given: Any) -> tuple[A, ...]:
        """Return :attr:`samples` independent answers, asked for at the same time.

        Args:
            template: see :meth:`ask`, which also says what is raised.
            kind: the answers' model.
            given: what else :meth:`ask` takes.
        """
        calls = [self.ask(template, kind, **given) for _ in range(self.samples)]
        return await overlapped(*calls)

    async def _answer(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer without this question's nonces, lest a later one repeats them.

        A page that knew them could close its fence.
        """
        reply = await self.llm.complete(request)
        return replace(
            reply, text=request.masked(reply.text), refusal=request.masked(reply.refusal)
        )

    def _fitted(self, template: str, variables: Mapping[str, Any], schema: int) -> Rendered:
        """Return the template rendered so that it should fit the model, pages pruned if need be.

        Args:
            template: see :meth:`ask`.
            variables: see :meth:`ask`.
            schema: bytes of the answer's schema, which goes with the question.
        """
        most = self.page_tokens * BYTES_A_TOKEN
        shown = render(template, self.salt, variables, page_bytes=most)
        taken = schema + sum(size(message.content) for message in shown.messages)
        over = taken - self.room * BYTES_A_TOKEN
        if over <= 0 or not shown.pages:
            return shown
        left = (sum(shown.pages) - over) // len(shown.pages)
        return render(template, self.salt, variables, page_bytes=max(LEAST_PAGE, left))


def _checked(reply: ModelReply, kind: type[A], check: Callable[[A], None] | None) -> A:
    if reply.finish_reason == TOO_LONG:
        raise LLMError(
            f"the question does not fit {reply.model or 'the model'}: set llm.context to what the "
            "model holds, or take one that holds more"
        )
    answer = parse_answer(reply, kind)
    if check is not None:
        check(answer)
    return answer


def _repair(request: ModelRequest, reply: ModelReply, fault: Unusable) -> ModelRequest:
    """Return the question again, with the unusable answer and what is wrong with it."""
    told = (
        f"Your answer cannot be used: {fault}. "
        "Answer the same question again: one JSON object that fits the schema, no other text."
    )
    return replace(
        request,
        messages=(
            *request.messages,
            Message(role="assistant", content=shortened(reply.text or reply.refusal) or "(empty)"),
            Message(role="user", content=told),
        ),
    )
