"""Which policy plays: by name, with all that it is made from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webpilot.llm.protocol import LLM
from webpilot.llm.settings import ModelSettings
from webpilot.naming import named
from webpilot.offline import OfflineCast
from webpilot.roles import Cast

__all__ = ["POLICIES", "PolicySettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """One policy, as a configuration describes it."""

    name: str = "offline"
    """``offline`` (no language model) or ``llm``."""
    prompts: str = "webpilot"
    """How a model is asked: key of :data:`webpilot.cast.STYLES`."""
    hints: str | None = None
    """A file of site hints, by name or path."""
    model: ModelSettings = ModelSettings()

    def __post_init__(self) -> None:
        named("policy", self.name, POLICIES)

    def cast(self, *, salt: bytes, llm: LLM | None = None) -> Cast:
        """Return who plays.

        Args:
            salt: of the run, for the fences around page text.
            llm: asked in place of the configured endpoint; a fake, or a model of the user's own.

        Raises:
            ConfigError: no key, no such hints.
        """
        return POLICIES[self.name](self, salt, llm)

    @property
    def host(self) -> str | None:
        """The host that page text will be sent to, or ``None`` where it stays here."""
        return self.model.host(os.environ) if self.name == "llm" else None


def _offline(settings: PolicySettings, salt: bytes, llm: LLM | None) -> Cast:
    del settings, salt, llm
    return OfflineCast()


def _llm(settings: PolicySettings, salt: bytes, llm: LLM | None) -> Cast:
    # Imported here, because the offline policy needs none of it and it takes a second.
    from prompts.hints import load_hints
    from webpilot.cast import STYLES, LLMCast

    named("policy.prompts", settings.prompts, STYLES)
    hints = load_hints(settings.hints)
    if llm is None:
        from webpilot.llm.openai_client import OpenAILLM

        llm = OpenAILLM(settings.model)
    return LLMCast(llm=llm, settings=settings.model, style=settings.prompts, salt=salt, hints=hints)


POLICIES: Mapping[str, Callable[[PolicySettings, bytes, LLM | None], Cast]] = {
    "offline": _offline,
    "llm": _llm,
}
"""Makers of casts by policy name."""
