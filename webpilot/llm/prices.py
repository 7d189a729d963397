"""What a model's tokens cost, and how many of them it holds: settings, or a dated table.

The table is ``conf/llm/prices.yaml``. A model that is not in it has no price, and no run with a
limit on dollars starts with it: a guess would not hold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

import yaml  # type: ignore[import-untyped]  # its stubs are no dependency of ours

from webpilot.errors import ConfigError

__all__ = ["CONTEXT", "Price", "listed_context", "listed_price", "no_price"]

CONTEXT = 128_000
"""Tokens that a model of which nothing is known is taken to hold, question and answer together."""

MILLION = 1_000_000
EDITION = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars per million tokens."""

    tokens_in: float
    tokens_out: float
    cached_in: float
    """Of prompt tokens that the endpoint had cached."""

    @classmethod
    def of(cls, values: Mapping[str, Any], where: str = "llm.price") -> Self | None:
        """Return the price that ``in``, ``out`` and ``cached_in`` tell; ``None`` if none is told.

        Raises:
            ConfigError: a value is no number from 0 on, or one of ``in`` and ``out`` is missing.
        """
        for name in values:
            if name not in ("in", "out", "cached_in"):
                raise ConfigError(f"{where} has no {name!r}; it has in, out, cached_in")
        told = {name: value for name, value in values.items() if value is not None}
        for name, value in told.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value < math.inf:
                raise ConfigError(
                    f"{where}.{name}={value!r} must be US dollars per million tokens, from 0 on"
                )
        if not told:
            return None
        for name in ("in", "out"):
            if name not in told:
                raise ConfigError(f"{where}.{name} is missing: set {where}.{name}=... as well")
        return cls(
            tokens_in=told["in"],
            tokens_out=told["out"],
            cached_in=told.get("cached_in", told["in"]),
        )

    def dollars(self, tokens_in: float, tokens_out: float, cached: float = 0) -> float:
        """Return what these tokens cost, ``cached`` of those that went in at the lower price."""
        whole = (tokens_in - cached) * self.tokens_in + cached * self.cached_in
        return (whole + tokens_out * self.tokens_out) / MILLION


def listed_price(model: str) -> Price | None:
    """Return the table's price of a model, or ``None`` where the table does not know it."""
    entry = _entry(model)
    if entry is None:
        return None
    return Price.of({name: value for name, value in entry.items() if name != "context"})


def listed_context(model: str) -> int:
    """Return how many tokens the table says a model holds; :data:`CONTEXT` for others."""
    entry = _entry(model)
    return CONTEXT if entry is None else int(entry["context"])


def no_price(model: str, where: str = "llm.price") -> ConfigError:
    """Return the error of a run that has a limit on dollars, but no price to count them with."""
    return ConfigError(
        f"budget usd is set, but what {model} costs is not known: set {where}.in=... and "
        f"{where}.out=... (US dollars per million tokens), or take the limit on dollars away"
    )


def _entry(model: str) -> Mapping[str, Any] | None:
    table = yaml.safe_load((files("conf") / "llm" / "prices.yaml").read_text(encoding="utf-8"))
    found: Mapping[str, Any] | None = table.get(model, table.get(EDITION.sub("", model)))
    return found
