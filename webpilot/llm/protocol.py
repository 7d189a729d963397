"""What a call of a language model is: the one request, the one reply, the one seam.

Everything that asks a model does so through :class:`LLM`. Wrappers of the same protocol add what a
run needs on the way, each in its own module: a budget (:mod:`webpilot.llm.metering`), a tape
(:mod:`webpilot.llm.tape`), further attempts (:mod:`webpilot.llm.retrying`). So a call passes one
place and has one name: the content-addressed :attr:`ModelRequest.key`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, Protocol

from webpilot.errors import LLMError

__all__ = ["LLM", "TOO_LONG", "Message", "ModelReply", "ModelRequest", "Payer", "Turn"]

MASK = "NONCE"

TOO_LONG = "context_length_exceeded"
"""The ``finish_reason`` of a reply that holds nothing: the question did not fit the model."""


class Turn(NamedTuple):
    """How an attempt got its turn among all that are sent to one endpoint."""

    waited: float
    """Seconds."""
    served: float = 0.0
    """Weighted tokens that its account got while calls waited, since the attempt before."""
    fair: float = 0.0
    """What the account would have got, had all those with calls then been served alike."""


class Payer(Protocol):
    """Who pays for a call under way: asked before each further attempt, told what it was for."""

    @property
    def account(self) -> str:
        """Whose call it is: calls of one account wait in one queue."""
        ...

    @property
    def seconds_left(self) -> float:
        """Seconds that the call may still take; ``inf`` without a limit."""
        ...

    def failed(self, error: LLMError, wait: float) -> None:
        """Take note of an attempt without an answer, after which another follows in ``wait`` s."""
        ...

    def served(self, turn: Turn) -> None:
        """Take note of how an attempt got its turn."""
        ...

    async def again(self) -> None:
        """Set aside what another attempt may cost.

        Raises:
            BudgetExhausted: there is no room for it.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One question to a model."""

    purpose: str
    """Name of the template that was rendered, e.g. ``propose``; also the schema's name."""
    model: str
    messages: tuple[Message, ...]
    schema: Mapping[str, Any] = field(default_factory=dict)
    """JSON schema of the answer; empty where any text will do."""
    temperature: float = 0.3
    max_tokens: int = 4096
    """Bound on the answer's length."""
    sample: int = 0
    """Which of the independent answers to equal questions is wanted; each has a key of its own."""
    nonces: tuple[str, ...] = ()
    """What the fences around page text carry; random for each run, so masked in the key."""
    role: str = field(default="", compare=False)
    """Who asks, e.g. ``explorer``; decides where the question goes and is no part of it."""
    speculative: bool = field(default=False, compare=False)
    """Nothing waits for the answer yet: it may be sent after others. No part of the question."""
    payer: Payer | None = field(default=None, compare=False, repr=False)
    """Who pays; no part of the question."""

    @property
    def key(self) -> str:
        """SHA-256 over all that determines the answer: equal questions have equal keys."""
        messages = [[message.role, self.masked(message.content)] for message in self.messages]
        content = {
            "model": self.model,
            "messages": messages,
            # As text, because the order of its fields is the order in which a model reasons.
            "schema": json.dumps(self.schema),
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "sample": self.sample,
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def masked(self, text: str) -> str:
        """Return ``text`` without this request's nonces, which differ from run to run."""
        for nonce in self.nonces:
            text = text.replace(nonce, MASK)
        return text

    @property
    def question(self) -> ModelRequest:
        """The request as every run asks it: nonces masked, nobody's. It has the same key."""
        messages = tuple(
            replace(message, content=self.masked(message.content)) for message in self.messages
        )
        return replace(self, messages=messages, nonces=(), role="", payer=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """One answer of a model, as it came: nobody has checked it yet."""

    text: str
    finish_reason: str = "stop"
    """Why the model stopped: ``length`` means the text is cut off, :data:`TOO_LONG` that the
    question was not taken."""
    refusal: str = ""
    """The model's own words for not answering, or the empty string."""
    tokens_in: int = 0
    """Prompt tokens, as the endpoint reports them; 0 where it does not."""
    tokens_out: int = 0
    """Completion tokens, as the endpoint reports them; 0 where it does not."""
    tokens_in_cached: int = 0
    """Those of ``tokens_in`` that the endpoint had cached, and asks less for."""
    model: str = ""
    """What the endpoint calls the model that answered."""
    attempts: int = 1
    """Calls that the answer took: each attempt counts as one."""
    lost: int = 0
    """Those of them that may have been answered, and billed, without the answer arriving."""
    taped: bool = False
    """A tape gave the answer: nothing is paid for it."""


class LLM(Protocol):
    """A language model, or something that stands in for one."""

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer.

        Raises:
            LLMError: the model could not be reached, or its envelope could not be read.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections; closing twice is harmless."""
        ...
