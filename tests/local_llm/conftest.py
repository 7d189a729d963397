"""The local model for all tests here, and the count of what its answers were worth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from questions import COUNTS

from webpilot.llm.local import LocalServer, smollm2


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer(smollm2()) as started:
        yield started


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many answers were valid, repaired and failed; nothing is demanded of the share."""
    if not COUNTS:
        return
    terminalreporter.section("answers of the local model")
    for where, count in COUNTS.items():
        terminalreporter.line(f"{where:22}{count}")
    terminalreporter.line(f"{'together':22}{sum(COUNTS.values(), start=type(count)())}")
