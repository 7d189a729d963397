"""Which policy plays: by name, with all that it is made from."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webpilot.budget import Limits
from webpilot.errors import ConfigError
from webpilot.llm.prices import Price, no_price
from webpilot.llm.protocol import LLM
from webpilot.llm.settings import ModelSettings
from webpilot.naming import named
from webpilot.offline import OfflineCast
from webpilot.roles import Cast

__all__ = ["POLICIES", "PolicySettings"]

MOST_SAMPLES = 64
"""Answers to one question that are ever asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """One policy, as a configuration describes it."""

    name: str = "offline"
    """``offline`` (no language model) or ``llm``."""
    prompts: str = "webpilot"
    """How a model is asked: key of :data:`webpilot.cast.STYLES`."""
    hints: str | None = None
    """A file of site hints, by name or path."""
    samples: int = 1
    """Independent appraisals of each node, of which the middle one counts."""
    model: ModelSettings = ModelSettings()

    def __post_init__(self) -> None:
        named("policy", self.name, POLICIES)
        whole = isinstance(self.samples, int) and not isinstance(self.samples, bool)
        if not whole or not 1 <= self.samples <= MOST_SAMPLES:
            raise ConfigError(
                f"policy.samples={self.samples!r} must be a whole number from 1 to {MOST_SAMPLES}"
            )

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
    def _sends(self) -> bool:
        return self.name == "llm" and self.model.tape.mode != "replay"

    @property
    def hosts(self) -> Mapping[str, tuple[str, ...]]:
        """The hosts that page text will be sent to, and the models asked there; none if replayed.

        Raises:
            ConfigError: the environment's address is none.
        """
        found: dict[str, tuple[str, ...]] = {}
        for each in self.model.everyone.values() if self._sends else ():
            host = each.host(os.environ)
            found[host] = tuple(dict.fromkeys((*found.get(host, ()), each.model)))
        return found

    async def check_endpoints(self) -> tuple[str, ...]:
        """Return notes on what the endpoints are not known to hold; see :mod:`.llm.endpoints`.

        Raises:
            ConfigError: one does not answer, or does not list the model of a role.
        """
        if not self._sends:
            return ()
        from webpilot.llm.endpoints import check_endpoints

        return await check_endpoints(self.model)

    def check(self, *limits: Limits) -> None:
        """Raise where ``limits`` on dollars could not be kept.

        Raises:
            ConfigError: one of them limits dollars, and what the model costs is not known.
        """
        limited = any(each.usd is not None for each in limits)
        if self.name != "llm" or not limited:
            return
        for where, each in self.model.everyone.items():
            if each.known_price is None:
                raise no_price(each.model, f"{where}.price")


def _offline(settings: PolicySettings, salt: bytes, llm: LLM | None) -> Cast:
    del settings, salt, llm
    return OfflineCast()


def _llm(settings: PolicySettings, salt: bytes, llm: LLM | None) -> Cast:
    # Imported here, because the offline policy needs none of it and it takes a second.
    from prompts.hints import load_hints
    from webpilot.cast import STYLES, LLMCast

    named("policy.prompts", settings.prompts, STYLES)
    hints = load_hints(settings.hints)
    listed = llm is None  # what is listed under a name is not what a model of one's own is
    if llm is None:
        from webpilot.llm.chain import chain

        llm = chain(settings.model, rng=random.Random(salt), samples=settings.samples)

    def price(of: ModelSettings) -> Price | None:
        return of.known_price if listed else of.price

    return LLMCast(
        llm=llm,
        settings=settings.model,
        style=settings.prompts,
        salt=salt,
        hints=hints,
        price=price(settings.model),
        role_prices={role: price(own) for role, own in settings.model.roles.items()},
        samples=settings.samples,
    )


POLICIES: Mapping[str, Callable[[PolicySettings, bytes, LLM | None], Cast]] = {
    "offline": _offline,
    "llm": _llm,
}
"""Makers of casts by policy name."""
