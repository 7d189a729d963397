"""What an endpoint's error means: whether to ask again, when, and what it may have cost."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx2
import openai

from webpilot.errors import LLMError, TransientError
from webpilot.llm.role_settings import OPENAI_KEY

__all__ = ["told", "too_long", "unsent", "wait_of"]

CODES = frozenset(
    ["context_length_exceeded", "insufficient_quota", "invalid_api_key", "model_not_found"]
    + ["rate_limit_exceeded", "unsupported_parameter", "unsupported_value"]
)
"""Causes worth passing on. Any other words of an endpoint might repeat a key."""

MENDS: Mapping[int, str] = {
    400: "check llm.model, llm.structured and the length of the prompt",
    401: "check OPENAI_API_KEY",
    403: "check that OPENAI_API_KEY may use llm.model",
    404: "check llm.model and the base URL, which usually ends in /v1",
    422: "check llm.model, llm.structured and the length of the prompt",
    429: "wait, or raise the endpoint's limit",
}

REQUEST_TIMEOUT, TOO_LARGE, TOO_MANY, BAD_GATEWAY, GATEWAY_TIMEOUT = 408, 413, 429, 502, 504

MAYBE_ANSWERED = (REQUEST_TIMEOUT, BAD_GATEWAY, GATEWAY_TIMEOUT)
"""Somebody in between gave up: the model behind may have answered, and billed it."""

LENGTH = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length"
    r"|context (length|size|window) (exceeded|is)|(exceeds?|larger than) the.{0,20} context",
    re.IGNORECASE,
)
"""How OpenAI, vLLM, llama.cpp and others say that a question is too long."""


def too_long(error: openai.APIStatusError) -> bool:
    """Return whether an endpoint refuses a question for its length."""
    if error.status_code == TOO_LARGE:
        return True
    words = f"{error.code} {error.type} {error.message}"
    return error.status_code in (400, 422) and LENGTH.search(words) is not None


def unsent(error: Exception) -> bool:
    """Return whether a connection failed before the question can have reached anybody."""
    cause = error if isinstance(error, httpx2.HTTPError) else error.__cause__
    return isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)


def told(error: openai.APIStatusError, place: str, key_env: str = OPENAI_KEY) -> LLMError:
    """Return what a status means, in one line that names the mend and repeats no key.

    Args:
        error: the client's.
        place: host and port of the endpoint.
        key_env: name of the variable that holds its key.
    """
    status = error.status_code
    code = f" ({error.code})" if error.code in CODES else ""
    other = "the server fails, try again later"
    if status < 400:
        other = "redirects are not followed, so give the final address as the base URL"
    elif status < 500:
        other = "check the base URL and llm.model"
    broke = error.code == "insufficient_quota"
    mend = "add credit to the account" if broke else MENDS.get(status, other)
    message = f"{place} answered {status}{code}: {mend.replace(OPENAI_KEY, key_env)}"
    if broke or (status < 500 and status not in (REQUEST_TIMEOUT, TOO_MANY)):
        return LLMError(message)
    return TransientError(
        message,
        busy=status == TOO_MANY,
        wait=wait_of(error.response.headers),
        lost=status in MAYBE_ANSWERED,
    )


def wait_of(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that ``Retry-After`` asks for; ``None`` where it does not say so.

    A date in it counts from the answer's own ``Date``, so no clock of this machine matters.
    """
    value = headers.get("retry-after", "")
    try:
        seconds = _number(headers.get("retry-after-ms")) / 1000
        if math.isnan(seconds):
            seconds = _number(value)
        if math.isnan(seconds):
            until, now = (parsedate_to_datetime(text) for text in (value, headers.get("date", "")))
            seconds = (until - now).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return math.nan
