"""Whether the endpoints of a run are there and hold its models, before it begins.

An adapter that a server has not loaded may be answered by its base model, or refused in the middle
of an episode; here it is one line, before anything else is sent.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from webpilot.errors import ConfigError, TransientError
from webpilot.llm.openai_client import OpenAILLM
from webpilot.llm.settings import ModelSettings

__all__ = ["check_endpoints"]

TIMEOUT_S = 10.0
"""Seconds an endpoint has at most to list its models."""
SHOWN = 8
"""Models of an endpoint that are named."""
NAME = re.compile(r"[\w./:@+-]{1,80}")
"""What is repeated of an endpoint's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One model at one endpoint."""

    setting: str
    """The setting that names it."""
    settings: ModelSettings

    @property
    def model(self) -> str:
        return self.settings.model


async def check_endpoints(
    settings: ModelSettings, environment: Mapping[str, str] = os.environ
) -> tuple[str, ...]:
    """Return notes on what could not be checked, a line each.

    Each endpoint is asked once for its list of models. Where ``settings.roles`` maps roles to
    models, each of them must be on the list of its endpoint; a single model that is not listed is
    a note only, because servers of one model often take any name for it.

    Raises:
        ConfigError: an endpoint does not answer, takes no key or another one, or does not list a
            role's model; one line that names the mend.
    """
    notes = []
    for place, wanted in _by_endpoint(settings, environment).items():
        names = await _names(wanted[0], environment)
        if isinstance(names, str):
            notes.append(f"{place}: {names}; whether it has {_told(wanted)} shows when it is asked")
            continue
        for each in wanted:
            if not {each.model, f"{each.model}:latest"} & names:
                fault = _missing(place, each, names)
                if settings.roles:
                    raise ConfigError(fault)
                notes.append(fault)
    return tuple(notes)


def _by_endpoint(
    settings: ModelSettings, environment: Mapping[str, str]
) -> dict[str, list[_Wanted]]:
    """Return the models to look for, each once, by host and port and path of their endpoint."""
    found: dict[str, list[_Wanted]] = {}
    for each in _wanted(settings):
        url = urlsplit(each.settings.url(environment))
        place = f"{url.netloc}{url.path}".rstrip("/")
        there = found.setdefault(place, [])
        if each.model not in {other.model for other in there}:
            there.append(each)
    return found


def _wanted(settings: ModelSettings) -> Iterator[_Wanted]:
    for where, each in settings.everyone.items():
        yield _Wanted(setting=f"{where}.model", settings=each)


async def _names(wanted: _Wanted, environment: Mapping[str, str]) -> frozenset[str] | str:
    """Return the models that an endpoint lists, or what it did instead."""
    patience = min(TIMEOUT_S, wanted.settings.timeout_s)
    llm = OpenAILLM(replace(wanted.settings, timeout_s=patience, roles={}), environment)
    setting = wanted.setting.removesuffix("model")
    try:
        status, names = await llm.models()
    except TransientError as error:
        mend = f"it is the {setting}base_url; llm.tape.mode=replay plays without it"
        raise ConfigError(f"{error} ({mend})") from None
    finally:
        await llm.aclose()
    if status in (401, 403):
        sent = wanted.settings.key_env or "no key"
        raise ConfigError(
            f"{llm.place} answered {status} to {sent}: export the key under a name, and give the "
            f"name as {setting}key_env=..."
        )
    return f"no list of models ({status})" if names is None else names


def _missing(place: str, wanted: _Wanted, names: Collection[str]) -> str:
    """Return the line on a model that its endpoint does not list."""
    known = [name for name in sorted(names) if NAME.fullmatch(name)]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    lists = f"it lists {', '.join(known[:SHOWN]) or 'none'}{more}"
    return (
        f"{place} does not list {wanted.model!r}: {lists}; load it there, or name one of these "
        f"with {wanted.setting}=..."
    )


def _told(wanted: list[_Wanted]) -> str:
    return ", ".join(each.model for each in wanted)
