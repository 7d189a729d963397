"""Language models: the one seam they are asked through, and everything that stands behind it.

Importing this package loads no client library: :mod:`webpilot.llm.openai_client` alone does, so a
run without a model never pays for one. :mod:`webpilot.llm.scripted` is a model that says what it is
told to, :mod:`webpilot.llm.oracle` one that is right as often as it is told to,
:mod:`webpilot.llm.loopback` puts any such model behind a real HTTP endpoint, and
:mod:`webpilot.llm.faults` behind one that misbehaves.
"""

from __future__ import annotations

from webpilot.llm.protocol import LLM, Message, ModelReply, ModelRequest
from webpilot.llm.settings import ModelSettings

__all__ = ["LLM", "Message", "ModelReply", "ModelRequest", "ModelSettings"]
