"""Which model is asked, where, and how patiently. No key is ever a setting."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit

from webpilot.errors import ConfigError
from webpilot.llm.prices import Price, listed_context, listed_price
from webpilot.llm.role_settings import OFFICIAL, OPENAI_KEY, ROLES, changes_of
from webpilot.llm.scheduling import SCHEDULERS

__all__ = ["OFFICIAL", "Mode", "ModelSettings", "Structured", "TapeMode", "TapeSettings"]

Mode = Literal["json_schema", "json_object", "text"]
"""How an endpoint is told about the answer's form, from the strictest to none at all."""

Structured = Literal["auto", "json_schema", "json_object", "text"]
"""A mode, or ``auto``: the strictest one that the endpoint accepts."""

TapeMode = Literal["off", "record", "replay", "auto"]
"""What a tape of calls is for: nothing, being written, being read, or both (what it holds is read,
what it lacks is asked and written)."""

BASE_URL = "OPENAI_BASE_URL"
HOST = r"([\w-]{1,63}\.)*[\w-]{1,63}\.?|[0-9a-f.]*:[0-9a-f:.]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeSettings:
    """Where the calls of a run are kept, beside its folder, and what for."""

    mode: TapeMode = "off"
    path: str = "runs/tape.sqlite"

    def __post_init__(self) -> None:
        if self.mode not in get_args(TapeMode):
            raise ConfigError(
                f"llm.tape.mode={self.mode!r} must be one of {', '.join(get_args(TapeMode))}"
            )
        if not isinstance(self.path, str) or not Path(self.path).name:
            raise ConfigError(f"llm.tape.path={self.path!r} must be the name of a file")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """What a configuration says about the model."""

    model: str = "gpt-4o"
    """The endpoint's name of the model."""
    base_url: str | None = None
    """Address of an OpenAI-compatible server, usually ending in ``/v1``; ``None`` is the
    environment's ``OPENAI_BASE_URL``, or OpenAI itself."""
    key_env: str | None = OPENAI_KEY
    """Name of the environment variable that holds the key; ``None`` sends none."""
    temperature: float = 0.3
    """From 0 to 2."""
    max_tokens: int = 4096
    """Bound on an answer's length."""
    timeout_s: float = 90.0
    """Seconds that one attempt may take altogether."""
    structured: Structured = "auto"
    retries: int = 6
    """Further attempts at a call whose endpoint is busy, fails or is silent."""
    concurrency: int = 16
    """Calls under way at once, at most; fewer while the endpoint says that it is busy."""
    scheduler: str = "vtc"
    """Which of the waiting calls is next: key of :data:`webpilot.llm.scheduling.SCHEDULERS`."""
    context: int | None = None
    """Tokens that the model holds, question and answer together; ``None`` is what the table of
    prices says, or 128,000."""
    page_tokens: int = 32_000
    """Tokens of page text in one question, at most."""
    price: Price | None = None
    """``None`` is that of the table; see :attr:`known_price`."""
    tape: TapeSettings = TapeSettings()
    roles: Mapping[str, ModelSettings] = field(default_factory=dict)
    """Those of the roles that ask another model, or another endpoint."""

    def __post_init__(self) -> None:
        if self.base_url is not None:
            _checked(self.base_url, "llm.base_url")
        if self.key_env is not None and not _variable(self.key_env):
            raise ConfigError(f"llm.key_env must name a variable such as {OPENAI_KEY}, no key")
        positive = "a whole number from 1 on"
        demands = {
            "model": (isinstance(self.model, str) and self.model.strip(), "a name, such as gpt-4o"),
            "temperature": (
                _number(self.temperature) and 0 <= self.temperature <= 2,
                "a number from 0 to 2",
            ),
            "max_tokens": (_whole(self.max_tokens, 1), positive),
            "timeout_s": (
                _number(self.timeout_s) and self.timeout_s > 0,
                "a number of seconds above 0",
            ),
            "structured": (
                self.structured in get_args(Structured),
                f"one of {', '.join(get_args(Structured))}",
            ),
            "retries": (_whole(self.retries, 0), "a whole number from 0 on"),
            "concurrency": (_whole(self.concurrency, 1), positive),
            "scheduler": (self.scheduler in [*SCHEDULERS], f"one of {', '.join(SCHEDULERS)}"),
            "context": (
                self.context is None
                or (_whole(self.context, 1) and self.context > self.max_tokens),
                f"null, or a whole number above llm.max_tokens={self.max_tokens}",
            ),
            "page_tokens": (_whole(self.page_tokens, 1), positive),
        }
        for name, (met, demand) in demands.items():
            if not met:
                raise ConfigError(f"llm.{name}={getattr(self, name)!r} must be {demand}")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the settings that ``values`` names.

        Mappings in it are ``price``, ``tape`` and ``roles``: an entry for each role that asks
        another model, the model's name or settings.

        Raises:
            ConfigError: there is no such setting, or a value is none for it.
        """
        told = dict(_named("llm", values, cls))
        roles = changes_of(told.pop("roles", None) or {})
        if isinstance(told.get("price"), Mapping):
            told["price"] = Price.of(told["price"])
        if isinstance(told.get("tape"), Mapping):
            tape = dict(_named("llm.tape", told["tape"], TapeSettings))
            if tape.get("mode") is False:  # what a bare `off` means in YAML
                tape["mode"] = "off"
            told["tape"] = TapeSettings(**tape)
        for name, kind in (("price", Price | None), ("tape", TapeSettings)):
            if name in told and not isinstance(told[name], kind):
                raise ConfigError(f"llm.{name}={told[name]!r} must be given key by key")
        every = cls(**told)
        return replace(every, roles={role: every._for(role, roles[role]) for role in roles})

    def _for(self, role: str, changes: Mapping[str, Any]) -> Self:
        """Return these settings with what is otherwise for a role."""
        told, where = dict(changes), f"llm.roles.{role}"
        if isinstance(told.get("price"), Mapping):
            told["price"] = Price.of(told["price"], f"{where}.price")
        if not isinstance(told.get("price"), Price | None):
            raise ConfigError(f"{where}.price={told['price']!r} must be given key by key")
        try:
            return replace(self, **told)
        except ConfigError as error:
            raise ConfigError(str(error).replace("llm.", f"{where}.", 1)) from None

    @property
    def names(self) -> str:
        """The model's name, if any role asks it, and each that a role asks instead."""
        shared = [self.model] if "llm" in self.everyone else []
        return ", ".join([*shared, *(f"{role}={own.model}" for role, own in self.roles.items())])

    @property
    def everyone(self) -> Mapping[str, ModelSettings]:
        """The settings of every model that may be asked, by the setting that they stand under."""
        own = {f"llm.roles.{role}": each for role, each in self.roles.items()}
        shared = {} if self.roles.keys() >= set(ROLES) else {"llm": self}
        return {**shared, **own}

    @property
    def known_price(self) -> Price | None:
        """What the model costs: as set, else as listed; ``None`` where nobody says."""
        return self.price or listed_price(self.model)

    @property
    def room(self) -> int:
        """Tokens that a question may have, so that an answer of ``max_tokens`` fits behind it."""
        return max(1, (self.context or listed_context(self.model)) - self.max_tokens)

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


def _variable(name: object) -> bool:
    return isinstance(name, str) and re.fullmatch(r"[A-Z_][A-Z0-9_]*", name) is not None


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _named(where: str, values: Mapping[str, Any], kind: type) -> Mapping[str, Any]:
    """Return ``values`` if each is a setting of ``kind``."""
    known = [each.name for each in fields(kind)]
    for name in values:
        if name not in known:
            raise ConfigError(f"{where} has no setting {name!r}; it has {', '.join(known)}")
    return values


def _checked(url: object, name: str) -> str:
    """Return ``url`` if it is an address without anything in it that may be a key."""
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
        raise ConfigError(f"{name} {mend}, with no user or password: keys go to {OPENAI_KEY}")
    if "?" in url or "#" in url:
        raise ConfigError(f"{name} {mend}, with nothing from ? or # on: keys go to {OPENAI_KEY}")
    return url
