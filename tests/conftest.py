"""What holds for every test; deadline and the limit on sockets stand in pyproject.toml."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

COVERING = {"mcts", "planner", "contract", "paper"}
"""Rooms whose tests cover the search core and the planner."""
KEYS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AZURE_OPENAI_API_KEY", "OPENROUTER_API_KEY")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage where it is asked for alone: elsewhere it costs a fifth of Python's time."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] not in COVERING:
            item.add_marker("no_cover")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for a model by accident finds no key to do it with."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """What tests start can be interrupted, even where a script's background job ignores that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
