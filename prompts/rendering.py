"""Templates to messages: what a model is shown, with every word of a page behind a fence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from prompts.fence import fence, nonce
from prompts.pruning import pruned
from webpilot.llm.protocol import Message

__all__ = ["Rendered", "render"]

FOLDER = Path(__file__).parent
SPLIT = "=== question ==="
"""Stands on a line of its own between a template's system part and its user part."""


_FENCING: ContextVar[Callable[[str, bool], str]] = ContextVar("_FENCING")
"""How the rendering at hand puts up a fence; macros see no variables, so it cannot be one."""


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        autoescape=False,  # noqa: S701 - text for a model, not for a browser
    )
    environment.filters["fenced"] = lambda text: _FENCING.get()(str(text), False)
    environment.filters["fenced_page"] = lambda text: _FENCING.get()(str(text), True)
    return environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A rendered template."""

    messages: tuple[Message, ...]
    nonces: tuple[str, ...]
    """Nonces of all fences in the messages."""
    pages: tuple[int, ...] = ()
    """Bytes of each page that is shown, as it is shown."""


def render(
    template: str,
    salt: bytes,
    variables: Mapping[str, Any],
    *,
    page_bytes: int | None = None,
) -> Rendered:
    """Return the messages that ``template`` makes of the variables.

    A template holds a system part, a line ``=== question ===``, and a user part: role text first,
    then task, page, history and question (decision 16), so that prompts share their beginnings.
    Text goes through ``| fenced`` wherever a page may have had a say in it.

    Args:
        template: its path under ``prompts/`` without the ending, e.g. ``webpilot/propose``.
        salt: the run's own, for the fences.
        variables: what the template asks for; a missing one is an error.
        page_bytes: what one page may take; a longer one is pruned, and nothing else ever is.

    Raises:
        jinja2.TemplateError: there is no such template, or a variable is missing.
    """
    nonces: list[str] = []
    pages: list[int] = []

    def put_up(text: str, is_page: bool) -> str:
        if is_page:
            text = text if page_bytes is None else pruned(text, page_bytes)
            pages.append(len(text.encode(errors="replace")))
        nonces.append(nonce(text, salt))
        return fence(text, salt)

    token = _FENCING.set(put_up)
    try:
        text = _environment().get_template(f"{template}.j2").render(**variables)
    finally:
        _FENCING.reset(token)
    system, found, user = text.partition(f"{SPLIT}\n")
    if not found:
        raise jinja2.TemplateSyntaxError(f"no line {SPLIT!r} in {template}", 1)
    messages = (
        Message(role="system", content=system.strip()),
        Message(role="user", content=user.strip()),
    )
    return Rendered(messages=messages, nonces=tuple(dict.fromkeys(nonces)), pages=tuple(pages))
