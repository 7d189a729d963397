"""How many tokens a text is, whatever the tokenizer: from a quarter of its bytes to all of them.

Tables of tokenizers cannot be had everywhere, so nothing here depends on one (decision 26).
"""

from __future__ import annotations

import json

from webpilot.llm.protocol import ModelRequest

__all__ = ["asked", "most_tokens", "prompt", "settled", "size"]

BYTES_A_TOKEN = 4
FRAME = 16
"""Tokens a message that an endpoint may put around its text: role, separators, the answer's head.
Those of common chat templates take 3 to 12."""
FORM = 128
"""Bytes that tell a schema in a prompt, beyond the schema itself."""


def settled(text: str, reported: int) -> int:
    """Return the tokens that ``text`` counts for: as reported, but a quarter of its bytes at least.

    An endpoint that reports nothing, or too little, does not widen a budget.
    """
    return max(reported, -(-size(text) // BYTES_A_TOKEN))


def size(text: str) -> int:
    """Return the bytes of ``text`` as it is sent."""
    return len(text.encode(errors="replace"))


def prompt(request: ModelRequest) -> str:
    """Return all that a request's messages say, as one text."""
    return "\n".join(message.content for message in request.messages)


def asked(request: ModelRequest) -> str:
    """Return all that a model reads of a request: messages, and the schema of the answer."""
    form = [json.dumps(request.schema)] if request.schema else []
    return "\n".join([prompt(request), *form])


def most_tokens(request: ModelRequest) -> int:
    """Return a bound on a request's prompt tokens, whatever the tokenizer: none is below a byte."""
    return size(asked(request)) + FRAME * (len(request.messages) + 1) + FORM
