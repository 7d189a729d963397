"""Any OpenAI-compatible endpoint, asked through the official client."""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import AsyncIterator, Mapping
from typing import cast
from urllib.parse import urlsplit

import httpx2
import openai

from webpilot.errors import ConfigError, LLMError, TransientError
from webpilot.llm.listing import models_of
from webpilot.llm.protocol import TOO_LONG, ModelReply, ModelRequest
from webpilot.llm.refusals import told, too_long, unsent
from webpilot.llm.role_settings import OPENAI_KEY
from webpilot.llm.settings import OFFICIAL, Mode, ModelSettings, Structured
from webpilot.llm.wire import body, replies_of

__all__ = ["OpenAILLM"]

PLACEHOLDER = "no-key-needed"

REFUSALS = (openai.BadRequestError, openai.NotFoundError, openai.UnprocessableEntityError)
"""How endpoints answer a ``response_format`` that they do not know."""

ELSEWHERE = frozenset(["model_not_found"])
"""Causes of a refusal that another ``response_format`` does not mend."""

MOST_BYTES = 8_000_000
"""An envelope is not read beyond this; the longest answer of a model is a small part of it."""


SECRET = 12
"""Bytes from which on a key is one; shorter ones are words for servers that want none."""


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
        self.place = urlsplit(url).netloc
        """Host and port, as errors name them."""
        self._found: Mode | None = None
        self._probing = asyncio.Lock()
        self._key_env = settings.key_env or "llm.key_env"
        key = _key(environment, settings.key_env, self.host)
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
            raise ConfigError(f"the base URL at {self.place} is no address: correct it") from None

    @property
    def structured(self) -> Structured:
        """How the endpoint is told about forms of answers; ``auto`` before that is known."""
        return self._found or self._settings.structured

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer, or that the question is too long for it (:data:`TOO_LONG`).

        Raises:
            TransientError: the endpoint was busy, failed, was silent, or sent no answer.
            LLMError: it refuses the question; asking again would not help.
        """
        return (await self.complete_many(request, 1))[0]

    async def complete_many(self, request: ModelRequest, count: int) -> tuple[ModelReply, ...]:
        """Return at most ``count`` independent answers, asked for with one request; at least one.

        Raises:
            TransientError: see :meth:`complete`.
            LLMError: see :meth:`complete`; or the endpoint gives no more than one answer.
        """
        # Chained errors would carry the endpoint's own words, and its words may repeat a key.
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._ask(request, count)
        except (TimeoutError, openai.APITimeoutError):
            failure: LLMError = self._late()
        except openai.APIStatusError as error:
            if too_long(error):
                return (ModelReply(text="", finish_reason=TOO_LONG, model=request.model),)
            failure = told(error, self.place, self._key_env)
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            failure = self._unreached(error)
        raise failure

    async def models(self) -> tuple[int, frozenset[str] | None]:
        """Return the status with which the endpoint lists its models, and their names.

        The names are ``None`` where it sent no list; many endpoints have none.

        Raises:
            TransientError: the endpoint could not be reached, or was silent.
        """
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                async with self._client.models.with_streaming_response.list() as raw:
                    return raw.status_code, models_of(await self._read(raw.iter_bytes()))
        except (TimeoutError, openai.APITimeoutError):
            failure = self._late()
        except openai.APIStatusError as error:
            return error.status_code, None
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            failure = self._unreached(error)
        raise failure

    def _late(self) -> TransientError:
        late = f"did not answer within {self._settings.timeout_s:g} s"
        mend = "raise llm.timeout_s, or check the server"
        return TransientError(f"{self.place} {late}: {mend}", lost=True)

    def _unreached(self, error: Exception) -> TransientError:
        mend = "check the base URL, and that the server runs"
        problem = f"{self.place} could not be reached: {mend}"
        return TransientError(problem, lost=not unsent(error))

    async def aclose(self) -> None:
        """Let go of connections; closing twice is harmless."""
        await self._client.close()

    async def _ask(self, request: ModelRequest, count: int) -> tuple[ModelReply, ...]:
        """Return the answers, told about their form in the strictest way the endpoint takes."""
        if not request.schema:
            return await self._send(request, "text", count)
        if self.structured == "auto":
            # One call finds out, those at the same time wait for what it finds.
            async with self._probing:
                if self._found is None:
                    first = await self._probe(request)
                    # An endpoint that refuses several answers says nothing about forms by it.
                    rest = await self._ask_known(request, count - 1) if count > 1 else ()
                    return (first, *rest)
        return await self._ask_known(request, count)

    async def _ask_known(self, request: ModelRequest, count: int) -> tuple[ModelReply, ...]:
        """Return the answers where it is known how the endpoint is told about forms."""
        return await self._send(request, cast(Mode, self.structured), count)

    async def _probe(self, request: ModelRequest) -> ModelReply:
        """Return one answer in the first mode that is not refused, and remember the mode."""
        mode: Mode
        for mode in ("json_schema", "json_object"):
            try:
                (reply,) = await self._send(request, mode, 1)
            except REFUSALS as error:
                if error.code in ELSEWHERE or too_long(error):
                    raise
            else:
                self._found = mode
                return reply
        (reply,) = await self._send(request, "text", 1)
        self._found = "text"
        return reply

    async def _send(self, request: ModelRequest, mode: Mode, count: int) -> tuple[ModelReply, ...]:
        """Return the answers to one HTTP request, or raise what the client raises."""
        # Streamed, because the client takes any envelope for a chat completion, of any length.
        create = self._client.chat.completions.with_streaming_response.create
        async with create(**body(request, mode, count)) as raw:
            content = await self._read(raw.iter_bytes())
        try:
            if len(content) > MOST_BYTES:
                raise ValueError(f"more than {MOST_BYTES:,} bytes")
            return replies_of(content)[:count]
        except ValueError as error:
            mend = "check the base URL, which usually ends in /v1"
            problem = f"{self.place} answered {raw.status_code} with {error}: {mend}"
        raise TransientError(problem, lost=True)

    async def _read(self, pieces: AsyncIterator[bytes]) -> bytes:
        """Return what an endpoint sent, at most one piece beyond :data:`MOST_BYTES`.

        The key is taken out: proxies made for debugging repeat it, and answers are recorded.
        """
        content = bytearray()
        async for piece in pieces:
            content += piece
            if len(content) > MOST_BYTES:
                break
        key = self._client.api_key.encode()
        return bytes(content.replace(key, b"***") if len(key) >= SECRET else content)


def _key(environment: Mapping[str, str], variable: str | None, host: str) -> str:
    """Return the key to send. Other servers than OpenAI's may need none."""
    key = "" if variable is None else environment.get(variable, "").strip()
    if not key and host != urlsplit(OFFICIAL).hostname:
        return PLACEHOLDER
    if variable is None:
        raise ConfigError(f"{host} needs a key: name its variable with llm.key_env={OPENAI_KEY}")
    if not key:
        mend = "export it, or name another server's OPENAI_BASE_URL"
        raise ConfigError(f"{variable} is not set: {mend}")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigError(f"{variable} holds characters that no key has: set it anew")
    return key


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
