"""Any OpenAI-compatible endpoint, asked through the official client: the only import of it."""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import Mapping
from typing import cast
from urllib.parse import urlsplit

import httpx2
import openai

from webpilot.errors import ConfigError, LLMError
from webpilot.llm.protocol import ModelReply, ModelRequest
from webpilot.llm.settings import OFFICIAL, Mode, ModelSettings, Structured
from webpilot.llm.wire import body, reply_of

__all__ = ["OpenAILLM"]

KEY = "OPENAI_API_KEY"
PLACEHOLDER = "no-key-needed"

REFUSALS = (openai.BadRequestError, openai.NotFoundError, openai.UnprocessableEntityError)
"""How endpoints answer a ``response_format`` that they do not know."""

CODES = frozenset(
    ["context_length_exceeded", "insufficient_quota", "invalid_api_key", "model_not_found"]
    + ["rate_limit_exceeded", "unsupported_parameter", "unsupported_value"]
)
"""Causes worth passing on. Any other words of an endpoint might repeat a key."""

ELSEWHERE = frozenset(["context_length_exceeded", "model_not_found"])
"""Causes of a refusal that another ``response_format`` does not mend."""

MENDS: Mapping[int, str] = {
    400: "check llm.model, llm.structured and the length of the prompt",
    401: f"check {KEY}",
    403: f"check that {KEY} may use llm.model",
    404: "check llm.model and the base URL, which usually ends in /v1",
    422: "check llm.model, llm.structured and the length of the prompt",
    429: "wait, or raise the endpoint's limit",
}


class OpenAILLM:
    """A model behind an OpenAI-compatible endpoint; one attempt a call, one deadline over it.

    Redirects are not followed, so that page text reaches :attr:`host` and no other, and proxies are
    passed over on this machine. Belongs to the event loop of its first call.
    """

    def __init__(
        self, settings: ModelSettings, environment: Mapping[str, str] = os.environ
    ) -> None:
        """Prepare a client; nothing is sent yet.

        Raises:
            ConfigError: the key is missing or is none, or the address is none.
        """
        url = settings.url(environment)
        self.host = settings.host(environment)
        """Name of the host that receives page text."""
        self._settings = settings
        self._place = urlsplit(url).netloc
        self._found: Mode | None = None
        self._probing = asyncio.Lock()
        key = _key(environment, self.host)
        try:
            self._client = openai.AsyncOpenAI(
                api_key=key,
                base_url=url,
                max_retries=0,
                # The deadline is that of `complete`: these bound single reads, which a drip evades.
                timeout=None,
                http_client=openai.DefaultAsyncHttpxClient(
                    follow_redirects=False, trust_env=not _loopback(self.host), timeout=None
                ),
            )
        except httpx2.InvalidURL:
            raise ConfigError(f"the base URL at {self._place} is no address: correct it") from None

    @property
    def structured(self) -> Structured:
        """How the endpoint is told about forms of answers; ``auto`` before that is known."""
        return self._found or self._settings.structured

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer.

        Raises:
            LLMError: the model did not answer, did so too late, or its envelope could not be read.
        """
        # Chained errors would carry the endpoint's own words, and its words may repeat a key.
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._ask(request)
        except (TimeoutError, openai.APITimeoutError):
            late = f"did not answer within {self._settings.timeout_s:g} s"
            message = f"{self._place} {late}: raise llm.timeout_s, or check the server"
        except openai.APIStatusError as error:
            message = self._said(error)
        except openai.OpenAIError:
            mend = "check the base URL, and that the server runs"
            message = f"{self._place} could not be reached: {mend}"
        raise LLMError(message)

    async def aclose(self) -> None:
        """Let go of connections; closing twice is harmless."""
        await self._client.close()

    async def _ask(self, request: ModelRequest) -> ModelReply:
        """Return the answer, told about its form in the strictest way that the endpoint takes."""
        if not request.schema:
            return await self._send(request, "text")
        if self.structured == "auto":
            # One call finds out, those at the same time wait for what it finds.
            async with self._probing:
                if self._found is None:
                    return await self._probe(request)
        return await self._send(request, cast(Mode, self.structured))

    async def _probe(self, request: ModelRequest) -> ModelReply:
        """Return the answer in the first mode that is not refused, and remember the mode."""
        mode: Mode
        for mode in ("json_schema", "json_object"):
            try:
                reply = await self._send(request, mode)
            except REFUSALS as error:
                if error.code in ELSEWHERE:
                    raise
            else:
                self._found = mode
                return reply
        reply = await self._send(request, "text")
        self._found = "text"
        return reply

    async def _send(self, request: ModelRequest, mode: Mode) -> ModelReply:
        """Return the answer to one HTTP request, or raise what the client raises."""
        # Raw, because the client takes any envelope for a chat completion.
        raw = await self._client.chat.completions.with_raw_response.create(**body(request, mode))
        try:
            return reply_of(raw.http_response.content)
        except ValueError as error:
            mend = "check the base URL, which usually ends in /v1"
            problem = f"{self._place} answered {raw.status_code} with {error}: {mend}"
        raise LLMError(problem)

    def _said(self, error: openai.APIStatusError) -> str:
        status = error.status_code
        code = f" ({error.code})" if error.code in CODES else ""
        other = "the server fails, try again later"
        if status < 400:
            other = "redirects are not followed, so give the final address as the base URL"
        elif status < 500:
            other = "check the base URL and llm.model"
        return f"{self._place} answered {status}{code}: {MENDS.get(status, other)}"


def _key(environment: Mapping[str, str], host: str) -> str:
    """Return the key to send. Other servers than OpenAI's may need none."""
    key = environment.get(KEY, "").strip()
    if not key and host != urlsplit(OFFICIAL).hostname:
        return PLACEHOLDER
    if not key:
        raise ConfigError(f"{KEY} is not set: export it, or name another server's OPENAI_BASE_URL")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigError(f"{KEY} holds characters that no key has: set it anew")
    return key


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
