"""Settings of the model are refused in one line that names the mend, and never hold a key."""

from __future__ import annotations

from typing import Any

import pytest

from webpilot.errors import ConfigError
from webpilot.llm.openai_client import OpenAILLM
from webpilot.llm.settings import ModelSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", ""),
        ("model", " "),
        ("model", None),
        ("temperature", -0.1),
        ("temperature", 2.5),
        ("temperature", "warm"),
        ("temperature", float("nan")),
        ("max_tokens", 0),
        ("max_tokens", 1.5),
        ("max_tokens", True),
        ("timeout_s", -1),
        ("timeout_s", 0),
        ("timeout_s", float("inf")),
        ("timeout_s", None),
        ("structured", "xml"),
        ("structured", None),
        ("scheduler", "lifo"),
        ("scheduler", None),
        ("scheduler", ["vtc"]),
    ],
)
def test_a_bad_value_is_refused_in_one_line_with_what_would_do(name: str, value: Any) -> None:
    settings: dict[str, Any] = {name: value}
    with pytest.raises(ConfigError) as raised:
        ModelSettings(**settings)
    message = str(raised.value)
    assert message.startswith(f"llm.{name}={value!r} must be ")
    assert "\n" not in message


BAD = [
    "",
    "localhost:8000/v1",
    "ftp://host/v1",
    "https://",
    "http://host:port/v1",
    "http://host:99999/v1",
    "http://[::1/v1",
    "http://a host/v1",
    "http://host/v1\n",
    "http://hoſt/v1",
    "http://one\\two/v1",
    "http://one..two/v1",
    f"http://{'a' * 64}/v1",
]


@pytest.mark.parametrize("url", BAD)
def test_what_is_no_address_is_refused_wherever_it_was_given(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^llm.base_url must be an address such as \S+$"):
        ModelSettings(base_url=url)
    if url.strip() and url == url.strip():
        with pytest.raises(ConfigError, match="^OPENAI_BASE_URL must be"):
            ModelSettings().url({"OPENAI_BASE_URL": url})


def test_an_address_that_only_the_client_knows_to_be_none_is_refused_too() -> None:
    with pytest.raises(ConfigError, match=r"1\.2\.3\.999 is no address"):
        OpenAILLM(ModelSettings(base_url="http://1.2.3.999/v1"), {})


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError) as raised:
        ModelSettings(base_url="https://user:hunter2@host/v1")
    assert "OPENAI_API_KEY" in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("base_url", "environment", "host"),
    [
        (None, {}, "api.openai.com"),
        (None, {"OPENAI_BASE_URL": ""}, "api.openai.com"),
        (None, {"OPENAI_BASE_URL": "https://models.example:8443/v1"}, "models.example"),
        (None, {"OPENAI_BASE_URL": " http://[::1]:8000/v1\n"}, "::1"),
        ("http://127.0.0.1:8000/v1", {"OPENAI_BASE_URL": "https://models.example/v1"}, "127.0.0.1"),
    ],
)
def test_the_host_that_receives_page_text_is_known_before_anything_is_sent(
    base_url: str | None, environment: dict[str, str], host: str
) -> None:
    settings = ModelSettings(base_url=base_url)
    assert settings.host(environment) == host
    assert OpenAILLM(settings, {"OPENAI_API_KEY": "sk-x", **environment}).host == host


@pytest.mark.parametrize("base_url", [None, "https://api.openai.com/v1"])
@pytest.mark.parametrize("key", [None, "", " \n"])
def test_openai_without_a_key_is_refused_before_anything_is_sent(
    base_url: str | None, key: str | None
) -> None:
    environment = {} if key is None else {"OPENAI_API_KEY": key}
    with pytest.raises(ConfigError, match="^OPENAI_API_KEY is not set: .*OPENAI_BASE_URL$"):
        OpenAILLM(ModelSettings(base_url=base_url), environment)


@pytest.mark.parametrize("key", ["sk-one sk-two", "sk-\nX-Header: y", "sk-ключ"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as raised:
        OpenAILLM(ModelSettings(), {"OPENAI_API_KEY": key})
    assert "sk-" not in str(raised.value)
