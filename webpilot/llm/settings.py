"""Which model is asked, where, and how patiently. No key is ever a setting."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from webpilot.errors import ConfigError

__all__ = ["Mode", "ModelSettings", "Structured"]

Mode = Literal["json_schema", "json_object", "text"]
"""How an endpoint is told about the answer's form, from the strictest to none at all."""

Structured = Literal["auto", "json_schema", "json_object", "text"]
"""A mode, or ``auto``: the strictest one that the endpoint accepts."""

OFFICIAL = "https://api.openai.com/v1"
BASE_URL = "OPENAI_BASE_URL"
HOST = r"([\w-]{1,63}\.)*[\w-]{1,63}\.?|[0-9a-f.]*:[0-9a-f:.]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """What a configuration says about the model."""

    model: str = "gpt-4o"
    """The endpoint's name of the model."""
    base_url: str | None = None
    """Address of an OpenAI-compatible server, usually ending in ``/v1``; ``None`` is the
    environment's ``OPENAI_BASE_URL``, or OpenAI itself."""
    temperature: float = 0.3
    """From 0 to 2."""
    max_tokens: int = 4096
    """Bound on an answer's length."""
    timeout_s: float = 90.0
    """Seconds that one call may take altogether."""
    structured: Structured = "auto"

    def __post_init__(self) -> None:
        if self.base_url is not None:
            _checked(self.base_url, "llm.base_url")
        whole = isinstance(self.max_tokens, int) and _number(self.max_tokens)
        demands = {
            "model": (isinstance(self.model, str) and self.model.strip(), "a name, such as gpt-4o"),
            "temperature": (
                _number(self.temperature) and 0 <= self.temperature <= 2,
                "a number from 0 to 2",
            ),
            "max_tokens": (whole and self.max_tokens > 0, "a whole number from 1 on"),
            "timeout_s": (
                _number(self.timeout_s) and self.timeout_s > 0,
                "a number of seconds above 0",
            ),
            "structured": (
                self.structured in get_args(Structured),
                f"one of {', '.join(get_args(Structured))}",
            ),
        }
        for name, (met, demand) in demands.items():
            if not met:
                raise ConfigError(f"llm.{name}={getattr(self, name)!r} must be {demand}")

    def url(self, environment: Mapping[str, str]) -> str:
        """Return the address that is asked: the setting, the environment's, or OpenAI's.

        Raises:
            ConfigError: the environment's address is none.
        """
        if self.base_url is not None:
            return self.base_url
        return _checked(environment.get(BASE_URL, "").strip() or OFFICIAL, BASE_URL)

    def host(self, environment: Mapping[str, str]) -> str:
        """Return the name of the host that will receive page text.

        Raises:
            ConfigError: the environment's address is none.
        """
        return urlsplit(self.url(environment)).hostname or ""


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _checked(url: object, name: str) -> str:
    """Return ``url`` if it is an address without a user or password in it."""
    mend = "must be an address such as https://host:8000/v1"
    if not isinstance(url, str) or not re.fullmatch(r"https?://[!-~]+", url):
        raise ConfigError(f"{name} {mend}")
    try:
        parts = urlsplit(url)
        known = re.fullmatch(HOST, parts.hostname or "") and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise ConfigError(f"{name} {mend}")
    if "@" in parts.netloc:
        raise ConfigError(f"{name} {mend}, with no user or password: keys go to OPENAI_API_KEY")
    return url
