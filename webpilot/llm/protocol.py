"""What a call of a language model is: the one request, the one reply, the one seam.

Everything that asks a model does so through :class:`LLM`. Wrappers of the same protocol add what a
run needs on the way (:mod:`webpilot.llm.metering`), so a call passes one place and has one name:
the content-addressed :attr:`ModelRequest.key`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

__all__ = ["LLM", "Message", "ModelReply", "ModelRequest"]

MASK = "NONCE"


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
    """Index among equal questions, so that independent samples have different keys."""
    nonces: tuple[str, ...] = ()
    """What the fences around page text carry; random for each run, so masked in the key."""

    @property
    def key(self) -> str:
        """SHA-256 over all that determines the answer: equal questions have equal keys."""
        messages = [[message.role, self._masked(message.content)] for message in self.messages]
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

    def _masked(self, text: str) -> str:
        for nonce in self.nonces:
            text = text.replace(nonce, MASK)
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """One answer of a model, as it came: nobody has checked it yet."""

    text: str
    finish_reason: str = "stop"
    """Why the model stopped; ``length`` means the text is cut off."""
    refusal: str = ""
    """The model's own words for not answering, or the empty string."""
    tokens_in: int = 0
    """Prompt tokens, as the endpoint reports them; 0 where it does not."""
    tokens_out: int = 0
    """Completion tokens, as the endpoint reports them; 0 where it does not."""
    model: str = ""
    """What the endpoint calls the model that answered."""


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
